"""The only door to ast-grep: parse and search; its errors and its Rust panics become `EngineError`."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from ast_grep_py import Config, SgNode, SgRoot

from rulewright.core.languages import CHECKABLE

_LEVELS_A_POINT = 4


MAX_MESSAGE = 300
"""Characters of an error that are passed on."""


class EngineError(Exception):
    """Ast-grep refused a rule or failed on a text; the message is one paragraph without its stack trace."""


def parse(content: str, language: str) -> SgNode:
    """The root node of the syntax tree of `content`."""
    if language not in CHECKABLE:
        # The binding panics on an unknown language and writes a trace to the standard error stream.
        raise EngineError(f"ast-grep has no language `{language}`")
    try:
        return SgRoot(_without_surrogates(content), language).root()
    except BaseException as error:  # noqa: BLE001 - a panic is not an Exception; others are raised again
        raise _contained(error) from None


def find_all(node: SgNode, config: Mapping[str, Any]) -> list[SgNode]:
    """Every node at or below `node` that the configuration matches, from the outside in."""
    try:
        return node.find_all(cast("Config", dict(config)))
    except BaseException as error:  # noqa: BLE001 - as above
        raise _contained(error) from None


def find(node: SgNode, config: Mapping[str, Any]) -> SgNode | None:
    """The first of `find_all`, without looking further."""
    try:
        return node.find(cast("Config", dict(config)))
    except BaseException as error:  # noqa: BLE001 - as above
        raise _contained(error) from None


def offsets(node: SgNode) -> tuple[int, int]:
    """Where a node starts and ends, in code points."""
    # `range()` also counts columns, which takes milliseconds on a line of half a million code points.
    edit = node.replace("")
    return edit.start_pos, edit.end_pos


def is_deeper_than(root: SgNode, limit: int) -> bool:
    """Whether some node lies more than `limit` levels below the root."""
    stack = [(root, 0)]
    while stack:
        node, level = stack.pop()
        if level > limit:
            return True
        for child in node.children():
            start, end = offsets(child)
            # No grammar makes more levels of a code point than this, so most nodes need not be entered.
            if level + _LEVELS_A_POINT * (end - start) >= limit:
                stack.append((child, level + 1))
    return False


def validate(config: Mapping[str, Any], language: str) -> None:
    """Compile the configuration; raises EngineError when ast-grep refuses it."""
    find(_blank(language), config)


@lru_cache
def _blank(language: str) -> SgNode:
    return parse(" ", language)


def _without_surrogates(content: str) -> str:
    """`content` with each lone surrogate, which UTF-8 cannot hold, replaced by one other code point."""
    try:
        content.encode()
    except UnicodeEncodeError:
        return content.encode("utf-8", "replace").decode()
    return content


def _contained(error: BaseException) -> BaseException:
    """`error` as an EngineError, or itself when it is not ast-grep's, such as KeyboardInterrupt."""
    # A panic arrives as `pyo3_runtime.PanicException`, which is not an `Exception` and cannot be imported.
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        return error
    return EngineError(_plain(str(error)))


def _plain(message: str) -> str:
    """The chain of causes in one line, without what `RUST_BACKTRACE` adds."""
    message = message.partition("Stack backtrace")[0]
    lines = [line.strip() for line in message.splitlines()]
    causes = [line.partition(": ")[2] if line[:1].isdigit() else line for line in lines]
    said = " ".join(c for c in causes if c and c not in {"Caused by:", "cannot get matcher"})
    # The regex engine repeats the whole expression with a mark below it; in one line only its last words help.
    before, wrong_regex, after = said.partition("regex parse error:")
    if wrong_regex:
        said = f"{before}The regex is wrong: {after.rpartition('error: ')[2]}"
    return (said if len(said) <= MAX_MESSAGE else said[: MAX_MESSAGE - 3] + "...") or "unknown error"
