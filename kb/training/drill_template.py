"""What a new drill begins with: every key, with the values that the shop knows, and what each is for in the trainer's language."""

from __future__ import annotations

from typing import Final

from kb.models import ReplyLanguage
from kb.training.drill import LANGUAGES, MOODS, SITUATIONS
from kb.training.drill_lint import Shop

_TEMPLATE: Final = """---
title:
persona:
mood: calm            # {moods}
channel: {channel}
language: {language}     # {languages}
category:             # {categories}
articles: []          # {articles}
must_mention: []      # {must_mention}
must_not_say: []      # {must_not_say}
disclaimers: []       # {disclaimers}
situation: []         # {situations}
time_limit_s:         # {time_limit_s}
---
## {customer}


## {notes}

"""
_WORDS: Final[dict[ReplyLanguage, dict[str, str]]] = {
    "zh-Hant": {
        "articles": "寫有這些事實的文章編號", "must_mention": "一項一個事實;其他說法用 | 分開,例如 \"14 日|兩星期\"",
        "must_not_say": "相近規定的數值、沒有人可以作的承諾", "time_limit_s": "每則回覆的秒數;留空即渠道的目標", "customer": "客人", "notes": "備註",
    },
    "zh-Hans": {
        "articles": "写有这些事实的文章编号", "must_mention": "一项一个事实;其他说法用 | 分开,例如 \"14 天|两个星期\"",
        "must_not_say": "相近规定的数值、没有人可以作的承诺", "time_limit_s": "每条回复的秒数;留空即渠道的目标", "customer": "客人", "notes": "备注",
    },
    "en": {
        "articles": "ids of the articles that state the facts", "must_mention": "one fact an entry; other wordings after |, as in \"14 days|two weeks\"",
        "must_not_say": "a neighbouring rule's value, a promise that nobody may make", "time_limit_s": "for each reply; empty: the channel's target",
        "customer": "Customer", "notes": "Notes",
    },
}  # fmt: skip


def drill_template(shop: Shop, lang: ReplyLanguage = "en") -> str:
    """lang: of the remarks and headings."""
    channels = [one.id for one in shop.companions.shop.channels]
    return _TEMPLATE.format(
        moods=" | ".join(MOODS), channel=channels[0] if channels else "", language=shop.companions.shop.reply_language, languages=" | ".join(LANGUAGES),
        categories=" | ".join(sorted({article.category for article in shop.articles.values() if article.audience == "public"})),
        disclaimers=" | ".join(shop.companions.disclaimers), situations=" | ".join(SITUATIONS), **_WORDS[lang],
    )  # fmt: skip


__all__ = ["drill_template"]
