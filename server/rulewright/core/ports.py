"""What features need from the world, as small protocols; services implement them and `app.py` hands them in."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from rulewright.core.code_messages import Progress, Question, ToHost
from rulewright.core.events import Flag, RuleEvent
from rulewright.core.rules.book import RuleBook
from rulewright.core.rules.job import CheckJob, CheckResult, SetAside
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.select import Policy

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Aware, in the local zone."""
        ...


Decide = Callable[[Sequence[RuleEvent]], Sequence[RuleEvent]]


class EventLog(Protocol):
    """The rule events of one project: append-only, in order, numbered from 1 without gaps. Nothing here raises."""

    def replay(self) -> Sequence[RuleEvent]:
        """The newest event of each path, oldest first: all that a book is folded from."""
        ...

    def has_changed(self) -> bool:
        """Whether another process has written since this was asked last."""
        ...

    def commit(self, decide: Decide) -> Sequence[RuleEvent]:
        """Append what `decide` returns, which gets the events that others wrote and that were not seen here.

        Nothing is written by anybody between the two. Returns what was appended, with its final numbers, once it
        would survive the loss of power.
        """
        ...

    def table(self) -> Mapping[str, str]:
        """The rules that have no file: path and text."""
        ...


class CheckRunner(Protocol):
    """Runs check jobs somewhere, and survives what they do."""

    def run_all(self, jobs: Iterable[CheckJob]) -> Iterator[CheckResult]:
        """Results in the order of the jobs."""
        ...

    def run_soon(self, job: CheckJob) -> Awaitable[CheckResult]:
        """Run one job ahead of those of `run_all`."""
        ...

    def set_aside(self) -> Sequence[SetAside]:
        """The checks that it does not run now, because they failed."""
        ...

    def close(self) -> None:
        """End what it started."""
        ...


class RuleFiles(Protocol):
    """The rule files of one project, as they are on disk."""

    @property
    def has_unwatched(self) -> bool:
        """Whether some of them may come and go where nobody watches."""
        ...

    def list(self, near: Iterable[str] | None = None) -> Sequence[Origin]:
        """Every rule file, or with `near` those that could apply to one of these paths."""
        ...

    def origin(self, path: str) -> Origin | None:
        """What the place of a path says; None when no rule file can be there."""
        ...

    def read(self, origin: Origin) -> bytes | None:
        """Its bytes now; None when it is gone. Raises OSError when it is there and cannot be read."""
        ...

    def beside(self, origin: Origin, name: str) -> bytes:
        """The bytes of a file that it names. Raises OSError with the reason when it may not or cannot be read."""
        ...


class Rules(Protocol):
    """The rules of one project, kept up to date."""

    @property
    def book(self) -> RuleBook:
        """The rules in force now."""
        ...

    def load(self, near: Iterable[str] | None = None) -> Sequence[RuleEvent]:
        """Compare with what is on disk and take what changed."""
        ...

    def reload(self, paths: Iterable[str]) -> Sequence[RuleEvent]:
        """The same for some paths, which may be folders; relative to the root."""
        ...

    def set_policy(self, policy: Policy) -> None:
        """Put other settings in force."""
        ...

    def look(self) -> Sequence[RuleEvent]:
        """Take what other processes wrote: switches, and rules that have no file."""
        ...

    def switch(self, flag: Flag, cause: str) -> Sequence[RuleEvent]:
        """Turn a switch; no event when it stands so already."""
        ...

    def put(self, origin: Origin, data: bytes | None, cause: str) -> Sequence[RuleEvent]:
        """Take a rule that has no file, or with None forget it."""
        ...


class Code(Protocol):
    """The process that knows the code. Nothing here waits."""

    gone: str
    """Why there is none any more, as a sentence for the user; empty while there is one."""

    def start(self) -> None:
        """Start it, so that it is ready when it is needed."""
        ...

    def tell(self, message: ToHost) -> None:
        """Tell it what happened."""
        ...

    def ask(self, question: Question) -> "Future[bytes]":
        """Its answer as JSON, `null` where there is none. Cancelling the future takes the question back."""
        ...

    def on_progress(self, listener: Callable[[Progress], None]) -> None:
        """Call this, in another thread, when an index has got further."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Offload(Protocol):
    """Runs a slow function where it does not hold up the event loop."""

    def __call__(self, function: Callable[..., T], /, *arguments: Any) -> Awaitable[T]:
        """The function's result."""
        ...
