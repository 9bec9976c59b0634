"""What a review found, as a page for people."""

from rulewright.core.findings import Finding
from rulewright.core.review.events import Done, Failed, Found, Noticed, NotReviewed, ReviewEvent, Skipped


class ReviewPage:
    """Takes what comes of a review."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._findings: list[Finding] = []
        self._remarks: list[str] = []
        self.failure = ""
        """Why it could not begin; empty when it could."""

    def take(self, event: ReviewEvent) -> None:
        """Note one event."""
        match event:
            case Found(findings=findings, n_dropped=n_dropped):
                self._findings += findings
                if n_dropped:
                    told = "finding of the model" if n_dropped == 1 else "findings of the model"
                    self._remarks.append(f"{n_dropped} {told} named no such rule or line, and are left out.")
            case Skipped(path, why):
                self._remarks.append(f"{path} {why}.")
            case NotReviewed(path, first, last, why):
                self._remarks.append(f"{path}:{first}-{last} was not reviewed: {why}")
            case Noticed(text):
                self._remarks.append(text)
            case Done(remark=remark) if remark:
                self._remarks.append(remark)
            case Failed(text):
                self.failure = text

    def text(self) -> str:
        """The page, as markdown."""
        lines = [f"# Review of what changed in {self._path}", ""]
        if not self._findings and not self._remarks:
            lines += ["Nothing goes against the rules that a model judges.", ""]
        for one in sorted(self._findings, key=lambda found: found.start):
            lines += [f"- {one.path}:{one.range.start.line + 1}: {one.message} (`{one.rule_id}`)"]
            lines += [f"  > {line}" for line in one.note.splitlines()]
        if self._remarks:
            lines += ["", *[f"{remark}\n" for remark in dict.fromkeys(self._remarks)]]
        return "\n".join(lines).rstrip() + "\n"
