"""Imports that come with an answer's code: those that the document lacks, beside those that it has."""

from collections.abc import Sequence

from rulewright.core.proposals.defs import definitions, import_rows, is_comment
from rulewright.core.proposals.draft import Draft
from rulewright.core.proposals.lines import Lines


def put_imports(draft: Draft, wanted: Sequence[str], language: str) -> None:
    """Add import lines behind the last import at the top of the draft, or before its first definition."""
    lines = Lines(draft.text)
    have = {" ".join(line.split()) for line in lines.bare}
    missing = [line for line in wanted if line.strip() and " ".join(line.split()) not in have]
    if not missing:
        return
    row = _row(draft.text, lines, language)
    newline = lines.newline()
    at = lines.starts[row]
    lead = newline if at and draft.text[at - 1] not in "\r\n" else ""
    draft.change(at, at, lead + "".join(line.rstrip() + newline for line in missing))


def _row(text: str, lines: Lines, language: str) -> int:
    """Behind the imports at the top, or where the first of them may stand."""
    first = min((d.lead for d in definitions(text, language)), default=len(lines))
    if rows := [row for row in import_rows(text, language) if row < first]:
        return max(rows) + 1
    row = 0
    in_text = ""
    while row < min(first, len(lines)):
        bare = lines.bare[row].strip()
        if in_text:
            in_text = "" if in_text in bare else in_text
        elif bare[:3] in {'"""', "'''"}:
            in_text = bare[:3] if bare.count(bare[:3]) == 1 else ""
        elif bare and not is_comment(bare, language) and not bare.startswith(("#!", "package ", '"use ', "'use ")):
            break
        row += 1
    return row
