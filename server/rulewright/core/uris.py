"""File URIs and paths: `file:///c%3A/a%20b.py` is `C:/a b.py`. Paths are absolute and use forward slashes.

Pure: nothing is looked up on disk, and a drive letter is one on every system, so that a recorded session of
an editor on Windows means the same everywhere.
"""

import re
from urllib.parse import quote, unquote, urlsplit

_DRIVE = re.compile(r"/?([A-Za-z]):(?=/|$)")
_SAFE = "/:@!$&'()*+,;=~"
_LOCAL_HOSTS = frozenset({"", "localhost"})


def to_path(uri: str) -> str:
    """The path of a `file:` URI; empty for any other scheme (`untitled:`, `git:`) and for what is no URI."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    if parts.scheme != "file" or not parts.path.startswith("/"):
        return ""
    # A byte that is not UTF-8 becomes the code point that `os.fsencode` turns back into it.
    path = unquote(parts.path, errors="surrogateescape")
    host = unquote(parts.netloc)
    if host.lower() not in _LOCAL_HOSTS:
        return f"//{host}{path}"
    return _upper_drive(path)


def from_path(path: str) -> str:
    """The `file:` URI of an absolute path, with forward or, behind a drive letter, backward slashes."""
    if _DRIVE.match(path.replace("\\", "/")):
        path = "/" + _upper_drive(path.replace("\\", "/"))
    host = ""
    if path.startswith("//"):
        host, _, rest = path[2:].partition("/")
        path = "/" + rest
    return f"file://{quote(host)}{quote(path, safe=_SAFE, errors='surrogateescape')}"


def _upper_drive(path: str) -> str:
    drive = _DRIVE.match(path)
    return f"{drive[1].upper()}:{path[drive.end() :] or '/'}" if drive else path
