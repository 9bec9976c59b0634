"""Context and the map, asked of the real code host behind its pipes."""

from pathlib import Path

import msgspec
import pytest

from rulewright.core import code_messages as say
from rulewright.core.config import CodeSettings, IndexSettings
from rulewright.core.retrieve.found import Context
from rulewright.core.retrieve.map import RepositoryMap
from rulewright.core.text import Position
from rulewright.services.code_host import CodeHost

FILES = {
    ".aiignore": "hidden.py\n",
    "money.py": "def round_price(value):\n    '''Round to cents.'''\n    return round(value, 2)\n",
    "hidden.py": "def hidden_rate():\n    '''Cents.'''\n    return 1\n",
    "plans/next.py": "def planned_price():\n    '''Cents of next year.'''\n    return 1\n",
}
TYPED = "from money import round_price\n\nhidden_rate() + planned_price()\nround_price(1)\n"


def test_the_host_answers_for_a_place_a_question_and_all_and_shows_what_may_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RULEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    root = (tmp_path / "work").as_posix()
    for path, text in FILES.items():
        (tmp_path / "work" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "work" / path).write_text(text)
    host = CodeHost()
    try:
        told = say.Root(root, IndexSettings(jobs=1), CodeSettings(), never_send=("plans/**",))
        host.tell(say.Configure((told,), "utf-16"))
        uri = f"file://{root}/cart.py"
        # It is typed and not saved.
        host.tell(say.Opened(uri, f"{root}/cart.py", "python", 1, TYPED.encode()))
        host.ask(say.Settled()).result(30)
        asked = host.ask(say.ContextAt(uri, Position(3, 0))), host.ask(say.ContextFor(root, "round to cents"))
        for answer in asked:
            found = msgspec.json.decode(answer.result(30), type=Context)
            assert [p.name for p in found.pieces] == ["round_price"]
            assert {(x.path, x.why) for x in found.left_out} == {
                ("hidden.py", "is named by .aiignore"),
                ("plans/next.py", "is named by the setting privacy.never_send"),
            }
        drawn = msgspec.json.decode(host.ask(say.MapOf(root)).result(30), type=RepositoryMap)
        assert "round_price" in drawn.text
        assert "hidden_rate" not in drawn.text
        assert "planned_price" not in drawn.text
        nowhere = msgspec.json.decode(host.ask(say.ContextFor("/no/such/root", "cents")).result(30), type=Context)
        assert nowhere.pieces == ()
    finally:
        host.close()
