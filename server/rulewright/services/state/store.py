"""`state.db`: one connection that writes, and what to do when that cannot be.

A damaged database is set aside under another name and told of, never overwritten, and what can be read of it is taken
over. One that a newer program made is left as it is. Where nothing can be written, everything goes on in memory. Each
is said once, as a sentence.
"""

import errno
import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import TypeVar

from rulewright.core.session_ports import NotWritten
from rulewright.services.state import migrations
from rulewright.services.state.backup import back_up, backups
from rulewright.services.state.connect import to_read, to_write
from rulewright.services.state.places import state_path
from rulewright.services.state.salvage import salvage, sentence
from rulewright.services.state.session_tables import rebuild_words

__all__ = ["NotWritten", "StateStore", "is_damage"]

T = TypeVar("T")
CHEAP_BYTES = 4_000_000
"""Up to this size a database is looked through when it is opened: that takes a few milliseconds."""


class StateStore:
    """The state of this user. Opened when it is first used, from any thread."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.path = state_path(folder)
        self._now = now
        self._lock = RLock()
        self._db: sqlite3.Connection | None = None
        self.is_newer = False
        """Whether a newer program made it, so that nothing is written."""
        self.generation = 0
        """How often what was kept was lost and begun anew."""
        self._file: tuple[int, int] | None = None
        """Which file is open, for its name may come to stand for another one."""
        self._is_examined = False
        self._is_looked_through = False
        self._is_closed = False
        self._unkept = ""
        """The sentence that says why nothing can be written, while that is so."""
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
                if not self._is_mended(error):
                    raise NotWritten(self._fail(error)) from error
            try:
                return self._transact(work)
            except sqlite3.Error as error:
                raise NotWritten(self._fail(error)) from error

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        db = self._opened()
        if self.is_newer:
            raise NotWritten(NEWER)
        db.execute("begin immediate")
        try:
            result = work(db)
            db.execute("commit")
        except BaseException:
            if db.in_transaction:
                db.execute("rollback")
            raise
        # Should it fail again, that is news.
        self._said.discard(self._unkept)
        self._unkept = ""
        return result

    def read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What `work` reads; `otherwise` where nothing can be read."""
        with self._lock:
            try:
                return work(self._opened(is_reading=True))
            except sqlite3.Error as error:
                # What a newer program made may look damaged to this one.
                if self.is_newer or not self._is_mended(error):
                    self._fail(error)
                return otherwise
            except NotWritten:
                return otherwise

    def checkpoint(self, *, for_good: bool = False) -> bool:
        """Move what was written from the log into the database, when nobody waits for it; False when it cannot be.

        With `for_good` the log holds nothing more then, and nothing that was deleted either.
        """
        with self._lock:
            if self._db is None or self.is_newer:
                return not for_good
            try:
                how = "truncate" if for_good else "passive"
                (busy, _, _) = self._db.execute(f"pragma wal_checkpoint({how})").fetchone()
            except sqlite3.Error:
                return False
            return not busy

    def look_through(self) -> bool:
        """Look at every page, which takes a second for some hundred MB; a damaged database is set aside. Whether sound.

        It is done when the program has nothing else to do.
        """
        self._is_looked_through = True
        file = self._identity()
        if file is None:
            return True
        try:
            # By a connection of its own, so that nobody waits for it.
            with closing(to_read(self.path)) as db:
                found = _damage(db, "integrity_check")
        except sqlite3.Error as error:
            found = str(error) if is_damage(error) else ""
        return not found or self._is_sound_after_all(file)

    def _is_sound_after_all(self, file: tuple[int, int]) -> bool:
        """Look again, with nobody writing beside; what is damaged indeed is set aside."""
        with self._lock:
            try:
                db = self._opened()
                found = "" if self.is_newer or self._identity() != file else _damage(db, "integrity_check")
            except NotWritten:
                return True
            except sqlite3.Error as error:
                found = str(error) if is_damage(error) else ""
            if found:
                self._set_aside(sqlite3.DatabaseError(found))
            return not found

    def each_backup(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do `work` in a transaction on each backup. One that cannot be changed is deleted."""
        with self._lock:
            for path in backups(self.path):
                try:
                    db = sqlite3.connect(path, isolation_level=None)
                    try:
                        db.execute("pragma secure_delete=on")
                        db.execute("begin immediate")
                        work(db)
                        db.execute("commit")
                    finally:
                        db.close()
                except sqlite3.Error:
                    path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file for good: what is still under way in some thread does not open it again."""
        with self._lock:
            self._is_closed = True
            self._let_go()

    def _let_go(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _opened(self, *, is_reading: bool = False) -> sqlite3.Connection:
        """The connection. Raises sqlite3.Error, and NotWritten when there can be none."""
        if self._db is not None and not self._is_ours():
            # Another process has set it aside: what is written there would be lost.
            self._let_go()
            self.generation += 1
        if self._db is None:
            self._db = self._connect()
            self._file = self._identity()
            self._is_examined = False
        if not self._is_examined:
            try:
                self._examine(self._db)
            except (sqlite3.Error, NotWritten) as error:
                # What cannot be brought up to date now can still be read.
                if not is_reading or (isinstance(error, sqlite3.Error) and is_damage(error)):
                    raise
            else:
                self._is_examined = True
        return self._db

    def _connect(self) -> sqlite3.Connection:
        if self._is_closed:
            raise NotWritten("it is closed")
        try:
            self._make_private()
        except OSError as error:
            if self.path.is_symlink() or not self.path.exists():
                raise NotWritten(self._tell_unkept(error.strerror or str(error))) from error
        try:
            return to_write(self.path)
        except sqlite3.OperationalError as error:
            if is_damage(error) or not self.path.exists() or os.access(self.path, os.W_OK):
                raise
            # On a read-only disk it can still be read.
            self._fail(error)
            return to_read(self.path)

    def _examine(self, db: sqlite3.Connection) -> None:
        """See whether it is sound, and make the tables that it lacks. Raises sqlite3.Error and NotWritten."""
        if migrations.unknown(db):
            self.is_newer = True
            self.say(
                f"{self.path} was made by a newer version of Rulewright. It is left as it is: this version keeps no "
                "history of rules and no conversations, and what is switched on or off counts until it ends. Update "
                "Rulewright."
            )
            return
        if not self._is_looked_through and self.path.stat().st_size <= CHEAP_BYTES:
            self._is_looked_through = True
            if found := _damage(db, "quick_check"):
                raise sqlite3.DatabaseError(found)
        if any(migrations.missing(db)) and not _is_read_only(db):
            self._bring_up_to_date(db)

    def _bring_up_to_date(self, db: sqlite3.Connection) -> None:
        """Do the migrations that are missing, with a copy from before. Raises sqlite3.Error, and NotWritten."""
        if migrations.any_done(db):
            try:
                back_up(db, self.path, self._now())
            except (OSError, sqlite3.OperationalError) as error:
                raise NotWritten(
                    self._tell_unkept(f"no copy of it could be made before it is changed: {error}")
                ) from error
        migrations.migrate(db, self._now().isoformat())

    def _identity(self) -> tuple[int, int] | None:
        try:
            info = self.path.stat()
        except OSError:
            return None
        return info.st_dev, info.st_ino

    def _is_ours(self) -> bool:
        """Whether the open file still has its name; where there is no file of that name, it may not be taken away."""
        return self._file is None or self._identity() == self._file

    def _make_private(self) -> None:
        """Make folder and file so that only this user can read them. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.path.exists() and not self.path.is_symlink():
            self._create()
        # By name and not by a descriptor: to close one of a database lets go of all locks of this process on it,
        # and another process would then take away the log that this one goes on writing to.
        info = self.path.lstat()
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.ELOOP, "it is a link, or no file")
        if not os.access(self.path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if info.st_mode & 0o077:
            # The files beside it take its mode.
            self.path.chmod(0o600)

    def _create(self) -> None:
        """Make a whole database under another name, and give it its own if nobody was faster. Raises OSError.

        To switch to write-ahead mode takes the file for itself, which does not wait: several servers may start at once.
        """
        # Several of these may be in one process.
        made = self.path.with_name(f"{self.path.name}.new-{os.getpid()}-{id(self)}")
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

    def _is_mended(self, error: sqlite3.Error) -> bool:
        """Mend what is damaged, where that can be done."""
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CORRUPT_VTAB:
            # The index of words alone, which is made from the messages.
            try:
                self._transact(rebuild_words)
            except (sqlite3.Error, NotWritten):
                return False
            return True
        return is_damage(error) and self._set_aside(error)

    def _set_aside(self, error: sqlite3.Error) -> bool:
        """Give a damaged database another name, where that can be done, and begin a new one with what it still says."""
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
        self.generation += 1
        saved = ""
        try:
            saved = self._transact(lambda db: sentence(salvage(aside, db)))
        except (sqlite3.Error, NotWritten):
            saved = " Nothing could be taken over from it."
        self.say(f"{self.path} is damaged ({error}). It was set aside as {aside}, and a new one was begun.{saved}")
        return True

    def _fail(self, error: sqlite3.Error) -> str:
        return self._tell_unkept(str(error))

    def _tell_unkept(self, reason: str) -> str:
        """Say that nothing can be written; the reason in a few words."""
        if "locked" in reason:
            reason = "database is locked: another program has it for itself"
        self._unkept = (
            f"{self.path} cannot be written ({reason}). Everything works as before, but what is new is in memory only, "
            "and lost when this ends. Each change tries again."
        )
        self.say(self._unkept)
        return reason


NEWER = "it was made by a newer version of Rulewright"


def _is_read_only(db: sqlite3.Connection) -> bool:
    return bool(db.execute("pragma query_only").fetchone()[0])


def _damage(db: sqlite3.Connection, check: str) -> str:
    """What a check of SQLite's finds wrong first; empty when nothing is. Raises sqlite3.Error."""
    (first,) = db.execute(f"pragma {check}(1)").fetchone()
    return "" if first == "ok" else str(first).splitlines()[0][:200]


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is no sound database; not where it is only locked, full or read-only."""
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError | sqlite3.IntegrityError):
        return False  # A fault of ours says nothing of the file.
    if isinstance(error, sqlite3.DataError):
        return False  # More than SQLite takes at once.
    if isinstance(error, sqlite3.OperationalError):
        said = str(error)
        return any(sign in said for sign in ("malformed", "no such", "no column", "has no"))
    return isinstance(error, sqlite3.DatabaseError)
