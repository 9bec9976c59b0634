"""The doc of a definition, wherever it stands: read from its file when somebody wants to see it.

Records of files that nobody has open are without most docs: few are ever read, and to look for all of them is a
twentieth of a first index.
"""

from rulewright.core.code_ports import Workspace
from rulewright.core.index.docs import cleaned
from rulewright.core.index.symbols import Symbol


def doc_of(workspace: Workspace, path: str, language: str, symbol: Symbol) -> str:
    """The doc of a symbol of a file as people read it; empty where it has none.

    The file may have changed since it was indexed: the nearest definition of that name is meant.
    """
    doc = symbol.doc
    if not doc and (buffer := workspace.buffer(path)) is not None:
        same = [s for s in buffer.record.symbols if s.name == symbol.name]
        if same:
            doc = min(same, key=lambda s: (abs(s.row - symbol.row), s.kind != symbol.kind)).doc
    return cleaned(language, doc) if doc else ""
