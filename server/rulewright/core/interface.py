"""What an interface is: something that takes what a user says and shows what comes of it.

An editor, a terminal and a page are the same to a conversation; they differ in what they can show.
"""

from typing import Protocol

import msgspec

from rulewright.core.session import Interface as InterfaceName
from rulewright.core.session import MessageAdded, SessionEvent


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What an interface can do."""

    name: InterfaceName
    """Kept with each message that came through it."""
    shows_growth: bool = False
    """Whether it shows an answer while it is being written."""
    makes_edits: bool = False
    """Whether it can change files for its user."""
    renders_markdown: bool = False


class UserInput(msgspec.Struct, frozen=True, kw_only=True):
    """What a user said."""

    session: str
    """The id of the conversation."""
    text: str
    about: str = ""
    """The URI of the document that it is about; empty for none."""


class Interface(Protocol):
    """The three verbs of every interface."""

    def get_capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def handle_user_input(self, said: UserInput) -> MessageAdded:
        """Take what its user says: it is kept when this returns. Raises what the door to conversations raises."""
        ...

    async def present_response(self, event: SessionEvent) -> None:
        """Show what happened in a conversation that its user looks at, whoever did it."""
        ...
