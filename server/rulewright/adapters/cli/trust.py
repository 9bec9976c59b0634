"""`rulewright trust`."""

from pathlib import Path

import click
import msgspec

from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.gateway import Gateway
from rulewright.privacy_gateway import PrivacyGateway, TrustPlan, TrustUnreadable

_LAPSED = {
    "changed": "not trusted now: it holds other settings or templates than when you trusted it",
    "gone": "there is no such folder now",
}
"""By the state of a project, what became of the trust in it."""


class TrustRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright trust --list --json`."""

    version: int
    projects: tuple[str, ...]
    """Real paths of the projects that are trusted."""
    changed: tuple[str, ...]
    """Of those that hold something else than when they were trusted, so that they are not trusted now."""
    gone: tuple[str, ...]
    """Of those that are not there now."""


class TrustStatus(msgspec.Struct, frozen=True):
    """The output of `rulewright trust --status --json`."""

    version: int
    project: TrustPlan


def run_trust(gateway: Gateway, folder: str, *, revoke: bool, list_all: bool, status: bool, as_json: bool) -> int:
    """Trust the project of a folder, trust it no longer, or say which ones are trusted, or with what."""
    if revoke + list_all + status > 1:
        raise click.UsageError("--revoke, --status and --list do different things: give one of them.")
    if as_json and not (list_all or status):
        raise click.UsageError("--json is for --list and --status.")
    start, privacy = Path(folder).absolute(), gateway.privacy
    try:
        if list_all:
            return _list_trusted(privacy, as_json=as_json)
        if status:
            return _tell(privacy.plan_trust(start), as_json=as_json)
        if revoke:
            root, is_news = privacy.revoke(start)
            said = "is no longer trusted" if is_news else "was not trusted"
            click.echo(f"{printable(root)} {said}.")
            return 0
        plan = privacy.plan_trust(start)
        _tell_allowed(plan)
        root, is_news = privacy.trust(start, plan)
    except TrustUnreadable as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"{printable(root)} {_said(plan, is_news=is_news)}.")
    if is_news and plan.allows:
        click.echo("An editor that is open takes it with the command rulewright.reload, or at its next start.")
    return 0


def _said(plan: TrustPlan, *, is_news: bool) -> str:
    if not is_news:
        return "was trusted already"
    return "is trusted again, as it is now" if plan.state == "changed" else "is trusted"


def _tell_allowed(plan: TrustPlan) -> None:
    click.echo("What trust allows this project:" if plan.allows else "This project has nothing now that needs trust.")
    for sentence in plan.allows:
        click.echo(printable(f"  {sentence}"))
    if plan.allows:
        click.echo("When one of these changes, you are asked again.")


def _tell(plan: TrustPlan, *, as_json: bool) -> int:
    if as_json:
        click.echo(to_json(TrustStatus(1, plan)))
        return 0
    said = {
        "trusted": "is trusted",
        "changed": "holds other settings or templates than when you trusted it, so it is not trusted now",
        "none": "is not trusted",
    }
    click.echo(f"{printable(plan.root)} {said[plan.state]}.")
    _tell_allowed(plan)
    return 0


def _list_trusted(privacy: PrivacyGateway, *, as_json: bool) -> int:
    projects = privacy.trusted()
    if as_json:
        by_state = {state: tuple(p.root for p in projects if p.state == state) for state in ("trusted", *_LAPSED)}
        click.echo(to_json(TrustRecord(1, by_state["trusted"], by_state["changed"], by_state["gone"])))
    else:
        for project in projects:
            lapsed = _LAPSED.get(project.state, "")
            click.echo(printable(project.root) + (f"  ({lapsed})" if lapsed else ""))
        if not projects:
            click.echo("No project is trusted. `rulewright trust` trusts the one here.")
    return 0
