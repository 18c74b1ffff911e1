"""Sent replies, posted to the shop's own system: signed, sealed while they wait, tried again for hours, never lost in a restart.

A delivery is at least once: the receiver tells repeats by the header Idempotency-Key, which is the reply's id.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
import logging
import random
import threading
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from prometheus_client import Counter

from kb.errors import SettingsError, YoujuError
from kb.settings import Settings
from kb.store import Delivery, Store

SIGNATURE: Final = "X-Youju-Signature"
TIMEOUT: Final = 10.0
"""Seconds that one attempt may take, all in all."""
MOST_ATTEMPTS: Final = 16
"""With the waits between them, about six hours."""
FIRST_WAIT: Final = 5.0
"""Seconds before the second attempt; each later wait is twice as long."""
LONGEST_WAIT: Final = 3600.0
LOOK_EVERY: Final = 5.0
"""Seconds between looks for what is due, when nothing wakes us."""
AT_ONCE: Final = 4
"""Deliveries under way at a time: few enough to be reported on before the outbox hands them to somebody else."""

log = logging.getLogger(__name__)


class Webhook:
    """Posts what waits in the store's outbox, on a thread of its own. Several processes may do so over one store."""

    def __init__(self, store: Store, url: str, secret: str, *, first_wait: float = FIRST_WAIT, look_every: float = LOOK_EVERY) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise SettingsError("is no http or https address", where="KB_WEBHOOK_URL", fix="write https://host/path")
        self._store, self._url, self._secret = store, url, secret.encode()
        self._seal = Fernet(_key(self._secret))
        self._first_wait, self._look_every = first_wait, look_every
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._stopping = False
        self.attempts = Counter("youju_webhook_attempts_total", "Posts of replies to the webhook, by how they went.", ["outcome"], registry=None)

    @classmethod
    def of(cls, settings: Settings, store: Store) -> Webhook | None:
        """The webhook that the settings name; None where they name none. Raises SettingsError."""
        return cls(store, settings.webhook_url, settings.webhook_secret) if settings.webhook_url else None

    def sealed(self, payload: Mapping[str, Any]) -> bytes:
        """The body to post, as it may be kept: nobody reads it without the secret."""
        return self._seal.encrypt(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())

    def wake(self) -> None:
        """Something new waits: post it now. Thread-safe."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it was stopped meanwhile; the next start finds what waits
                loop.call_soon_threadsafe(self._woken.set)

    def start(self) -> None:
        """Begin to post, with what waited since before."""
        if self._thread is None:
            self._stopping = False
            self._thread = threading.Thread(target=lambda: asyncio.run(self._post_forever()), name="webhook", daemon=True)
            self._thread.start()

    def stop(self, seconds: float = 2.0) -> None:
        """Finish what is under way, within `seconds`; the rest waits in the store."""
        self._stopping = True
        self.wake()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None

    async def _post_forever(self) -> None:
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        async with httpx.AsyncClient(follow_redirects=False, headers={"user-agent": "youju"}) as client:
            while not self._stopping:
                self._woken.clear()
                if not await self._post_due(client):
                    try:
                        await asyncio.wait_for(self._woken.wait(), self._look_every)
                    except TimeoutError:
                        continue
        self._loop = None

    async def _post_due(self, client: httpx.AsyncClient) -> bool:
        """Whether anything was due."""
        try:
            due = await asyncio.to_thread(self._store.due_deliveries, _now(), AT_ONCE)
            await asyncio.gather(*(self._deliver(client, delivery) for delivery in due))
            return bool(due)
        except YoujuError as error:  # the store cannot be reached: later, when it can
            log.error("webhook: %s", error)
        except Exception:  # whatever it was, the replies that wait must not wait for a restart
            log.exception("webhook: a delivery failed here")
        return False

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        """One attempt, and what is written down of it."""
        try:
            body = self._seal.decrypt(delivery.sealed)
        except InvalidToken:
            log.error("webhook: reply %s was sealed with another KB_WEBHOOK_SECRET and cannot be posted", delivery.reply_id)
            return await self._give_up(delivery)
        status, retry_after = await self._post(client, body, delivery)
        if 200 <= status < 300:
            self.attempts.labels("delivered").inc()
            await asyncio.to_thread(self._store.delivery_done, delivery.id)
        elif status == 410 or delivery.attempts >= MOST_ATTEMPTS:
            log.error("webhook: reply %s is given up after attempt %d (%s)", delivery.reply_id, delivery.attempts, status or "no answer")
            await self._give_up(delivery)
        else:
            self.attempts.labels("retried").inc()
            wait = max(self._wait(delivery.attempts), retry_after)
            log.warning("webhook: reply %s, attempt %d: %s; again in %.0f s", delivery.reply_id, delivery.attempts, status or "no answer", wait)
            await asyncio.to_thread(self._store.delivery_failed, delivery.id, _now() + dt.timedelta(seconds=wait))

    async def _post(self, client: httpx.AsyncClient, body: bytes, delivery: Delivery) -> tuple[int, float]:
        """(status, 0 where there was no answer in time; seconds that the receiver asks us to wait). The answer's body is not read."""
        headers = {
            "content-type": "application/json",
            "idempotency-key": delivery.reply_id,
            SIGNATURE: signature(self._secret, body, int(time.time())),
        }
        try:
            async with asyncio.timeout(TIMEOUT), client.stream("POST", self._url, content=body, headers=headers, timeout=TIMEOUT) as response:
                return response.status_code, _seconds(response.headers.get("retry-after", ""))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            log.info("webhook: reply %s: %s", delivery.reply_id, type(error).__name__)  # the error's text may name the address
            return 0, 0.0

    async def _give_up(self, delivery: Delivery) -> None:
        self.attempts.labels("failed").inc()
        await asyncio.to_thread(self._store.delivery_failed, delivery.id, None)

    def _wait(self, attempts: int) -> float:
        """Seconds before the next attempt: twice as long each time, up to half of it left to chance, so that many don't come at once."""
        return min(self._first_wait * 2.0 ** (attempts - 1), LONGEST_WAIT) * random.uniform(0.5, 1.0)


def signature(secret: bytes, body: bytes, at: int) -> str:
    """The header's value: when it was signed, and HMAC-SHA256 over that moment, a dot and the body."""
    return f"t={at},v1={hmac.new(secret, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def _key(secret: bytes) -> bytes:
    """A key of its own, so that what is sealed tells nothing of what is signed."""
    return base64.urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"youju webhook outbox").derive(secret))


def _seconds(retry_after: str) -> float:
    return min(float(retry_after), LONGEST_WAIT) if retry_after.isdecimal() else 0.0


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


__all__ = ["MOST_ATTEMPTS", "SIGNATURE", "Webhook", "signature"]
