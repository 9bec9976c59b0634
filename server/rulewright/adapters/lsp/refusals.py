"""What a client is refused at the door is no fault of ours: it gets the sentence, and nothing is logged as an error."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from pygls.exceptions import JsonRpcException

from rulewright.core.permissions import NotAllowed

REQUEST_FAILED = -32803


def answers_refusals(handler: Callable[..., Any], note: Callable[[NotAllowed], None]) -> Callable[..., Any]:
    """The same handler, whose refusals are errors of the protocol; `note` gets those that are in no log yet."""
    if not iscoroutinefunction(handler):
        return handler

    @wraps(handler)
    async def answer(*arguments: Any) -> Any:
        try:
            return await handler(*arguments)
        except NotAllowed as refused:
            if not refused.is_noted:
                refused.is_noted = True
                note(refused)
            raise JsonRpcException(str(refused), REQUEST_FAILED) from None

    return answer
