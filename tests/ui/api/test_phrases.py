"""Greetings, quick phrases, channels."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("lang", "greeting", "channel"), [("zh-Hant", "海港日快樂!", "聊天"), ("zh-Hans", "海港日快乐!", "聊天"), ("en", "Happy Harbour Day!", "Chat")]
)
def test_phrases_speak_the_language_asked_for(person: Any, lang: str, greeting: str, channel: str) -> None:
    given = person("agent").get("/api/v1/phrases", params={"lang": lang}).json()
    assert given["lang"] == lang
    assert given["greetings"][0]["text"] == greeting
    assert given["channels"][0] == {"id": "chat", "name": channel, "target_seconds": 180}
    assert given["channels"][1]["target_seconds"] is None


def test_the_season_is_the_shops_own_today(person: Any) -> None:
    given = person("agent").get("/api/v1/phrases").json()
    assert given["lang"] == "zh-Hant"
    assert {one["id"]: one["now"] for one in given["greetings"]} == {"harbour-day": True, "lantern-night": False}
    assert given["greetings"][1]["article"] == "staff/goodwill"
    assert (given["greetings"][0]["from"], given["greetings"][0]["until"]) == ("2031-05-18", "2031-05-20")
