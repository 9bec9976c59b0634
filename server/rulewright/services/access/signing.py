"""Tokens as JSON Web Tokens (RFC 7519), signed with a key that only this user can read (HMAC with SHA-256)."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from rulewright.core.access import DAY_S, MAX_DAYS, Grant, Grants, NotLetIn, in_order
from rulewright.core.permissions import ACTIONS, Principal

AUDIENCE = "rulewright"
ALGORITHM = "HS256"
MAX_TOKEN = 4_096
N_ID_BYTES = 8
REQUIRED = ("aud", "exp", "iat", "jti", "sub")

FORGED = "This token was not made here. Make one with `rulewright token new`, or read the server's token file again."
EXPIRED = "This token has expired. Ask whoever started the server for a new one (`rulewright token new`)."
REVOKED = "This token was revoked. Ask whoever started the server for a new one (`rulewright token new`)."
USED = "This token was for one use, and was used. Ask whoever started the server for a new one."
UNKNOWN = "It cannot be told now whether this token still counts, so nobody is let in. Try again."


class _Claims(msgspec.Struct, frozen=True):
    sub: str
    name: str
    rights: list[str]
    jti: str
    iat: int
    exp: int
    once: bool = False


class Issuer:
    """Makes tokens and reads them. `key` gives the signing key; it may raise OSError, and ValueError in words."""

    def __init__(self, grants: Grants, key: Callable[[], str], now_s: Callable[[], float]) -> None:
        self._grants, self._make_key, self._now_s = grants, key, now_s
        self._key = ""

    def issue(
        self, user_id: str, name: str, rights: Sequence[str] = ACTIONS, *, days: float = 30, is_for_once: bool = False
    ) -> tuple[str, Grant]:
        """A new token, which is shown this once, and what it gives.

        Raises ValueError for what cannot be meant, and OSError when it cannot be kept.
        """
        if not 0 < days <= MAX_DAYS:
            raise ValueError(f"A token counts for more than no time and for at most {MAX_DAYS} days.")
        if not user_id.strip():
            raise ValueError("A token is for somebody: give a name.")
        if not (ordered := in_order(rights)):
            raise ValueError("A token that allows nothing is of no use.")
        now = int(self._now_s())
        grant = Grant(
            token_id=secrets.token_hex(N_ID_BYTES),
            user_id=user_id,
            name=name or user_id,
            rights=ordered,
            issued_at=now,
            expires_at=now + max(int(days * DAY_S), 1),
            is_for_once=is_for_once,
        )
        token = self._sign(grant)
        self._grants.add(grant)
        return token, grant

    def _sign(self, grant: Grant) -> str:
        import jwt  # noqa: PLC0415 - it takes a fifth of a second, and few processes need it

        claims = _Claims(
            grant.user_id,
            grant.name,
            list(grant.rights),
            grant.token_id,
            grant.issued_at,
            grant.expires_at,
            grant.is_for_once,
        )
        return jwt.encode({**msgspec.to_builtins(claims), "aud": AUDIENCE}, self._signing_key(), ALGORITHM)

    def let_in(self, token: str) -> Principal:
        """Who brings a token. Raises NotLetIn."""
        claims = self._read(token)
        now = int(self._now_s())
        try:
            grant = self._grants.find(claims.jti)
        except OSError as error:
            raise NotLetIn(UNKNOWN, f"tokens cannot be read: {error}", claims.jti) from None
        if grant is None or grant.revoked_at:
            raise NotLetIn(REVOKED, "revoked", claims.jti)
        # The clock may have been set back since it was signed; what is kept says the same.
        if now >= grant.expires_at:
            raise NotLetIn(EXPIRED, "expired", claims.jti)
        try:
            if not self._grants.use(claims.jti, now):
                raise NotLetIn(USED, "used before", claims.jti)
        except OSError as error:
            if grant.is_for_once:
                raise NotLetIn(UNKNOWN, f"its use cannot be kept: {error}", claims.jti) from None
        return grant.principal

    def _read(self, token: str) -> _Claims:
        import jwt  # noqa: PLC0415 - as above

        if len(token) > MAX_TOKEN:
            raise NotLetIn(FORGED, "too long for a token")
        try:
            key = self._signing_key()
        except (OSError, ValueError) as error:
            raise NotLetIn(UNKNOWN, f"the signing key cannot be read: {error}") from None
        try:
            found: Any = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                # Ours is the clock that counts; a token from a while ahead is from before the clock was set back.
                options={"require": list(REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
            return msgspec.convert(found, _Claims)
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError) as error:
            raise NotLetIn(FORGED, f"not made here: {type(error).__name__}") from None

    def _signing_key(self) -> str:
        if not self._key:
            self._key = self._make_key()
        return self._key
