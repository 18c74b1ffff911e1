"""What a new drill begins with: every key, with the values that the shop knows."""

from __future__ import annotations

from kb.training.drill import LANGUAGES, MOODS, SITUATIONS
from kb.training.drill_lint import Shop

_TEMPLATE = """---
title:
persona:
mood: calm            # {moods}
channel: {channel}
language: {language}     # {languages}
category:             # {categories}
articles: []          # ids of the articles that state the facts
must_mention: []      # one fact an entry; other wordings after |, as in "14 days|two weeks"
must_not_say: []      # a neighbouring rule's value, a promise that nobody may make
disclaimers: []       # {disclaimers}
situation: []         # {situations}
time_limit_s:         # for each reply; empty: the channel's target
---
## Customer


## Notes

"""


def drill_template(shop: Shop) -> str:
    channels = [one.id for one in shop.companions.shop.channels]
    return _TEMPLATE.format(
        moods=" | ".join(MOODS), channel=channels[0] if channels else "", language=shop.companions.shop.reply_language, languages=" | ".join(LANGUAGES),
        categories=" | ".join(sorted({article.category for article in shop.articles.values() if article.audience == "public"})),
        disclaimers=" | ".join(shop.companions.disclaimers), situations=" | ".join(SITUATIONS),
    )  # fmt: skip


__all__ = ["drill_template"]
