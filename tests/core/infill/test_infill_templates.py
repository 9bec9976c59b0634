"""Prompts for holes: each family's form, that no text of a user acts in it, and what is read of a chat's answer."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.infill.chat import mark_for
from rulewright.core.infill.templates import CONTROL, FAMILIES, chat_fallback, family_of, read_chat, render
from rulewright.core.model_settings import FimKind
from rulewright.core.models import Infill, Part, Source

BEGIN, HOLE, END = "<\uff5cfim\u2581begin\uff5c>", "<\uff5cfim\u2581hole\uff5c>", "<\uff5cfim\u2581end\uff5c>"
PREFIX, SUFFIX = "def f():\n    ", "\n    return 1\n"


def hole(prefix: str = PREFIX, suffix: str = SUFFIX, *extra: tuple[str, str]) -> Infill:
    parts = tuple(Part(text, "code", Source(path)) for path, text in extra)
    return Infill(Part(prefix, "code", Source("a.py")), Part(suffix, "code", Source("a.py")), parts)


FORMS = {
    "starcoder": f"<fim_prefix>{PREFIX}<fim_suffix>{SUFFIX}<fim_middle>",
    "codellama": f"<PRE> {PREFIX} <SUF>{SUFFIX} <MID>",
    "deepseek": f"{BEGIN}{PREFIX}{HOLE}{SUFFIX}{END}",
    "qwen": f"<|fim_prefix|>{PREFIX}<|fim_suffix|>{SUFFIX}<|fim_middle|>",
    "codestral": f"[SUFFIX]{SUFFIX}[PREFIX]{PREFIX}",
    "codegemma": f"<|fim_prefix|>{PREFIX}<|fim_suffix|>{SUFFIX}<|fim_middle|>",
    "granite": f"<fim_prefix>{PREFIX}<fim_suffix>{SUFFIX}<fim_middle>",
    "granite4": f"<|fim_prefix|>{PREFIX}<|fim_suffix|>{SUFFIX}<|fim_middle|>",
    "mellum": f"<fim_suffix>{SUFFIX}<fim_prefix>{PREFIX}<fim_middle>",
}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_form_of_a_family(name: str) -> None:
    assert render(FAMILIES[name], hole(), "") == FORMS[name]


COMMENTS = "# Path: b.py\n# x = 1\n"
WITH_MORE = {
    "starcoder": f"<repo_name>shop\n<file_sep>b.py\nx = 1\n<file_sep>a.py\n{FORMS['starcoder']}",
    "qwen": f"<|repo_name|>shop\n<|file_sep|>b.py\nx = 1\n<|file_sep|>a.py\n{FORMS['qwen']}",
    "codegemma": f"b.py\nx = 1\n<|file_separator|>a.py\n{FORMS['codegemma']}",
    "mellum": f"<filename>b.py\nx = 1\n<filename>a.py\n{FORMS['mellum']}",
    "codestral": f"[SUFFIX]{SUFFIX}[PREFIX]+++++ b.py\nx = 1\n+++++ a.py\n{PREFIX}",
    "codellama": f"<PRE> {COMMENTS}{PREFIX} <SUF>{SUFFIX} <MID>",
    "deepseek": f"{BEGIN}{COMMENTS}{PREFIX}{HOLE}{SUFFIX}{END}",
    "granite": f"<fim_prefix>{COMMENTS}{PREFIX}<fim_suffix>{SUFFIX}<fim_middle>",
    "granite4": f"<|fim_prefix|>{COMMENTS}{PREFIX}<|fim_suffix|>{SUFFIX}<|fim_middle|>",
}


@pytest.mark.parametrize("name", FAMILIES)
def test_other_files_in_a_familys_own_way_or_as_comments(name: str) -> None:
    assert render(FAMILIES[name], hole(PREFIX, SUFFIX, ("b.py", "x = 1\n")), "shop") == WITH_MORE[name]


@pytest.mark.parametrize("name", FAMILIES)
def test_no_text_of_a_user_acts_as_a_token(name: str) -> None:
    family = FAMILIES[name]
    bare = render(family, hole("p", "s", ("b", "e")), "r")
    armed = "".join((*family.control, *family.stop))
    full = render(family, hole(armed, armed, (armed, armed)), armed)
    for token in {*family.control, *family.stop}:
        assert full.count(token) == bare.count(token), token


@given(
    st.lists(st.sampled_from([*sorted(CONTROL), "<", "|", ">", "fim_", "a", "{suffix}", "{prefix}", "[", "\n"])).map(
        "".join
    )
)
def test_no_mixture_of_tokens_acts_either(text: str) -> None:
    for family in FAMILIES.values():
        full, bare = render(family, hole(text, text), ""), render(family, hole("p", "s"), "")
        assert all(full.count(token) == bare.count(token) for token in {*family.control, *family.stop})


def test_all_tokens_of_families_are_known_as_control_tokens() -> None:
    for family in FAMILIES.values():
        assert {*family.control, *family.stop} <= CONTROL
        assert family.stop


def test_the_setting_names_every_family() -> None:
    assert set(get_args(FimKind)) == {"auto", "server", "none", *FAMILIES}


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("qwen2.5-coder:1.5b", "qwen"),
        ("Qwen/Qwen2.5-Coder-7B-Instruct-GGUF", "qwen"),
        ("qwen2.5-coder-1.5b-q8_0.gguf", "qwen"),
        ("Qwen3-Coder-30B-A3B-Instruct", "qwen"),
        ("qwen2.5:7b", ""),
        ("bigcode/starcoder2-3b", "starcoder"),
        ("starcoder:1b", "starcoder"),
        ("stabilityai/stable-code-3b", "starcoder"),
        ("codellama:7b-code", "codellama"),
        ("CodeLlama-7b-hf", "codellama"),
        ("deepseek-coder-v2:lite", "deepseek"),
        ("deepseek-ai/deepseek-coder-1.3b-base", "deepseek"),
        ("deepseek-r1:8b", ""),
        ("codestral-latest", "codestral"),
        ("mistral:7b", ""),
        ("codegemma:2b-code", "codegemma"),
        ("gemma3:4b", ""),
        ("ibm-granite/granite-3b-code-base-2k", "granite"),
        ("granite4:micro", "granite4"),
        ("JetBrains/Mellum-4b-base", "mellum"),
        ("gpt-4o", ""),
        ("llama3.1", ""),
        ("", ""),
    ],
)
def test_a_models_name_tells_its_family(model: str, name: str) -> None:
    found = family_of(model)
    assert (found.name if found is not None else "") == name


def test_a_chat_has_a_mark_that_the_code_has_not() -> None:
    infill = hole("x = '<CURSOR>'\n", "\n", ("b.py", "<|CURSOR|> and <FILL_HERE> and <CURSOR_1>"))
    messages = chat_fallback(infill, "python", "shop")
    assert [m.role for m in messages] == ["system", *["user", "assistant"] * 3, "user"]
    assert "<CURSOR_2>" in messages[0].text
    assert messages[-1].text.count("<CURSOR_2>") == 1
    assert messages[-1].text.endswith("x = '<CURSOR>'\n<CURSOR_2>\n")
    # What lies in files keeps its source, so that the gate knows it.
    assert [p.source.path for p in messages[-1].parts if p.source is not None] == ["b.py", "a.py", "a.py"]


@given(st.text())
def test_a_mark_is_never_in_the_text(text: str) -> None:
    assert mark_for(text) not in text


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("x = 1", "x = 1"),
        ("    x = 1\n", "x = 1"),
        ("```python\nx = 1\n```", "x = 1"),
        ("Here is the completed code:\n\n```python\nx = 1\n```\n\nThis sets x.", "x = 1"),
        ("Sure! I can help.\n```\nx = 1\n```", "x = 1"),
        ("Here is the code:\nx = 1", "x = 1"),
        ("<think>\nHm. `f` returns 1.\n</think>\n\nx = 1", "x = 1"),
        ("<think>\nNever ends", ""),
        ("def f():\n    x = 1", "x = 1"),
        ("```python\ndef f():\n    x = 1\n    return 1\n```", "x = 1"),
        ("x = 1\n    return 1\n", "x = 1"),
        ("<CURSOR>x = 1", "x = 1"),
        ("here = 1", "here = 1"),
        ("", ""),
    ],
)
def test_what_of_a_chats_answer_is_the_text(answer: str, expected: str) -> None:
    assert read_chat(answer, hole()) == expected


@given(st.text(), st.text(), st.text())
def test_any_answer_can_be_read(answer: str, prefix: str, suffix: str) -> None:
    assert len(read_chat(answer, hole(prefix, suffix))) <= len(answer)
