"""A small shop that drills are held to."""

from __future__ import annotations

import datetime as dt

from kb.content import Companions, Phrases, Shop
from kb.models import ApprovedReply, Article, Audience, Chunk
from kb.training.drill_lint import Shop as DrillShop

TODAY = dt.date(2031, 5, 20)
NOTICE = {"zh-Hant": "實際情況以本店公告為準。", "zh-Hans": "实际情况以本店公告为准。", "en": "Our notices prevail."}


def article(
    name: str, title: str, *, category: str = "returns", audience: Audience = "public", until: dt.date | None = None, version: str = "v1"
) -> Article:
    return Article(
        name, f"{name}.md", title, "zh-Hant", category, (), audience, "", None, until, None, None, None, "published", (), version, (),
    )  # fmt: skip


def chunk(name: str, number: int, text: str, *replies: ApprovedReply) -> Chunk:
    return Chunk(f"{name}#{number}", name, number, "item", text, text, "", (number + 9, number + 9), replies=replies)


ARTICLES = {
    one.id: one
    for one in (
        article("returns/lamps", "檯燈退換"),
        article("returns/bulbs", "燈泡退換"),
        article("returns/old", "舊檯燈退換", until=dt.date(2030, 1, 1)),
        article("staff/goodwill", "內部", category="staff", audience="agent"),
    )
}
CHUNKS = [
    chunk("returns/lamps", 0, "未拆封的檯燈可於簽收後 14 日內退換。"),
    chunk("returns/lamps", 1, "瑕疵品的運費由本店承擔。"),
    chunk("returns/bulbs", 0, "燈泡於簽收後 30 日內只可換貨,不設退款。"),
    chunk("staff/goodwill", 0, "客服可批核 HKD 80 以下的補償。"),
]
COMPANIONS = Companions(
    shop=Shop.model_validate(
        {"channels": [{"id": "chat", "name": {"zh-Hant": "聊天", "zh-Hans": "聊天", "en": "Chat"}, "target_seconds": 180}], "today": TODAY}
    ),
    disclaimers={"notice": NOTICE},
    phrases=Phrases(),
)
SHOP = DrillShop.of_chunks(ARTICLES, CHUNKS, COMPANIONS)
DRILL = """---
title: 退檯燈
persona: 搬屋的客人
mood: worried
channel: chat
language: yue
articles: [returns/lamps]
must_mention:
  - 14 日|兩星期
  - 本店承擔
must_not_say: [30 日]
disclaimers: [notice]
situation: [empathy]
time_limit_s: 120
---
## Customer
盞燈未拆,可唔可以退?

## Customer
咁運費邊個出?

## Notes
先體諒。
"""
