"""What a document needs is indexed before everything else, when a workspace is opened for the first time."""

import time
from pathlib import Path

from rulewright.code_gateway import CodeGateway
from rulewright.core.code_messages import Configure, Opened, Root
from rulewright.core.complete.state import Client, Trigger
from rulewright.core.config import CodeSettings, IndexSettings
from rulewright.core.text import Position
from rulewright.services.index.kept import KeptIndex
from rulewright.services.index.open_only import OpenOnlyIndex
from tests.harness.inline_analysts import inline_index

TEXT = "from shop.basket import Basket\n\nbasket = Basket()\nbasket."


def test_what_a_document_imports_is_known_before_the_rest(tmp_path: Path) -> None:
    root = tmp_path / "w"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "basket.py").write_text("class Basket:\n    def add_item(self): ...\n")
    (root / "main.py").write_text(TEXT)
    for number in range(1000):
        (root / f"other_{number}.py").write_text(f"name = {number}\n" * 20)
    index = inline_index(root, tmp_path / "cache")

    def make(folder: str, _settings: IndexSettings) -> KeptIndex | OpenOnlyIndex:
        return KeptIndex(index) if folder else OpenOnlyIndex()

    code = CodeGateway(make, lambda path: Path(path).read_text())
    code.configure(Configure((Root(str(root), IndexSettings(), CodeSettings()),), "utf-8"))
    uri = (root / "main.py").as_uri()
    code.opened(Opened(uri, str(root / "main.py"), "python", 1, TEXT.encode()))
    code.work(0.001)
    code.parse(uri)
    began = time.monotonic()
    while index.record("shop/basket.py") is None:
        assert code.work(0.001), "there is more to do"
        assert time.monotonic() < began + 30
    assert not index.is_idle
    assert index.analysts.seen.index("shop/basket.py") < 200
    found = code.complete(uri, Position(3, 7), Trigger("character", "."), Client())
    assert [item.label for item in found.items] == ["add_item"]
    code.close()
