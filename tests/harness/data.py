"""Other projects' data, which tests may read and the repository does not hold.

The environment variable RULEWRIGHT_TEST_DATA names the folder; without it, tests that need it have no cases.
"""

import os
from pathlib import Path


def test_data(*parts: str) -> Path | None:
    """A file or folder of the data; None when there is no data here."""
    root = os.environ.get("RULEWRIGHT_TEST_DATA")
    return Path(root).joinpath(*parts) if root else None


# The name is right where it is used, and pytest would take it for a test there.
test_data.__test__ = False  # type: ignore[attr-defined]
