"""The way into a help desk's frame: its server asks for an address that signs one agent in, once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import Field

from ui.api.bodies import MAX_TEXT, Body, Name, Shown
from ui.api.limits import allow
from ui.api.problems import Refusal
from ui.services import Services

SECONDS = 60
"""How long a frame's address may wait to be opened."""


class FrameBody(Body):
    """For whom the desk is shown, and with which message."""

    user: Name
    """Name of the agent's account."""
    q: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    """The customer's message, asked at once; empty: none."""


class FrameShown(Shown):
    """What to put into the frame."""

    path: str
    """Address below this app; it works once."""
    expires_in: int
    """Seconds."""


def frame_routes(router: APIRouter, services: Services) -> None:
    @router.post("/frames", summary="An address for a frame", status_code=201, response_model=FrameShown, dependencies=[allow("embed")])
    def frame(body: FrameBody) -> FrameShown:
        """The address of a desk inside a help desk's page, signed in as that agent. It works once, within a minute; the session lives in a
        partitioned cookie. The help desk's origin must be in KB_FRAME_ANCESTORS."""
        user = services.store.user(body.user)
        if user is None or user.disabled:
            raise Refusal(404, "no such account may sign in")
        token = services.store.add_frame_token(user.name, SECONDS)
        return FrameShown(path=f"/embed?{urlencode({'token': token} | ({'q': body.q} if body.q else {}))}", expires_in=SECONDS)


__all__ = ["frame_routes"]
