"""Prompts that tell a model of a hole, where its server does not make them."""

from typing import Any

from rulewright.core.infill.families import FAMILIES, Family, family_of
from rulewright.core.infill.templates import render
from rulewright.core.model_settings import FimKind
from rulewright.core.models import Infill, ModelRequest
from rulewright.services.models.wire import Unable, clean


class Holes:
    """How one model of the settings is told of holes."""

    def __init__(self, fim: FimKind = "auto", *, does_infill: bool) -> None:
        """`does_infill` is whether its `roles` have `complete`."""
        self._fim, self._is_asked = fim, does_infill
        self.does_infill = does_infill and fim != "none"

    def family(self, model: str, *, server_does: bool) -> Family | None:
        """The family whose prompt is sent; None where the server makes one."""
        if self._fim == "auto":
            return None if server_does else family_of(model)
        return FAMILIES.get(self._fim)

    def of(self, request: ModelRequest) -> Infill:
        """The hole of a request. Raises Unable."""
        if not self._is_asked:
            raise Unable("is not set up to fill in the middle: its `roles` lack `complete`")
        if not self.does_infill:
            raise Unable('is not set up to fill in the middle: its `fim` is "none"')
        if request.infill is None:
            raise Unable("was asked to fill in nothing")
        return request.infill


def prompt_of(family: Family, infill: Infill) -> str:
    """The prompt for a hole. It says nothing of the project's name, which is no part of a request."""
    return clean(render(family, infill, ""))


def stops_of(family: Family, request: ModelRequest) -> dict[str, Any]:
    """Where an answer ends, the request's own first, as a field of a body."""
    return {"stop": [clean(stop) for stop in dict.fromkeys((*request.stop, *family.stop))]}
