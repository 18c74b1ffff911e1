"""Secrets that are handed out once; the store keeps their digests only."""

from __future__ import annotations

import hashlib
import hmac
from secrets import token_urlsafe

BYTES = 32


def new_secret() -> str:
    """Url-safe text of 256 random bits."""
    return token_urlsafe(BYTES)


def digest(secret: str) -> str:
    """sha256, hexadecimal. No salt or stretching: a secret of 256 random bits cannot be guessed from it."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def derived(secret: str, purpose: str) -> str:
    """A second secret, computed from the first: whoever knows one purpose's cannot tell another's or the first."""
    return hmac.new(secret.encode(errors="replace"), purpose.encode(), hashlib.sha256).hexdigest()


__all__ = ["derived", "digest", "new_secret"]
