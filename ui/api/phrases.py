"""What agents insert by one key: greetings of the season, quick phrases; and the channels with their targets."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from kb.models import ReplyLanguage
from ui.api.bodies import Shown
from ui.api.limits import allow
from ui.services import Services


class GreetingShown(Shown):
    """A greeting of a season."""

    model_config = ConfigDict(populate_by_name=True)
    id: str
    name: str
    text: str
    first_day: dt.date = Field(alias="from")
    last_day: dt.date = Field(alias="until")
    now: bool
    """Whether today lies in the season."""
    article: str | None
    """Id of the article that sets the greeting's rules."""


class QuickPhraseShown(Shown):
    """A sentence to insert."""

    id: str
    text: str


class ChannelShown(Shown):
    """Where customers write."""

    id: str
    name: str
    target_seconds: int | None
    """Within how many seconds a first reply is due."""


class PhrasesShown(Shown):
    """In one language."""

    lang: ReplyLanguage
    greetings: list[GreetingShown]
    quick: list[QuickPhraseShown]
    channels: list[ChannelShown]


def phrase_routes(router: APIRouter, services: Services) -> None:
    @router.get("/phrases", summary="Greetings, quick phrases, channels", response_model=PhrasesShown, dependencies=[allow("answer")])
    def phrases(
        lang: Annotated[ReplyLanguage | None, Query(description="Default: the shop's own language.")] = None,
    ) -> PhrasesShown:
        """The shop's `phrases.yaml` and the channels of its `shop.yaml`, in one language."""
        companions, today = services.answerer.snapshot.companions, services.today()
        chosen = lang or companions.shop.reply_language
        return PhrasesShown(
            lang=chosen,
            greetings=[
                GreetingShown(
                    id=one.id, name=one.name[chosen], text=one.text[chosen], first_day=one.first_day, last_day=one.last_day,
                    now=one.in_season(today), article=one.article,
                )
                for one in companions.phrases.greetings
            ],
            quick=[QuickPhraseShown(id=one.id, text=one.text[chosen]) for one in companions.phrases.quick],
            channels=[ChannelShown(id=one.id, name=one.name[chosen], target_seconds=one.target_seconds) for one in companions.shop.channels],
        )  # fmt: skip


__all__ = ["phrase_routes"]
