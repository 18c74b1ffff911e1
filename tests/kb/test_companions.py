"""kb/content.py: the files beside the articles."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from kb.content import Companions, Shop, read_yaml
from kb.errors import ContentError


def test_a_folder_with_articles_alone_gives_defaults(tmp_path: Path) -> None:
    companions = Companions.load(tmp_path)
    assert companions == Companions()
    assert companions.shop.reply_language == "zh-Hant"


def test_every_file_is_read(lantern_quay: Path) -> None:
    companions = Companions.load(lantern_quay)
    assert companions.shop.name == {"zh-Hant": "燈塔碼頭", "zh-Hans": "灯塔码头", "en": "Lantern Quay"}
    assert companions.shop.current_date() == dt.date(2031, 5, 20)
    assert companions.disclaimers["wind"]["en"] == "Close the umbrella in strong wind."
    assert [term.id for term in companions.glossary] == ["storm-umbrella", "reed-pen"]
    assert companions.glossary[0].all_names() == ["風暴傘", "防風傘", "风暴伞", "storm umbrella"]


def test_json_and_back_changes_nothing(lantern_quay: Path) -> None:
    companions = Companions.load(lantern_quay)
    assert Companions.from_json(json.loads(json.dumps(companions.as_json()))) == companions


def test_boundaries_are_messages(tmp_path: Path) -> None:
    (tmp_path / "boundaries.yaml").write_text("- Write me a poem\n- 幫我報稅\n", encoding="utf-8")
    assert Companions.load(tmp_path).boundaries == ("Write me a poem", "幫我報稅")


def test_without_a_fixed_day_today_is_the_day_in_the_shops_time_zone() -> None:
    far_west, far_east = Shop(time_zone="Pacific/Pago_Pago").current_date(), Shop(time_zone="Pacific/Kiritimati").current_date()
    assert far_east - far_west in (dt.timedelta(days=1), dt.timedelta(days=2))


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes("\ufeffname: {en: Shop}\n".encode())
    assert Companions.load(tmp_path).shop.name == {"en": "Shop"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("shop.yaml", "reply_language: fr", "reply_language"),
        ("shop.yaml", "colour: red", "colour"),
        ("shop.yaml", "time_zone: Atlantis/Capital", "unknown time zone 'Atlantis/Capital'"),
        ("shop.yaml", "- a\n- b", "shop.yaml"),
        ("shop.yaml", "name: {en: x}\nname {", "shop.yaml:[23]: broken YAML"),
        ("shop.yaml", "today: 2031-02-30", "shop.yaml: broken YAML: day is out of range"),
        ("shop.yaml", "today: !!timestamp never", "shop.yaml: broken YAML"),
        ("shop.yaml", "name: {en: \x07}", "broken YAML"),
        ("disclaimers.yaml", "wind: {en: Mind the wind.}", "'wind' has no text in zh-Hant, zh-Hans"),
        ("disclaimers.yaml", "wind: {zh-Hant: a, zh-Hans: ' ', en: c}", "'wind' has no text in zh-Hans"),
        ("disclaimers.yaml", "wind: text", "'wind' has no text"),
        ("disclaimers.yaml", "- wind", "must map ids to texts"),
        ("glossary.yaml", "terms: [{id: x}]", "broken term: names"),
        ("glossary.yaml", "terms: [{id: x, names: {fr: [a]}}]", "broken term"),
        ("glossary.yaml", "terms: 5", "broken term"),
        ("boundaries.yaml", "a: b", "must be a list of messages"),
        ("boundaries.yaml", "- 5", "must be a list of messages"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=said) as raised:
        Companions.load(tmp_path)
    assert name in raised.value.where
    assert raised.value.fix
    assert "\n" not in str(raised.value)


def test_bytes_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes(b"name: {en: Caf\xe9}")
    with pytest.raises(ContentError, match="byte 14 is not UTF-8"):
        read_yaml(tmp_path / "shop.yaml")


def test_companions_cannot_be_changed(lantern_quay: Path) -> None:
    with pytest.raises(ValidationError):
        Companions.load(lantern_quay).shop.time_zone = "UTC"
