"""How models are told of a hole: one row for each family, after what its makers publish."""

import re
from collections.abc import Mapping

import msgspec

from rulewright.core.infill import tokens


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Models that were trained on holes in the same form."""

    name: str
    pattern: str
    """What the names of its models match, in small letters."""
    hole: str
    """The prompt, with `{prefix}` and `{suffix}`."""
    stop: tuple[str, ...]
    """Where an answer ends."""
    control: tuple[str, ...]
    """Tokens that act in a prompt, so that no text of a user may have them."""
    repository: str = ""
    """What goes before the files, with `{repository}`."""
    extra: str = ""
    """Another file, with `{path}` and `{text}`; empty where the family knows only one file."""
    current: str = ""
    """What goes before the hole when other files do, with `{path}`."""


def _family(name: str, pattern: str, hole: str, control: tuple[str, ...], stop: str, **more: str) -> Family:
    return Family(name=name, pattern=pattern, hole=hole, control=control, stop=tuple(stop.split()), **more)


_QWEN_STOP = (
    "<|endoftext|> <|fim_prefix|> <|fim_suffix|> <|fim_middle|> <|fim_pad|> <|repo_name|> <|file_sep|> <|im_end|>"
)
_STAR_STOP = "<|endoftext|> <fim_prefix> <fim_suffix> <fim_middle> <file_sep> <filename> <repo_name>"
_BEGIN, _HOLE, _END, _OVER = tokens.DEEPSEEK[0], tokens.DEEPSEEK[1], tokens.DEEPSEEK[2], tokens.DEEPSEEK[4]

_ROWS = (
    _family(
        "qwen",
        r"qwen[-_. ]?\d*(?:\.\d+)?[-_. ]?coder|codeqwen|qwen[-_. ]?coder|zeta",
        "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
        tokens.QWEN,
        _QWEN_STOP,
        repository="<|repo_name|>{repository}\n",
        extra="<|file_sep|>{path}\n{text}\n",
        current="<|file_sep|>{path}\n",
    ),
    _family(
        "codegemma",
        r"code[-_ ]?gemma",
        "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
        tokens.CODEGEMMA,
        "<|file_separator|> <|fim_prefix|> <|fim_suffix|> <|fim_middle|> <end_of_turn> <eos>",
        extra="{path}\n{text}\n<|file_separator|>",
        current="{path}\n",
    ),
    _family(
        "codestral",
        r"codestral|devstral|mistral[-_ ]?code|leanstral",
        "[SUFFIX]{suffix}[PREFIX]{prefix}",
        tokens.CODESTRAL,
        "[PREFIX] [SUFFIX] </s>",
        extra="+++++ {path}\n{text}\n",
        current="+++++ {path}\n",
    ),
    _family(
        "deepseek",
        r"deepseek[-_ ]?coder|deepseek[-_ ]?v[23]|deepseek[-_ ]?fim",
        f"{_BEGIN}{{prefix}}{_HOLE}{{suffix}}{_END}",
        tokens.DEEPSEEK,
        f"{_BEGIN} {_HOLE} {_END} {_OVER} <|EOT|>",
    ),
    _family(
        "codellama",
        r"code[-_ ]?llama",
        "<PRE> {prefix} <SUF>{suffix} <MID>",
        tokens.CODELLAMA,
        "<EOT> <PRE> <SUF> <MID> </s>",
    ),
    _family(
        "granite4",
        r"granite[-_ ]?4|granite[-_ ]?3[.]3",
        "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
        tokens.GRANITE,
        "<|end_of_text|> <|fim_prefix|> <|fim_suffix|> <|fim_middle|> <|fim_pad|> <|start_of_role|>",
    ),
    _family(
        "granite",
        r"granite",
        "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>",
        tokens.GRANITE,
        f"{_STAR_STOP} <|end_of_text|> <|start_of_role|>",
    ),
    _family(
        "mellum",
        r"mellum",
        "<fim_suffix>{suffix}<fim_prefix>{prefix}<fim_middle>",
        tokens.MELLUM,
        _STAR_STOP,
        extra="<filename>{path}\n{text}\n",
        current="<filename>{path}\n",
    ),
    _family(
        "starcoder",
        r"star[-_ ]?coder|starchat|santacoder|stable[-_ ]?code|refact|replit[-_ ]?code",
        "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>",
        tokens.STARCODER,
        _STAR_STOP,
        repository="<repo_name>{repository}\n",
        extra="<file_sep>{path}\n{text}\n",
        current="<file_sep>{path}\n",
    ),
)

FAMILIES: Mapping[str, Family] = {family.name: family for family in _ROWS}
_PATTERNS = tuple((re.compile(rf"(?<![a-z]){family.pattern}"), family) for family in _ROWS)


def family_of(model: str) -> Family | None:
    """The family of a model by its name, as servers and files of weights call it; None where the name does not say."""
    name = model.lower()
    return next((family for pattern, family in _PATTERNS if pattern.search(name)), None)
