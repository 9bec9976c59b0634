"""A diagnosis as the client gets it: its items, and an id that is equal for equal items."""

from hashlib import sha256
from typing import TYPE_CHECKING

from rulewright.adapters.lsp import convert, wire
from rulewright.adapters.lsp.language_server import Server
from rulewright.core.text import Text

if TYPE_CHECKING:
    from rulewright.features.diagnostics import Diagnosis


def items_of(ls: Server, diagnosis: "Diagnosis") -> tuple[list[wire.Diagnostic], str]:
    """The findings in the client's units, and their result id.

    The id is made from what is sent: a finding may keep its offsets while its line or its column changes.
    """
    if not diagnosis.findings:
        return [], "none"
    text = diagnosis.text or Text("")
    items = [convert.diagnostic(finding, text, ls.encoding, diagnosis.rule_version) for finding in diagnosis.findings]
    return items, sha256(repr(items).encode("utf-8", "surrogatepass")).hexdigest()[:16]
