"""Ghost text and AI actions, in a real Neovim, with a server of models that says what is expected of a good one."""

from pathlib import Path

import pytest

from tests.e2e.neovim.run import run, story
from tests.harness.told_model import told_model

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SETTINGS = """\
[[models]]
name = "told"
provider = "openai"
base_url = "{url}"
model = "told"
roles = ["chat", "complete"]

[ghost_text]
debounce_ms = 0
menu_wait_ms = 5000
"""
SHOP = """\
def total(prices):
    result = 0
    return result


def add(item, into=[]):
    into.append(item)
    return into
"""
FILL = "for price in prices:\n        result += price"
FIX = """\
```python shop.py
<<<<<<< SEARCH
def add(item, into=[]):
=======
def add(item, into=None):
    into = [] if into is None else into
>>>>>>> REPLACE
```
"""


def test_a_day_with_a_model(tmp_path: Path) -> None:
    with told_model(lambda _: FIX, lambda _: FILL) as (url, asked):
        run(tmp_path, story("ghost_day"), {"shop.py": SHOP}, SETTINGS.format(url=url))
    assert any("suffix" in body for body in asked)
    assert any("messages" in body for body in asked)
