"""`state.db`: one connection that writes, and what to do when that cannot be.

A damaged database is set aside under another name and told of, never overwritten. One that a newer program made is
left as it is. Where nothing can be written, everything goes on in memory. Each is said once, as a sentence.
"""

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import TypeVar

from rulewright.services.state import migrations
from rulewright.services.state.connect import to_read, to_write
from rulewright.services.state.places import state_path

T = TypeVar("T")


class NotWritten(Exception):  # noqa: N818 - an answer, not a fault
    """Nothing was written; the reason was told."""


class StateStore:
    """The state of this user. Opened when it is first used, from any thread."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.path = state_path(folder)
        self._now = now
        self._lock = RLock()
        self._db: sqlite3.Connection | None = None
        self.is_newer = False
        """Whether a newer program made it, so that nothing is written."""
        self._is_closed = False
        self._unsaid: list[str] = []
        self._said: set[str] = set()

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong since this was asked last; each is given once."""
        with self._lock:
            unsaid, self._unsaid = self._unsaid, []
        return tuple(unsaid)

    def say(self, sentence: str) -> None:
        """Have a sentence told, once."""
        with self._lock:
            if sentence not in self._said:
                self._said.add(sentence)
                self._unsaid.append(sentence)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction that nobody else writes beside; it is on the disk when this returns.

        Raises NotWritten when that could not be. `work` may be done twice, the second time on an empty database.
        """
        with self._lock:
            try:
                return self._transact(work)
            except sqlite3.Error as error:
                if not is_damage(error) or not self._set_aside(error):
                    self._fail(error)
                    raise NotWritten from error
            try:
                return self._transact(work)
            except sqlite3.Error as error:
                self._fail(error)
                raise NotWritten from error

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        db = self._opened()
        if self.is_newer:
            raise NotWritten
        db.execute("begin immediate")
        try:
            result = work(db)
            db.execute("commit")
        except BaseException:
            if db.in_transaction:
                db.execute("rollback")
            raise
        return result

    def read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What `work` reads; `otherwise` where nothing can be read."""
        with self._lock:
            try:
                return work(self._opened())
            except sqlite3.Error as error:
                # What a newer program made may look damaged to this one.
                if self.is_newer or not is_damage(error) or not self._set_aside(error):
                    self._fail(error)
                return otherwise
            except NotWritten:
                return otherwise

    def close(self) -> None:
        """Let go of the file for good: what is still under way in some thread does not open it again."""
        with self._lock:
            self._is_closed = True
            self._let_go()

    def _let_go(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _opened(self) -> sqlite3.Connection:
        """The connection. Raises sqlite3.Error, and NotWritten when there can be none."""
        if self._db is not None:
            return self._db
        if self._is_closed:
            raise NotWritten
        try:
            self._make_private()
        except OSError as error:
            if self.path.is_symlink() or not self.path.exists():
                self._tell_unkept(error.strerror or str(error))
                raise NotWritten from error
        try:
            self._db = to_write(self.path)
        except sqlite3.OperationalError as error:
            if is_damage(error) or not self.path.exists() or os.access(self.path, os.W_OK):
                raise
            # On a read-only disk it can still be read.
            self._db = to_read(self.path)
            self._fail(error)
            return self._db
        if migrations.unknown(self._db):
            self.is_newer = True
            self.say(
                f"{self.path} was made by a newer version of Rulewright. It is left as it is: this version keeps no "
                "history of rules, and what is switched on or off counts until it ends. Update Rulewright."
            )
        elif any(migrations.missing(self._db)):
            migrations.migrate(self._db, self._now().isoformat())
        return self._db

    def _make_private(self) -> None:
        """Make folder and file so that only this user can read them. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.path.exists() and not self.path.is_symlink():
            self._create()
        # The files beside it take its mode.
        descriptor = os.open(self.path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        try:
            if hasattr(os, "fchmod") and os.fstat(descriptor).st_mode & 0o077:
                os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)

    def _create(self) -> None:
        """Make a whole database under another name, and give it its own if nobody was faster. Raises OSError.

        To switch to write-ahead mode takes the file for itself, which does not wait: several servers may start at once.
        """
        made = self.path.with_name(f"{self.path.name}.new-{os.getpid()}")
        made.unlink(missing_ok=True)
        os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            db = to_write(made)
            try:
                migrations.migrate(db, self._now().isoformat())
            finally:
                db.close()
            try:
                os.link(made, self.path)
            except FileExistsError:
                return
            except OSError:
                # A disk without hard links.
                if not self.path.exists():
                    made.rename(self.path)
        finally:
            made.unlink(missing_ok=True)

    def _set_aside(self, error: sqlite3.Error) -> bool:
        """Give a damaged database another name, where that can be done."""
        self._let_go()
        stamp = f"{self._now():%Y%m%d-%H%M%S}"
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        number = 1
        while aside.exists():
            number += 1
            aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}-{number}")
        try:
            self.path.rename(aside)
            for ending in ("-wal", "-shm"):
                beside = Path(f"{self.path}{ending}")
                if beside.exists():
                    beside.rename(f"{aside}{ending}")
        except OSError:
            return False
        self.say(f"{self.path} is damaged ({error}). It was set aside as {aside}, and a new one was begun.")
        return True

    def _fail(self, error: sqlite3.Error) -> None:
        self._tell_unkept(str(error))

    def _tell_unkept(self, reason: str) -> None:
        self.say(
            f"{self.path} cannot be written ({reason}). Rules work as before, but their history is not kept until it "
            "can be, and what is switched on or off counts until this ends."
        )


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is no sound database; not where it is only locked, full or read-only."""
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError | sqlite3.IntegrityError):
        return False  # A fault of ours says nothing of the file.
    if isinstance(error, sqlite3.OperationalError):
        said = str(error)
        return any(sign in said for sign in ("malformed", "no such", "no column", "has no"))
    return isinstance(error, sqlite3.DatabaseError)
