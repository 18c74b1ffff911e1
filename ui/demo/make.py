"""Puts demonstration data into a store, in one go."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from kb.errors import QuestionsError
from kb.store.receipts import cited_versions
from ui.demo.desk_work import OWNER, decisions, revisions
from ui.demo.history import Channel, Chats, Storyteller, batches
from ui.demo.messages import Asked, asked_messages
from ui.demo.practice import practise
from ui.demo.traffic import expected_orders, trading_days
from ui.insights import zone_of
from ui.services import Services

BATCH = 400
"""Records of one transaction."""
Said = Callable[[str], None]


def make_demonstration(
    services: Services, seed: int, now: dt.datetime, said: Said = lambda _: None, *, scale: float = 1.0
) -> dict[str, int]:  # fmt: skip
    """Fill the store; gives back how many records of each kind were made. The same shop, day and seed make the same ones.

    said: is told what is being done. scale: of the number of chats. Whoever calls has looked whether the store may be filled.
    """
    store, generator, zone = services.store, random.Random(seed), zone_of(services)
    said("asking golden questions and the drills' messages")
    messages = asked_messages(services, generator)
    if not messages:
        raise QuestionsError(
            "the content folder has neither golden questions nor drills", where="kb demo", fix="write questions/*.yaml or drills/*.md"
        )
    today = now.astimezone(zone).date()
    days = trading_days(today, generator, scale)
    channels = [Channel(one.id, one.target_seconds) for one in services.answerer.snapshot.companions.shop.channels]
    chats = Storyteller(messages, channels, zone, now, generator).tell(days)
    said("writing the chats")
    store.mark_demonstration(seed, now, {})
    _write(services, chats, messages, now)
    store.put_orders({**{day.date: day.orders for day in days if day.date < today}, **expected_orders(days, today, generator)}, OWNER, now)
    said("scoring practice")
    practised = practise(services, now, generator)
    said("articles and conflicts")
    written = [store.add_revision(revision) for revision in sorted(revisions(services, now, generator), key=lambda one: one.at)]
    decided = decisions(services, now)
    for decision in decided:
        store.add_conflict_decision(decision)
    made = {
        "asks": len(chats.asks), "replies": len(chats.replies), "feedback": len(chats.feedback), **practised,
        "revisions": len(written), "conflict_decisions": len(decided),
    }  # fmt: skip
    store.mark_demonstration(seed, now, made)
    return made


def _write(services: Services, chats: Chats, messages: list[Asked], now: dt.datetime) -> None:
    """With the texts that the answers cite, so that their receipts are whole."""
    store, snapshot = services.store, services.answerer.snapshot
    versions = {one.version: one for message in messages for one in cited_versions(message.answer.as_json(), snapshot, now)}
    store.add_versions(versions.values())
    for batch in batches(chats.asks, BATCH):
        store.add_all(batch)
    store.add_all(chats.feedback)
    store.add_demo_replies(chats.replies)


__all__ = ["make_demonstration"]
