"""The tools: what each is for, in words for models, and how it is answered. Nothing here writes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from threading import Event
from typing import Any

import msgspec
from msgspec import UNSET

from rulewright.adapters.mcp import words
from rulewright.adapters.mcp.checking import check_files, check_text, read_wanted
from rulewright.adapters.mcp.places import Place, locate, locate_file, refuse_links_out
from rulewright.adapters.mcp.problem import Problem
from rulewright.adapters.mcp.records import (
    Check,
    CheckResult,
    RulesForFile,
    RulesResult,
    SearchSymbols,
    SymbolsResult,
    Why,
    WhyResult,
)
from rulewright.adapters.mcp.session import Session
from rulewright.core.rules.select import Verdict
from rulewright.core.snapshot import Project

Answer = tuple[msgspec.Struct, str]
"""The structure, and the same as text."""


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """One tool."""

    name: str
    title: str
    description: str
    arguments: type[msgspec.Struct]
    result: type[msgspec.Struct]
    run: Callable[[Session, Sequence[Place], Any], Awaitable[Answer]]
    """Raises Problem."""


async def _rules_for_file(session: Session, places: Sequence[Place], args: RulesForFile) -> Answer:
    return await rules_for(session, places, args.path, None if args.budget is UNSET else args.budget)


async def rules_for(session: Session, places: Sequence[Place], path: str, budget: int | None) -> Answer:
    """The rules for a file, within the budget of the project's settings where none is given; raises Problem."""
    place, relative = locate_file(places, path)
    project, remarks = await session.look(place.root)
    found = await asyncio.to_thread(session.gateway.prompts.guidance, project, relative, budget)
    result = RulesResult(
        found.path,
        found.language,
        found.budget,
        found.tokens,
        found.rule_version,
        found.rules,
        found.left_out,
        found.silent,
        remarks,
    )
    return result, words.of_rules(result, found.text)


async def _why(session: Session, places: Sequence[Place], args: Why) -> Answer:
    place, path = locate_file(places, args.path)
    project, remarks = await session.look(place.root)
    found = await asyncio.to_thread(session.gateway.explain_path, project, path)
    if args.rule is UNSET:
        rules = tuple(verdict for verdict in found.rules if not _rests(verdict))
        n_resting = len(found.rules) - len(rules)
    else:
        rules = tuple(verdict for verdict in found.rules if args.rule in {verdict.id, verdict.path})
        n_resting = 0
        if not rules:
            raise Problem(unknown_rule(project, args.rule))
    result = WhyResult(
        found.path, found.language, found.budget, found.tokens, found.rule_version, rules, n_resting, remarks
    )
    return result, words.of_why(result)


def _rests(verdict: Verdict) -> bool:
    return verdict.source in {"default", "framework"} and verdict.verdict in {"disabled", "not_applied"}


def unknown_rule(project: Project, name: str) -> str:
    """That there is no such rule, and which one may be meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - for a slip only

    ids = sorted({entry.rule_id for entry in project.book.entries.values()})
    near = get_close_matches(name, ids, n=1)
    helps = f"Do you mean `{near[0]}`?" if near else "The resource rulewright://rules lists all."
    return f"There is no rule `{name}` in {project.root}. {helps}"


async def _search_symbols(session: Session, places: Sequence[Place], args: SearchSymbols) -> Answer:
    projects, _ = await session.look_at_all(places)
    withheld_of = session.gateway.prompts.withheld_of
    result = await session.symbols.search(places, projects, args.query, args.limit, withheld_of)
    return result, words.of_symbols(result, args.query)


async def _check(session: Session, places: Sequence[Place], args: Check) -> Answer:
    paths, text = read_wanted(args)
    located = [locate(places, path) for path in paths]
    if text is None:
        for place, path in located:
            refuse_links_out(place, path)
    roots = list(dict.fromkeys(place.root for place, _ in located))
    looked = {root: await session.look(root) for root in roots}
    remarks = tuple(remark for _, said in looked.values() for remark in said)
    if text is not None:
        path, project = located[0][1], looked[roots[0]][0]
        result = await asyncio.to_thread(check_text, session.gateway, project, path, text, args.limit)
    else:
        # Of several projects each path is told in full, of one as its rules name it.
        wanted = {
            "" if len(roots) == 1 else f"{root}/": (looked[root][0], [p for place, p in located if place.root == root])
            for root in roots
        }
        cancelled = Event()
        try:
            result = await asyncio.to_thread(check_files, session.gateway, wanted, args.limit, cancelled.is_set)
        except asyncio.CancelledError:
            cancelled.set()
            raise
    result = msgspec.structs.replace(result, remarks=(*remarks, *result.remarks))
    return result, words.of_check(result, text or "")


TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            name="rules_for_file",
            title="Rules for a file",
            description="The team's rules that apply to one file, with their text, what counts most first. Call it "
            "before you write or change a file, and follow what it says; the file need not exist yet. Long rules are "
            "cut to a budget of tokens, and the answer names what was left out.",
            arguments=RulesForFile,
            result=RulesResult,
            run=_rules_for_file,
        ),
        Tool(
            name="check",
            title="Check code against the rules",
            description="Find what the team's rules forbid, each with its place, its reason and its fixes. Give `path` "
            "and `text` to check the text of a file before you write it (`fixed_text` has all safe fixes made), or "
            " `paths` to check files and folders as they are on disk. Nothing is written. The same check runs in "
            "the editor and in CI.",
            arguments=Check,
            result=CheckResult,
            run=_check,
        ),
        Tool(
            name="why",
            title="Why a rule applies",
            description="For one file, what became of every rule of the team: whether it applies, and the reason (its "
            "globs, its language, another rule that overrides it, a setting). Call it when a rule is missing or in "
            "the way.",
            arguments=Why,
            result=WhyResult,
            run=_why,
        ),
        Tool(
            name="search_symbols",
            title="Search symbols",
            description="Find classes, functions, methods and other symbols of the project by a part of their name, "
            "the best first, each with its file and line. Quicker and more exact than a search of text when you look "
            "for where something is defined.",
            arguments=SearchSymbols,
            result=SymbolsResult,
            run=_search_symbols,
        ),
    )
}
