"""The prompt: what `rulewright prompt` prints, for people who start a task in their agent."""

import asyncio
from collections.abc import Mapping, Sequence

import mcp_types as t
import msgspec

from rulewright.adapters.mcp.places import Place, locate_file
from rulewright.adapters.mcp.problem import Problem
from rulewright.adapters.mcp.session import Session
from rulewright.features.prompt import Asked

PROMPTS = (
    t.Prompt(
        name="task",
        title="A task on a file",
        description="A task with the team's rules for a file, and as much of the file as there is room for.",
        arguments=[
            t.PromptArgument(name="path", description="The file, which need not exist yet.", required=True),
            t.PromptArgument(name="task", description="What is to be done.", required=True),
            t.PromptArgument(name="line", description="The line that it is about, from 1.", required=False),
        ],
    ),
)


class Made(msgspec.Struct, frozen=True):
    """A prompt, and sentences about what is not as one would expect."""

    text: str
    remarks: tuple[str, ...]


async def make_prompt(session: Session, places: Sequence[Place], name: str, given: Mapping[str, str]) -> Made:
    """The text of a prompt; raises Problem."""
    if name != "task":
        raise Problem(f"There is no prompt {name}. There is task.")
    task, line = given.get("task", "").strip(), given.get("line", "").strip()
    if not task:
        raise Problem("The argument `task` is empty: say what is to be done.")
    if line and not (line.isascii() and line.isdecimal() and int(line)):
        raise Problem(f"The argument `line` is {line}, which is no number of a line.")
    place, path = locate_file(places, given.get("path", ""))
    project, remarks = await session.look(place.root)
    asked = Asked(path=path, task=task, line=int(line) if line else None)
    prompt = await asyncio.to_thread(session.gateway.prompts.prompt, project, asked)
    if not prompt.text:
        raise Problem(" ".join(prompt.remarks))
    return Made(prompt.text, (*prompt.remarks, *remarks))
