"""A provider over HTTP: any wire format, one way to ask, to wait, to try again, to stop and to fail.

An answer is always streamed. Another try is made only before the first word was given out, and never of what somebody
types meanwhile (`complete`). Closing the generator of an answer closes its connection, by which a server stops at once.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec

from rulewright.core.model_settings import Endpoint, ModelSettings, key_variable
from rulewright.core.models import (
    Capabilities,
    Embeddings,
    Failed,
    ModelError,
    ModelEvent,
    ModelRequest,
    Part,
)
from rulewright.services.models import failures
from rulewright.services.models.answer import Answer
from rulewright.services.models.body import Body
from rulewright.services.models.failures import Refusal, Where
from rulewright.services.models.http import CannotReach, Connections, Reach
from rulewright.services.models.keys import KeyProblem, Keys
from rulewright.services.models.wire import Call, Fault, Format, NotJson, Unable, decoded, fault_of

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

N_TRIES = 3
FIRST_WAIT_S = 0.5
MAX_WAIT_S = 20.0
"""A server that asks to wait for longer is not waited for."""
ASK_S = 30.0
"""Time for what is not streamed."""
LOOK_S = 5.0
"""Time for what only helps to say something."""
KNOWN_S = 60.0
"""How long what a server can do is taken for known."""
LINGER_S = 0.05
"""Time for the end of a body after the end of the answer, so that the connection can be used again."""
AFTER_FINISH_S = 2.0
"""Time for the counts that follow the end of an answer."""
MAX_ERROR_BYTES = 100_000
MAX_JSON_BYTES = 50_000_000
N_EMBEDDED = 64
"""Texts in one call."""
OK = 200

Waited = Literal["first", "next", "all"]
Framing = Literal["events", "lines"]


class Stop(Exception):  # noqa: N818 - carries an answer
    """There is no answer, and here is why."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


