"""What a client is refused at the door is no fault of ours: it gets the sentence, and nothing is logged as an error."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from pygls.exceptions import JsonRpcException

from rulewright.core.permissions import NotAllowed

REQUEST_FAILED = -32803


def answers_refusals(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The same handler, whose refusals are errors of the protocol."""
    if not iscoroutinefunction(handler):
        return handler

    @wraps(handler)
    async def answer(*arguments: Any) -> Any:
        try:
            return await handler(*arguments)
        except NotAllowed as refused:
            raise JsonRpcException(str(refused), REQUEST_FAILED) from None

    return answer
