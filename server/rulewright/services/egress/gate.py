"""Decide what of a request, of texts to embed and of a payload may leave, and say what was held back."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from rulewright.core.config import PrivacySettings
from rulewright.core.models import Failed, Infill, Message, ModelRequest, Notice, Part, Redacted, Source, Withheld
from rulewright.core.peers import Payload
from rulewright.core.privacy.redact import mark_of, redact, without
from rulewright.core.privacy.secrets import Secret, find_secrets
from rulewright.services.egress.paths import PathRules

PoliciesOf = Callable[[str], PrivacySettings]
MAX_ROUNDS = 4
MAX_DEPTH = 40
"""Of a payload; a deeper one is refused."""


class Passed(msgspec.Struct, frozen=True):
    """What may leave of a request."""

    request: ModelRequest
    notices: tuple[Notice, ...]
    failed: Failed | None = None
    """Set where nothing may leave."""


class PassedParts(msgspec.Struct, frozen=True):
    """What may leave of parts that are sent together; None for one that was withheld."""

    parts: tuple[Part | None, ...]
    notices: tuple[Notice, ...]
    failed: Failed | None = None


class PassedPayload(msgspec.Struct, frozen=True):
    """What may leave of a payload."""

    payload: Payload
    notices: tuple[Notice, ...]
    refused: str = ""


class Gate:
    """The one place that decides what leaves."""

    def __init__(self, policies: PoliciesOf, paths: PathRules) -> None:
        """`policies` gives the settings of a root, which may name no project."""
        self._policies, self._paths = policies, paths

    def request(self, request: ModelRequest, *, is_local: bool) -> Passed:
        """What may leave of a request."""
        policy = self._policies(request.root)
        if is_local and policy.local_models == "all":
            return Passed(request, ())
        groups: list[Sequence[Part]] = [message.parts for message in request.messages]
        if request.infill is not None:
            groups.append((request.infill.prefix, request.infill.suffix, *request.infill.extra))
        groups.append([Part(text) for text in request.stop])
        why_not = self._paths.asker(request.root, policy.never_send)
        looks = [_Look(why_not, group) for group in groups]
        notices = _merged(looks)
        if failed := _refusal(policy, notices):
            return Passed(msgspec.structs.replace(request, messages=(), infill=None, stop=()), notices, failed)
        *shown, stop = [look.shown() for look in looks]
        infill = request.infill
        if infill is not None:
            prefix, suffix, *extra = shown.pop()
            infill = Infill(prefix, suffix, tuple(extra))
        messages = tuple(Message(m.role, tuple(parts)) for m, parts in zip(request.messages, shown, strict=True))
        texts = tuple(part.text for part in stop)
        return Passed(msgspec.structs.replace(request, messages=messages, infill=infill, stop=texts), notices)

    def parts(self, root: str, parts: Sequence[Part], *, is_local: bool) -> PassedParts:
        """What may leave of parts that are no message, such as texts to embed."""
        policy = self._policies(root)
        if is_local and policy.local_models == "all":
            return PassedParts(tuple(parts), ())
        why_not = self._paths.asker(root, policy.never_send)
        looks = [_Look(why_not, (part,)) for part in parts]
        notices = _merged(looks)
        if failed := _refusal(policy, notices):
            return PassedParts((None,) * len(parts), notices, failed)
        return PassedParts(tuple(None if look.withheld else look.shown()[0] for look in looks), notices)

    def payload(self, subject: str, payload: Payload) -> PassedPayload:
        """What may leave for another node, under a subject that all nodes see."""
        policy = self._policies(payload.root)
        empty = Payload(root=payload.root)
        if find_secrets(subject):
            return PassedPayload(empty, (), f"Nothing was sent: there is a secret in its subject, {redact(subject)}.")
        why_not = self._paths.asker(payload.root, policy.never_send)
        for source in payload.sources:
            if reason := why_not(source.path):
                withheld = Withheld(redact(source.path), reason)
                return PassedPayload(empty, (withheld,), withheld.sentence)
        counts: Counter[str] = Counter()
        try:
            value = _plain(payload.value, counts, MAX_DEPTH)
        except (TypeError, RecursionError) as error:
            return PassedPayload(empty, (), f"What was to be sent to another node cannot be looked at: {error}.")
        in_data = Counter(secret.kind for secret in find_secrets(payload.data.decode("latin-1")))
        notices = tuple(Redacted(kind, n) for kind, n in sorted((counts + in_data).items()))
        if in_data or (notices and _refuses(policy)):
            kinds = ", ".join(notice.kind for notice in notices)
            return PassedPayload(empty, notices, f"It holds a secret ({kinds}), so it was not sent to another node.")
        return PassedPayload(msgspec.structs.replace(payload, value=value, sources=()), notices)


class _Look:
    """A look at parts that a provider may join."""

    def __init__(self, why_not: Callable[[str], str], parts: Sequence[Part]) -> None:
        self.withheld: dict[int, Withheld] = {}
        for number, part in enumerate(parts):
            if part.source is not None and (reason := why_not(part.source.path)):
                self.withheld[number] = Withheld(redact(part.source.path), reason)
        self.parts = [self._instead(n, part) for n, part in enumerate(parts)]
        self.texts = [part.text for part in self.parts]
        self.secrets = found = _in_parts(self.texts)
        for _ in range(MAX_ROUNDS):
            if not any(found):
                break
            self.texts = [without(text, tuple(secrets)) for text, secrets in zip(self.texts, found, strict=True)]
            # A mark may end what hid another secret; each round leaves less.
            found = _in_parts(self.texts)

    def _instead(self, number: int, part: Part) -> Part:
        if number not in self.withheld:
            return part
        withheld = self.withheld[number]
        return msgspec.structs.replace(part, text=f"[{withheld.path} {withheld.reason}: not shown]\n", kind="text")

    def notices(self) -> list[Notice]:
        """What was held back."""
        found: list[Notice] = list(self.withheld.values())
        for part, secrets in zip(self.parts, self.secrets, strict=True):
            path = redact(part.source.path) if part.source is not None else ""
            found += (Redacted(kind, n, path) for kind, n in sorted(Counter(s.kind for s in secrets).items()))
        return found

    def shown(self) -> list[Part]:
        """The parts as they may leave."""
        return [_shown(part, text) for part, text in zip(self.parts, self.texts, strict=True)]


def _shown(part: Part, text: str) -> Part:
    source = part.source
    if source is not None and (path := redact(source.path)) != source.path:
        source = Source(path, source.first_line, source.last_line)
    return msgspec.structs.replace(part, text=text, source=source, label=redact(part.label))


def _in_parts(texts: Sequence[str]) -> list[list[Secret]]:
    """The secrets of each text, those included that only show when the texts are joined."""
    found = [list(find_secrets(text)) for text in texts]
    if len(texts) == 1:
        return found
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text))
    for secret in find_secrets("".join(texts)):
        for number, text in enumerate(texts):
            start, end = max(secret.start - starts[number], 0), min(secret.end - starts[number], len(text))
            if start < end and not any(s.start < end and start < s.end for s in found[number]):
                found[number].append(Secret(start, end, secret.kind))
                found[number].sort()
    return found


def _merged(looks: Sequence[_Look]) -> tuple[Notice, ...]:
    """Each notice once, with the counts of the same kind in the same file added."""
    withheld: dict[str, Withheld] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for notice in (notice for look in looks for notice in look.notices()):
        if isinstance(notice, Withheld):
            withheld.setdefault(notice.path, notice)
        else:
            counts[notice.kind, notice.path] += notice.count
    return (*withheld.values(), *(Redacted(kind, n, path) for (kind, path), n in counts.items()))


def _refuses(policy: PrivacySettings) -> bool:
    return policy.on_secret == "refuse"  # noqa: S105 - a verb


def _refusal(policy: PrivacySettings, notices: Sequence[Notice]) -> Failed | None:
    secrets = [notice for notice in notices if isinstance(notice, Redacted)]
    if not _refuses(policy) or not secrets:
        return None
    first = secrets[0]
    where = f" in {first.path}" if first.path else ""
    more = f", and {len(secrets) - 1} more" if len(secrets) > 1 else ""
    return Failed(
        "secret",
        f"Nothing was sent: there is a secret ({first.kind}){where}{more}, and privacy.on_secret is `refuse`.",
    )


def _plain(value: Any, counts: Counter[str], depth: int) -> Any:
    """A value of plain types with its texts redacted; raises TypeError for what cannot be looked at."""
    if depth == 0:
        raise TypeError("it is nested too deeply")
    if isinstance(value, str):
        counts.update(secret.kind for secret in find_secrets(value))
        return redact(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        if find_secrets(value.decode("latin-1")):
            raise TypeError("bytes in it hold a secret")
        return value
    if isinstance(value, dict):
        return {_plain(k, counts, depth - 1): _beside(k, v, counts, depth - 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, counts, depth - 1) for item in value]
    raise TypeError(f"it has a {type(value).__name__}")


def _beside(key: Any, value: Any, counts: Counter[str], depth: int) -> Any:
    """The value of a key, which may say that it is a secret: `{"password": "..."}`."""
    if isinstance(key, str) and isinstance(value, str):
        line = f'{key} = "'
        secrets = [s for s in find_secrets(f'{line}{value}"') if s.end > len(line)]
        if secrets and not find_secrets(value):
            counts.update(secret.kind for secret in secrets)
            return mark_of(secrets[0].kind)
    return _plain(value, counts, depth)
