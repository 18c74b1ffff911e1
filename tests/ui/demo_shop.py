"""The invented shop with golden questions, a drill and channels: small enough to be filled with demonstration data in a moment."""

from __future__ import annotations

import shutil
from pathlib import Path

from kb.settings import Settings
from tests.ui.api.test_training import DRILL

QUESTIONS = """questions:
- {id: Q1, lang: zh-Hant, text: "未拆封的風暴傘幾天內可以退款?", expect: {articles: {all_of: [returns/umbrellas]}, must_include: [[9 日]], disclaimers: [wind]}}
- {id: Q2, lang: en, text: "How long does delivery to the outer islands take?", expect: {articles: {all_of: [delivery/islands]}, must_include: [[6 working days]]}}
- {id: Q3, lang: en, text: "When does a parcel count as lost?", expect: {articles: {all_of: [delivery/islands]}, must_include: [[21 days]]}}
- {id: Q4, lang: zh-Hans, text: "芦苇笔多久清洗一次?", expect: {articles: {all_of: [care/pens]}, must_include: [[6 个星期]], disclaimers: [ink]}}
- {id: Q5, lang: yue, text: "風暴傘保養期有幾耐?", expect: {articles: {all_of: [returns/umbrellas]}, must_include: [[18 個月]], disclaimers: [wind]}}
- {id: Q6, lang: en, text: "What does delivery to the islands cost?", expect: {articles: {all_of: [delivery/islands]}, must_include: [[EUR 12]]}}
- {id: Q7, lang: zh-Hant, text: "你們有沒有賣環保袋?", expect: {abstain: true}}
- {id: Q8, lang: en, text: "Do you repair bicycles?", expect: {abstain: true}}
"""
CHANNELS = """channels:
  - {id: chat, name: {zh-Hant: 聊天, zh-Hans: 聊天, en: Chat}, target_seconds: 180}
  - {id: post, name: {zh-Hant: 信, zh-Hans: 信, en: Post}}
"""


def demo_shop(lantern_quay: Path, folder: Path) -> Settings:
    """Lexical search alone."""
    content = Path(shutil.copytree(lantern_quay, folder / "content"))
    for name, text in (("questions/golden.yaml", QUESTIONS), ("drills/storm-umbrella.md", DRILL)):
        (content / name).parent.mkdir(exist_ok=True)
        (content / name).write_text(text, encoding="utf-8")
    with (content / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write(CHANNELS)
    return Settings(home=folder / "home", content=content, embedder="none", port=0)


__all__ = ["CHANNELS", "QUESTIONS", "demo_shop"]