class HttpProvider:
    """A model of the user's settings."""

    def __init__(
        self,
        model: ModelSettings,
        endpoint: Endpoint,
        form: Format,
        *,
        keys: Keys,
        connections: Connections,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`pause` waits for seconds; `chance` is from 0 to 1."""
        self._model, self._endpoint, self._format = model, endpoint, form
        self._keys, self._connections = keys, connections
        self._pause, self._chance = pause, chance
        self._reach = Reach(model.ca_file, endpoint.is_local, endpoint.is_encrypted)
        self._holds = self._is_closed = False
        self._key_hint = key_variable(model)
        self._only_name = ""
        self._capabilities: tuple[float, Capabilities] | None = None

    @property
    def name(self) -> str:
        """As the user's settings call it."""
        return self._model.name

    @property
    def is_local(self) -> bool:
        """Whether what is sent stays on this machine."""
        return self._endpoint.is_local

    @property
    def is_encrypted(self) -> bool:
        """Whether it is asked over TLS."""
        return self._endpoint.is_encrypted

    @property
    def first_token_s(self) -> float:
        """How long it may take to begin."""
        return float(self._model.first_token_s)

    @property
    def format(self) -> Format:
        """What its server speaks."""
        return self._format

    # Answers

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The answer as it comes; never raises but when cancelled. Closing it ends the answer at its source."""
        now = asyncio.get_running_loop().time
        deadline = now() + min(request.deadline_s, float(self._model.deadline_s))
        request = self._limited(request)
        n_tried, has_hurried = 0, False
        while True:
            exchange = _Exchange(self, request, deadline)
            try:
                failed = await exchange.open()
                while failed is None:
                    events, failed = await exchange.more()
                    for event in events:
                        yield event
                    if exchange.is_whole:
                        return
            finally:
                await exchange.close()
            n_tried += 1
            if exchange.was_dropped and not has_hurried:
                # It closed a connection that it had kept, while we wrote: nothing was read of our request.
                n_tried, has_hurried = n_tried - 1, True
                continue
            wait_s = None if exchange.has_begun else self._wait_s(failed, request, n_tried, deadline - now())
            if wait_s is None:
                yield failed
                return
            await self._pause(wait_s)

    def _limited(self, request: ModelRequest) -> ModelRequest:
        """The request with what the settings say of this model."""
        of = self._model
        max_tokens = min(request.max_tokens, of.max_tokens) if of.max_tokens else request.max_tokens
        temperature = of.temperature if request.temperature is None else request.temperature
        return msgspec.structs.replace(request, max_tokens=max(1, max_tokens), temperature=temperature)

    def _wait_s(self, failed: Failed, request: ModelRequest, n_tried: int, left_s: float) -> float | None:
        """Seconds until another try; None where there is to be none."""
        if request.purpose == "complete" or n_tried >= N_TRIES or failed.status not in failures.WAITED_FOR:
            return None
        if failed.kind in {"refused", "too_long"}:
            return None
        if failed.retry_after_s is not None:
            wait_s = failed.retry_after_s
        else:
            # Half of it by chance, so that many who were refused at once do not come back at once.
            wait_s = (0.5 + 0.5 * self._chance()) * FIRST_WAIT_S * 2 ** (n_tried - 1)
        return wait_s if wait_s <= min(MAX_WAIT_S, left_s) else None

    async def open(self, client: "AsyncClient", request: ModelRequest) -> "tuple[Response, Framing, tuple[str, ...]]":
        """The answer from its first byte on, its framing, and where it ends besides the request's stop texts.

        Raises Stop, and what a connection raises.
        """
        while True:
            try:
                call = self._format.stream(request, request.model or await self._name_there())
            except Unable as unable:
                raise Stop(Failed("refused", f"The model {self.name} {unable}.")) from None
            response = await self._send(client, call, is_stream=True)
            if response.status_code == OK:
                kind = response.headers.get("content-type", "").lower()
                if "html" in kind or "xml" in kind:
                    await response.aclose()
                    raise Stop(failures.not_a_model(self.where(), kind))
                # A server that does not stream gives one object, which is one line.
                is_lines = call.framing == "lines" or "application/json" in kind
                return response, "lines" if is_lines else "events", call.stop
            refusal = await self._refusal(response)
            field = failures.field_not_taken(refusal)
            if not field or not self._format.without(field):
                raise Stop(await self._refused(refusal))

    # Calls

    async def _send(self, client: "AsyncClient", call: Call, *, is_stream: bool) -> "Response":
        """The head of an answer. Raises Stop, and what a connection raises."""
        try:
            key = await self._keys.find(self._model)
        except KeyProblem as problem:
            raise Stop(Failed("refused", str(problem))) from None
        headers = {**self._model.headers, **call.headers, **(self._format.key_header(key.value) if key.value else {})}
        headers["accept"] = "application/json" if call.framing != "events" else "text/event-stream"
        content = None
        if call.body is not None:
            content = msgspec.json.encode(call.body)
            headers["content-type"] = "application/json"
        if is_stream and not self._endpoint.is_encrypted:
            # llama.cpp closes the connection after a stream although it says that it keeps it.
            headers["connection"] = "close"
        method = "GET" if content is None else "POST"
        request = client.build_request(method, self._url(call), content=content, headers=headers)
        return await client.send(request, stream=True)

    def _url(self, call: Call) -> str:
        url = self._endpoint.url
        if call.is_from_root:
            parts = urlsplit(url)
            url = f"{parts.scheme}://{parts.netloc}"
        return url + call.path

    async def acquire(self) -> "AsyncClient":
        """A client, to be released. It is there until this provider is closed and all calls are done. Raises Stop."""
        try:
            client = await self._connections.acquire(self._reach)
            if not self._holds and not self._is_closed:
                self._holds = True
                await self._connections.acquire(self._reach)
        except CannotReach as problem:
            raise Stop(Failed("unreachable", f"The model {self.name} was not asked: {problem}.")) from None
        return client

    async def release(self) -> None:
        """Let go of it."""
        await self._connections.release(self._reach)

    async def _refusal(self, response: "Response") -> Refusal:
        """What an answer that is none says, read to its end or as far as it makes sense."""
        body = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ERROR_BYTES:
                    break
        finally:
            await response.aclose()
        return Refusal(response.status_code, _fault_in(bytes(body)), dict(response.headers))

    async def _refused(self, refusal: Refusal) -> Failed:
        """A sentence about it, with what there is instead where a model is not known."""
        names: tuple[str, ...] = ()
        if refusal.status in {401, 403}:
            self._keys.forget(self._model)
        if refusal.status == 404:  # noqa: PLR2004 - not found
            with suppress(ModelError):
                names = await self.models(LOOK_S)
        failed = failures.of_refusal(self.where(), refusal, names)
        if failed.retry_after_s is None and "retry-after" in refusal.headers:
            after_s = failures.retry_after_s(refusal.headers, time.time())
            failed = msgspec.structs.replace(failed, retry_after_s=after_s)
        return failed

    async def _ask(self, call: Call, limit_s: float, *, n_tries: int = 1) -> Any:
        """The JSON of an answer that comes at once. Raises ModelError."""
        deadline = asyncio.get_running_loop().time() + limit_s
        n_tried, has_hurried = 0, False
        while True:
            n_tried += 1
            try:
                async with asyncio.timeout_at(deadline):
                    return await self._asked(call)
            except Stop as stop:
                failed = stop.failed
            except TimeoutError:
                failed = failures.of_wait(self.where(), "all", limit_s)
            except Exception as error:  # noqa: BLE001 - as above
                failed = failures.of_error(self.where(), error, has_begun=False)
                if not has_hurried and was_dropped(error):
                    has_hurried = True
                    n_tried -= 1
                    continue
            left_s = deadline - asyncio.get_running_loop().time()
            wait_s = self._wait_s(failed, ModelRequest(root=""), n_tried, left_s) if n_tried < n_tries else None
            if wait_s is None:
                raise ModelError(failed)
            await self._pause(wait_s)

    async def _asked(self, call: Call) -> Any:
        client = await self.acquire()
        try:
            return await self._asked_of(client, call)
        finally:
            await self.release()

    async def _asked_of(self, client: "AsyncClient", call: Call) -> Any:
        response = await self._send(client, call, is_stream=False)
        if response.status_code != OK:
            raise Stop(await self._refused_simply(response))
        body = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_JSON_BYTES:
                    raise Stop(failures.of_end(self.where(), "too_large"))
        finally:
            await response.aclose()
        try:
            return decoded(bytes(body))
        except NotJson:
            raise Stop(failures.not_a_model(self.where(), response.headers.get("content-type", ""))) from None

    async def _refused_simply(self, response: "Response") -> Failed:
        return failures.of_refusal(self.where(), await self._refusal(response))

    # What there is

    async def models(self, limit_s: float = ASK_S) -> tuple[str, ...]:
        """The names of the models that the server has. Raises ModelError."""
        return self._format.names(await self._ask(self._format.list_models(), limit_s))

    async def _name_there(self) -> str:
        """What the server calls the model: as the settings say, or the only one that it has. Raises Stop."""
        if self._model.model or self._only_name:
            return self._model.model or self._only_name
        try:
            names = await self.models()
        except ModelError as error:
            raise Stop(error.failed) from None
        if len(names) > 1:
            told = ", ".join(map(failures.quoted, names[: failures.N_NAMES]))
            raise Stop(Failed("refused", f"{self._endpoint.url} has more than one model; name one as `model`: {told}."))
        self._only_name = names[0] if names else ""
        return self._only_name

    async def capabilities(self) -> Capabilities:
        """What it can do, as its server and the settings say. Raises ModelError."""
        now = asyncio.get_running_loop().time()
        if self._capabilities is not None and now - self._capabilities[0] < KNOWN_S:
            return self._capabilities[1]
        roles = self._model.roles
        try:
            name = await self._name_there()
            found = self._format.capabilities(await self._ask(self._format.look(name), LOOK_S), name)
        except Stop as stop:
            raise ModelError(stop.failed) from None
        found = msgspec.structs.replace(
            found,
            chat=found.chat and "chat" in roles,
            infill=found.infill and "complete" in roles,
            embed="embed" in roles,
            context_tokens=self._model.context_tokens or found.context_tokens,
        )
        self._capabilities = (now, found)
        return found

    async def embed(self, root: str, parts: Sequence[Part]) -> Embeddings:
        """Vectors of texts. Raises ModelError."""
        del root
        vectors: list[tuple[float, ...]] = []
        for start in range(0, len(parts), N_EMBEDDED):
            texts = [part.text for part in parts[start : start + N_EMBEDDED]]
            try:
                call = self._format.embed(texts, await self._name_there())
            except Unable as unable:
                raise ModelError(Failed("refused", f"The model {self.name} {unable}.")) from None
            except Stop as stop:
                raise ModelError(stop.failed) from None
            found = self._format.vectors(await self._ask(call, float(self._model.deadline_s), n_tries=N_TRIES))
            if len(found) != len(texts) or not all(found):
                told = f"The model {self.name} gave {len(found):,} vectors for {len(texts):,} texts."
                raise ModelError(Failed("broken", told))
            vectors += found
        return Embeddings(tuple(vectors), self._model.model or self._only_name)

    async def count_tokens(self, root: str, parts: Sequence[Part]) -> int:
        """Tokens of texts put together, as its server counts; 0 where that does not. Raises ModelError."""
        del root
        try:
            call = self._format.count([part.text for part in parts], await self._name_there())
        except Stop as stop:
            raise ModelError(stop.failed) from None
        return 0 if call is None or not parts else self._format.counted(await self._ask(call, LOOK_S))

    async def close(self) -> None:
        """Let go of connections. An answer that is on its way goes on."""
        self._is_closed = True
        if self._holds:
            self._holds = False
            await self._connections.release(self._reach)

    def where(self) -> Where:
        """Who is asked, for sentences."""
        key = self._keys.at_hand(self._model)
        origin = "its key_command" if self._model.key_command else "the keyring" if self._model.keyring else ""
        name = self._model.model or self._only_name
        endpoint = self._endpoint
        return Where(
            self.name, endpoint.url, endpoint.host, name, endpoint.is_local, key.origin if key else origin,
            key_variable(self._model),
        )  # fmt: skip


class _Exchange:
    """One try to get an answer."""

    def __init__(self, provider: HttpProvider, request: ModelRequest, deadline: float) -> None:
        self._provider, self._request, self._deadline = provider, request, deadline
        self._limit_s = deadline - self._now()
        self._first = min(deadline, self._now() + provider.first_token_s)
        self._response: Response | None = None
        self._body: Body | None = None
        self._answer: Answer | None = None
        self._is_held = False
        self.is_whole = False
        """The last event was `Finished`."""
        self.was_dropped = False
        """The connection was closed before anything was answered."""

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    @property
    def has_begun(self) -> bool:
        """Whether some text was given out."""
        return self._answer is not None and self._answer.has_begun

    async def open(self) -> Failed | None:
        """Send the request and wait for the answer to begin; why it does not."""
        try:
            async with asyncio.timeout_at(self._first):
                client = await self._provider.acquire()
                self._is_held = True
                self._response, framing, stop = await self._provider.open(client, self._request)
        except Stop as stop:
            return stop.failed
        except TimeoutError:
            return self._late("all" if self._first == self._deadline else "first")
        except Exception as error:  # noqa: BLE001 - whatever a connection raises, it is a sentence
            self.was_dropped = was_dropped(error)
            return failures.of_error(self._provider.where(), error, has_begun=False)
        request = msgspec.structs.replace(self._request, stop=(*self._request.stop, *stop)) if stop else self._request
        self._answer = Answer(self._provider.format, framing, request, request.max_tokens)
        # Nothing need look at each piece where nothing is packed.
        is_packed = "content-encoding" in self._response.headers
        chunks = self._response.aiter_bytes() if is_packed else self._response.aiter_raw()
        self._body = Body(chunks)
        return None

    async def more(self) -> tuple[list[ModelEvent], Failed | None]:
        """What came next, and why nothing follows, if that is so."""
        answer, body = self._answer, self._body
        assert answer is not None
        assert body is not None
        when, waits = self._patience(answer)
        failed: Failed | None = None
        try:
            chunk = await body.take(when)
        except TimeoutError:
            chunk, failed = None, self._late(waits)
        except Exception as error:  # noqa: BLE001 - as above
            chunk, failed = None, failures.of_error(self._provider.where(), error, has_begun=True)
        events = answer.feed(chunk) if chunk is not None else []
        if chunk is not None and answer.end is None:
            return events, None
        if answer.end == "over" and self._provider.is_encrypted:
            await self._linger(body)
        if failed is not None and not answer.is_complete:
            return events, failed
        events += answer.close()
        self.is_whole = answer.end == "over"
        if answer.end == "fault":
            return events, failures.of_fault(self._provider.where(), answer.fault)
        if self.is_whole:
            return events, None
        is_empty = answer.end == "cut" and not answer.has_begun
        return events, failures.of_end(self._provider.where(), "empty" if is_empty else answer.end or "cut")

    def _patience(self, answer: Answer) -> tuple[float, Waited]:
        """When to give up waiting for more, and what is waited for then."""
        which: Waited = "next"
        when = self._now() + (AFTER_FINISH_S if answer.is_complete else failures.SILENCE_S)
        if not answer.has_begun and not answer.is_thinking and not answer.is_complete:
            when, which = self._first, "first"
        return (self._deadline, "all") if self._deadline <= when else (when, which)

    def _late(self, waits: Waited) -> Failed:
        seconds = {"all": self._limit_s, "first": self._provider.first_token_s, "next": failures.SILENCE_S}[waits]
        return failures.of_wait(self._provider.where(), waits, seconds)

    async def _linger(self, body: Body) -> None:
        """Read the end of the body, so that the connection, which took long to make, can be used again."""
        with suppress(Exception):
            await body.take(self._now() + LINGER_S)

    async def close(self) -> None:
        """End it, whether it is over or not."""
        try:
            if self._body is not None:
                await self._body.close()
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        try:
            if self._response is not None:
                await self._response.aclose()
        finally:
            if self._is_held:
                self._is_held = False
                await self._provider.release()


def was_dropped(error: Exception) -> bool:
    """Whether the other side closed a connection before it answered anything."""
    name = type(error).__name__
    return name in {"ReadError", "WriteError"} or (name == "RemoteProtocolError" and "without sending" in str(error))


def _fault_in(body: bytes) -> Fault:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        text = body[:2_000].decode("utf-8", "replace")
        # The page of a proxy says nothing that helps.
        return Fault("" if "<" in text[:200] else text)
    return fault_of(value) if isinstance(value, dict | list) else Fault()
