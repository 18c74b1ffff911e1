"""kb/content.py: the files beside the articles."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from kb.content import BrokenCompanions, Companions, Shop, read_yaml
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
        ("shop.yaml", "today: 2031-02-30", "shop.yaml:1: today: '2031-02-30' is no date; write it as YYYY-MM-DD"),
        ("shop.yaml", "today: 20310230", "shop.yaml:1: today: 20310230 is no date"),
        ("shop.yaml", "today: !!timestamp never", "shop.yaml:1: broken YAML"),
        ("shop.yaml", "name: {en: \x07}", "broken YAML"),
        ("disclaimers.yaml", "wind: {en: Mind the wind.}", "'wind' has no text in zh-Hant, zh-Hans"),
        ("disclaimers.yaml", "wind: {zh-Hant: a, zh-Hans: ' ', en: c}", "'wind' has no text in zh-Hans"),
        ("disclaimers.yaml", "wind: text", "'wind' has no text"),
        ("disclaimers.yaml", "- wind", "must map ids to texts"),
        ("glossary.yaml", "terms: [{id: x}]", "'names' is missing; add it: `names: {zh-Hant"),
        ("glossary.yaml", "terms: [{id: x, names: {fr: [a]}}]", "unknown key 'names.fr'; use one of zh-Hant, zh-Hans, en, yue"),
        ("glossary.yaml", "terms: [{id: x, names: {en: a}}]", "names.en: 'a' is no list"),
        ("glossary.yaml", "terms: 5", "has no list of terms"),
        ("glossary.yaml", "tent: [a tent]", "has no list of terms; write `terms: "),
        ("glossary.yaml", "terms: []\nwords: []", "glossary.yaml:2: unknown key 'words'"),
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


BROKEN_SHOP = """\
name: {en: Umbrella House}
timezone: Asia/Hong_Kong
default_reply_lang: zh-Hant
time_zone: Asia/HongKong
reply_language: zh_hant
today: soon
currency:
thresholds:
  abstian: 0.3
channels:
  - {id: Chat, name: Chat, target_seconds: 3h}
  - {id: mail, name: {en: Mail}}
  - id: post
review: {second_person: perhaps}
"""


def test_everything_that_is_wrong_in_a_file_is_said_at_once_with_its_line_and_what_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(BROKEN_SHOP, encoding="utf-8")
    companions, problems = Companions.understand(tmp_path)
    keys = "use one of name, time_zone, reply_language, today, thresholds, channels, privacy, review"
    assert [str(problem).removeprefix(f"{tmp_path}/") for problem in problems] == [
        f"shop.yaml:2: unknown key 'timezone'; write 'time_zone', or {keys}",
        f"shop.yaml:3: unknown key 'default_reply_lang'; write 'reply_language', or {keys}",
        "shop.yaml:4: time_zone: unknown time zone 'Asia/HongKong'; use a name such as Asia/Hong_Kong",
        "shop.yaml:5: reply_language: 'zh_hant' is not allowed; write 'zh-Hant', or use one of zh-Hant, zh-Hans, en",
        "shop.yaml:6: today: 'soon' is no date; write it as YYYY-MM-DD",
        f"shop.yaml:7: unknown key 'currency'; {keys}",
        "shop.yaml:9: unknown key 'thresholds.abstian'; write 'abstain', or use one of abstain",
        "shop.yaml:11: channels[1].id: 'Chat' is not allowed; use lower-case letters, digits and dashes, 64 at most",
        "shop.yaml:11: channels[1].target_seconds: '3h' is no number; write a number",
        "shop.yaml:12: channels[2].name: has no text in zh-Hant, zh-Hans; write {zh-Hant: …, zh-Hans: …, en: …}",
        "shop.yaml:13: 'channels[3].name' is missing; add it: `name: {zh-Hant: …, zh-Hans: …, en: …}`",
        "shop.yaml:14: review.second_person: 'perhaps' is neither true nor false; write true or false",
    ]
    assert companions.shop == Shop(name={"en": "Umbrella House"}), "what is right is read all the same"


def test_files_that_cannot_be_used_are_refused_with_the_first_problem_and_the_number_of_others(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("colour: red\nsize: 3", encoding="utf-8")
    (tmp_path / "boundaries.yaml").write_text("- 5\n- fine", encoding="utf-8")
    with pytest.raises(BrokenCompanions, match=r"shop\.yaml:1: unknown key 'colour'; .*; 2 more problems in the files beside the articles") as raised:
        Companions.load(tmp_path)
    assert [problem.line for problem in raised.value.problems] == [1, 2, 1]


def test_a_key_that_stands_twice_is_said_at_its_second_line(tmp_path: Path) -> None:
    (tmp_path / "disclaimers.yaml").write_text("a: &all {zh-Hant: a, zh-Hans: a, en: a}\nb: *all\na: *all\n", encoding="utf-8")
    _, problems = Companions.understand(tmp_path)
    assert [(problem.line, problem.what) for problem in problems] == [(3, "key 'a' stands twice")]


def test_every_wrong_disclaimer_is_named_and_its_id_still_known(tmp_path: Path) -> None:
    text = "wind: Mind it.\nrain: {zh-Hant: a, zh_hans: b, en: c}\nsnow: {zh-Hant: a, zh-Hans: b, en: c}\n"
    (tmp_path / "disclaimers.yaml").write_text(text, encoding="utf-8")
    companions, problems = Companions.understand(tmp_path)
    assert [(problem.line, problem.what) for problem in problems] == [
        (1, "disclaimer 'wind' has no text in zh-Hant, zh-Hans, en"),
        (2, "disclaimer 'rain': unknown key 'zh_hans'"),
        (2, "disclaimer 'rain' has no text in zh-Hans"),
    ]
    assert problems[1].fix.startswith("write 'zh-Hans'")
    assert list(companions.disclaimers) == ["wind", "rain", "snow"]
    (tmp_path / "disclaimers.yaml").write_text("wind: [\nrain: x", encoding="utf-8")
    companions, problems = Companions.understand(tmp_path)
    assert (list(companions.disclaimers), len(problems)) == (["wind", "rain"], 1)


def test_a_name_that_is_the_same_in_every_language_is_written_once(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("name: Umbrella House\ntoday:\nchannels: [{id: app, name: WhatsApp}]\n", encoding="utf-8")
    shop = Companions.load(tmp_path).shop
    assert shop.name == dict.fromkeys(("zh-Hant", "zh-Hans", "en"), "Umbrella House")
    assert (shop.channels[0].name["zh-Hans"], shop.today) == ("WhatsApp", None)


def test_bytes_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes(b"name: {en: Caf\xe9}")
    with pytest.raises(ContentError, match="byte 14 is not UTF-8"):
        read_yaml(tmp_path / "shop.yaml")


def test_companions_cannot_be_changed(lantern_quay: Path) -> None:
    with pytest.raises(ValidationError):
        Companions.load(lantern_quay).shop.time_zone = "UTC"
