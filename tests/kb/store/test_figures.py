"""Each figure against plain SQL, over random histories with what goes wrong: midnight, the end of summer time, no channel, replies to nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, create_engine, insert, make_url, text

from kb.store import Ask, Feedback, Scope, Store, schema
from kb.store.counted import counted_of
from kb.store.figures import Asked, Contacts, Made, Replied, Usage
from kb.store.local_time import offsets_between
from tests.kb.store.test_database import fill_with_the_oldest

LONDON, KATHMANDU = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kathmandu")
FIRST, LAST = dt.date(2031, 10, 24), dt.date(2031, 10, 28)
"""Summer time ends in London on 26 October 2031: one o'clock comes twice."""
TARGETS: dict[str, int | None] = {"chat": 180, "email": 43_200, "forum": None}
SCOPES = {
    "everything": Scope(dt.datetime.combine(FIRST, dt.time(), LONDON), dt.datetime.combine(LAST + dt.timedelta(days=1), dt.time(), LONDON), LONDON),
}
SCOPES |= {
    "kathmandu": dataclasses.replace(SCOPES["everything"], zone=KATHMANDU),
    "no channel": dataclasses.replace(SCOPES["everything"], channel=""),
    "chat in english": dataclasses.replace(SCOPES["everything"], channel="chat", lang="en"),
    "two articles": dataclasses.replace(SCOPES["everything"], articles=frozenset({"a1", "a3"})),
    "no article": dataclasses.replace(SCOPES["everything"], articles=frozenset()),
}


def moments(generator: random.Random) -> Iterator[dt.datetime]:
    """Near the period and in it; half of them on the edges of hours and days."""
    start = SCOPES["everything"].since.astimezone(dt.UTC) - dt.timedelta(days=2)
    while True:
        at = start + dt.timedelta(hours=generator.randrange(9 * 24))
        shift = generator.choice([dt.timedelta(), dt.timedelta(microseconds=-1), dt.timedelta(seconds=generator.randrange(3600), microseconds=1)])
        yield at + shift


def fill(store: Store, seed: int, number: int = 240) -> None:
    generator = random.Random(seed)
    at = moments(generator)
    asks, feedback = [], []
    for n in range(number):
        abstain = generator.random() < 0.3
        cited = [] if abstain else [{"n": 1 + i, "article": generator.choice(["a1", "a2", "a3"])} for i in range(generator.randrange(4))]
        answer: dict[str, Any] = {"lang": generator.choice(["en", "yue", "zh-Hant"]), "abstain": abstain, "sources": cited, "draft": "d"}
        answer["reason"] = generator.choice(["none", "advice"]) if abstain else None
        answer["nearest"] = [{"article": "a3"}] if abstain and n % 2 else []
        channel, chat = generator.choice(["chat", "email", "forum", ""]), generator.choice(["", "c1", "c2", "c3", "c4", "c5", "c6"])
        said = generator.choice(["Where is it?", "And to Macau?"])
        asks.append(Ask(f"q{n}", next(at), "amy", channel, chat, said, (), "2031-10-24", answer, "s", "extractive", {}))
    for n in range(number // 2):
        answered = generator.choice([*(ask.id for ask in asks), "never asked"])
        feedback.append(Feedback(f"f{n}", answered, next(at), "amy", generator.choice(["right", "wrong", "missing"]), ""))
    store.add_all([*asks, *feedback])
    replies = []
    for n in range(number):
        answered = generator.choice([*(ask.id for ask in asks[: number // 2]), "never asked", None])
        replies.append(
            {
                "id": f"r{n}", "answer_id": answered, "at": next(at), "by_name": "amy", "channel": generator.choice(["chat", "email", "forum", ""]),
                "conversation": "", "text": f"t{n}", "problems": [], "action": generator.choice(["copy", "send"]), "drafted": "d",
                "edited": answered is not None and generator.random() < 0.5, "delivery": "none",
                "seconds": generator.choice([None, 0.0, 60.0, 180.0, 180.5, 43_200.0, generator.random() * 500]),
            }
        )  # fmt: skip
    with store._writing() as connection:
        connection.execute(insert(schema.replies), replies)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One history for all tests that only read it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('figures') / 'store.sqlite3'}"
    else:
        server = make_url(request.getfixturevalue("postgres_server")).set(drivername="postgresql+psycopg")
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE figures"))
        engine.dispose()
        url = server.set(database="figures").render_as_string(hide_password=False)
    store = Store.open(url)
    fill(store, seed=20)
    yield store
    store.close()


@pytest.fixture(params=SCOPES)
def scope(request: pytest.FixtureRequest) -> Scope:
    return SCOPES[request.param]


# ---- plain SQL -------------------------------------------------------------------------------------------------------------


def rows(store: Store, sql: str, scope: Scope) -> list[tuple[Any, ...]]:
    """Run a statement in which {period of TABLE} stands for the period, {asks} and {replies} for the whole scope, {wall of TABLE} for the shop's own
    time as YYYY-MM-DD HH."""
    with store._reading() as connection:
        sqlite = connection.dialect.name == "sqlite"
        for table in ("asks", "replies", "feedback"):
            wall = f"wall({table}.at)" if sqlite else f"to_char({table}.at AT TIME ZONE '{scope.zone.key}', 'YYYY-MM-DD HH24')"
            sql = sql.replace(f"{{wall of {table}}}", wall).replace(f"{{period of {table}}}", f"{table}.at >= :since AND {table}.at < :until")
        sql = sql.replace("{asks}", _conditions(scope, "asks")).replace("{replies}", _conditions(scope, "replies"))
        if sqlite:
            _teach(connection, scope.zone)
        values = {name: _bound(value, sqlite) for name, value in (("since", scope.since), ("until", scope.until))}
        return [tuple(row) for row in connection.execute(text(sql), values)]


def _conditions(scope: Scope, table: str) -> str:
    parts = [f"{table}.at >= :since AND {table}.at < :until"]
    parts += [f"{table}.channel = '{scope.channel}'"] if scope.channel is not None else []
    what = [f"asks.lang = '{scope.lang}'"] if scope.lang is not None else []
    what += [f"asks.article IN ({', '.join(repr(one) for one in sorted(scope.articles)) or 'NULL'})"] if scope.articles is not None else []
    if table == "replies" and what:
        return " AND ".join([*parts, f"replies.answer_id IN (SELECT asks.id FROM asks WHERE {' AND '.join(what)})"])
    return " AND ".join([*parts, *what])


def _teach(connection: Connection, zone: ZoneInfo) -> None:
    """SQLite knows no time zones."""
    driver: Any = connection.connection.driver_connection
    driver.create_function("wall", 1, lambda at: dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC).astimezone(zone).strftime("%Y-%m-%d %H"))


def _bound(at: dt.datetime, sqlite: bool) -> Any:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else at


def moment(at: Any) -> dt.datetime:
    return (dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)) if isinstance(at, str) else at


# ---- how much ------------------------------------------------------------------------------------------------------------


def test_questions_by_day_hour_language_article_and_reason(filled: Store, scope: Scope) -> None:
    abstained = "sum(CASE WHEN abstained THEN 1 ELSE 0 END)"

    def asked(group: str) -> dict[Any, Asked]:
        return {
            row[0]: Asked(row[1], row[2]) for row in rows(filled, f"SELECT {group}, count(*), {abstained} FROM asks WHERE {{asks}} GROUP BY 1", scope)
        }

    assert {day.isoformat(): count for day, count in filled.asks_by_day(scope).items()} == asked("substr({wall of asks}, 1, 10)")
    hours = {f"{channel} {hour:02}": count for (channel, hour), count in filled.asks_by_hour(scope).items()}
    assert hours == asked("channel || ' ' || substr({wall of asks}, 12, 2)")
    assert filled.asks_by_language(scope) == asked("lang")
    assert filled.asks_by_article(scope) == asked("article")
    reasons = rows(filled, "SELECT reason, count(*) FROM asks WHERE abstained AND {asks} GROUP BY 1", scope)
    assert filled.abstentions_by_reason(scope) == dict(reasons)


def test_what_is_counted_of_an_answer_is_what_the_answer_says(filled: Store) -> None:
    for ask in filled.asks(limit=1000):
        [(lang, abstained, reason, article)] = rows(
            filled, f"SELECT lang, abstained, reason, article FROM asks WHERE id = '{ask.id}'", SCOPES["everything"]
        )
        first = [*ask.answer["sources"], *ask.answer["nearest"]]
        assert (lang, bool(abstained), reason or None) == (ask.answer["lang"], ask.answer["abstain"], ask.answer["reason"])
        assert article == (first[0]["article"] if first else "")


# ---- how fast ------------------------------------------------------------------------------------------------------------


def test_replies_by_day_hour_and_action(filled: Store, scope: Scope) -> None:
    days = rows(filled, "SELECT substr({wall of replies}, 1, 10), count(*) FROM replies WHERE {replies} GROUP BY 1", scope)
    assert {day.isoformat(): count for day, count in filled.replies_by_day(scope).items()} == dict(days)
    held = "replies.channel IN ('chat', 'email') AND seconds IS NOT NULL"
    within = "(replies.channel = 'chat' AND seconds <= 180) OR (replies.channel = 'email' AND seconds <= 43200)"
    sums = ", ".join(f"sum(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in ("seconds IS NOT NULL", held, within))
    hours = rows(
        filled, f"SELECT channel || ' ' || substr({{wall of replies}}, 12, 2), count(*), {sums} FROM replies WHERE {{replies}} GROUP BY 1", scope
    )
    found = {f"{channel} {hour:02}": count for (channel, hour), count in filled.replies_by_hour(scope, TARGETS).items()}
    assert found == {row[0]: Replied(*row[1:]) for row in hours}
    actions = dict(rows(filled, "SELECT action, count(*) FROM replies WHERE {replies} GROUP BY 1", scope))
    [(own,)] = rows(filled, "SELECT count(*) FROM replies WHERE {replies} AND answer_id IS NULL", scope)
    assert filled.replies_by_action(scope) == {**actions, "own": own}


def test_percentiles_of_the_time_to_a_reply_are_values_that_occurred(filled: Store, scope: Scope) -> None:
    times: dict[Any, list[float]] = defaultdict(list)
    for channel, hour, seconds in rows(
        filled,
        "SELECT channel, substr({wall of replies}, 12, 2), seconds FROM replies WHERE {replies} AND seconds IS NOT NULL ORDER BY seconds",
        scope,
    ):
        for group in (("channel", channel), ("hour", int(hour)), ("all", 0)):
            times[group].append(seconds)
    found = {(by, of): both for by in ("all", "channel", "hour") for of, both in filled.seconds_at(scope, by).items()}  # type: ignore[arg-type]
    assert found == {group: (values[math.ceil(len(values) * 0.5) - 1], values[math.ceil(len(values) * 0.9) - 1]) for group, values in times.items()}


# ---- what became of drafts ---------------------------------------------------------------------------------------------------


def test_drafts_by_week(filled: Store, scope: Scope) -> None:
    plain = "EXISTS (SELECT 1 FROM replies WHERE answer_id = asks.id AND NOT edited)"
    some = "EXISTS (SELECT 1 FROM replies WHERE answer_id = asks.id)"
    sums = ", ".join(f"sum(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in (plain, f"{some} AND NOT {plain}", f"NOT {some}"))
    weeks: dict[dt.date, Made] = defaultdict(Made)
    for day, *made in rows(filled, f"SELECT substr({{wall of asks}}, 1, 10), {sums} FROM asks WHERE NOT abstained AND {{asks}} GROUP BY 1", scope):
        date = dt.date.fromisoformat(day)
        weeks[date - dt.timedelta(days=date.weekday())] += Made(*made)
    assert filled.drafts_by_week(scope) == weeks


def test_edited_texts_are_those_of_drafts_that_answered(filled: Store, scope: Scope) -> None:
    sql = "SELECT drafted, text FROM replies WHERE {replies} AND edited AND answer_id IN (SELECT id FROM asks WHERE NOT abstained) ORDER BY at DESC, id DESC"
    expected = rows(filled, sql, scope)
    assert filled.edited_texts(scope, 1000) == expected
    assert filled.edited_texts(scope, 3) == expected[:3]
    assert filled.edited_replies(scope) == len(expected)


def test_verdicts_count_when_they_were_given(filled: Store, scope: Scope) -> None:
    within = _conditions(scope, "asks").partition(" AND asks.at < :until")[2]
    narrow = f"AND answer_id IN (SELECT id FROM asks WHERE 1 = 1 {within})" if within else ""
    assert filled.verdicts(scope) == dict(
        rows(filled, f"SELECT verdict, count(*) FROM feedback WHERE {{period of feedback}} {narrow} GROUP BY 1", scope)
    )


@pytest.mark.parametrize("hours", [1, 24])
def test_first_answers_that_were_enough(filled: Store, scope: Scope, hours: int) -> None:
    known, window = scope.until - dt.timedelta(hours=3), dt.timedelta(hours=hours)
    near = dataclasses.replace(scope, since=scope.since - window, until=scope.until + window, channel=None, lang=None, articles=None)
    sql = "SELECT conversation, at, question, channel, lang, article, abstained FROM asks WHERE {asks} AND conversation <> '' ORDER BY at, id"
    chats: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for chat, at, question, *rest in rows(filled, sql, near):
        if not chats[chat] or chats[chat][-1][1] != question:
            chats[chat].append((moment(at), question, *rest))
        else:  # asked again: it stands where it stood, and the next one is compared with its words
            continue
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for turns in chats.values():
        for n, (at, _, channel, lang, article, abstained) in enumerate(turns):
            before, after = (turns[n - 1][0] if n else None), (turns[n + 1][0] if n + 1 < len(turns) else None)
            if not scope.since <= at < scope.until or (scope.channel not in (None, channel)) or (scope.lang not in (None, lang)):
                continue
            if (scope.articles is not None and article not in scope.articles) or (before is not None and _seconds(before, at) <= hours * 3600):
                continue
            further = after is not None and _seconds(at, after) <= hours * 3600
            kind = 1 if not further and at > known - window else 4 if abstained else 3 if further else 2
            counts[channel][0] += 1
            counts[channel][kind] += 1
    assert filled.contacts(scope, hours, known) == {channel: Contacts(*count) for channel, count in counts.items()}


def _seconds(earlier: dt.datetime, later: dt.datetime) -> int:
    return math.floor(later.timestamp()) - math.floor(earlier.timestamp())


def test_articles_count_once_an_answer(filled: Store, scope: Scope) -> None:
    found = {}
    for article in ("a1", "a2", "a3", "a4"):
        cites = f'FROM asks WHERE NOT abstained AND CAST(answer AS TEXT) LIKE \'%"article":"{article}"%\' AND {{asks}}'.replace('":"', '"\\:"')
        [(cited,)] = rows(filled, f"SELECT count(*) {cites}", scope)
        plain = "EXISTS (SELECT 1 FROM replies WHERE answer_id = asks.id AND NOT edited)"
        some = "EXISTS (SELECT 1 FROM replies WHERE answer_id = asks.id)"
        made = [rows(filled, f"SELECT count(*) {cites} AND {one}", scope)[0][0] for one in (plain, f"{some} AND NOT {plain}", f"NOT {some}")]
        [(wrong,)] = rows(filled, f"SELECT count(*) FROM feedback WHERE verdict IN ('wrong', 'missing') AND answer_id IN (SELECT id {cites})", scope)
        if cited:
            found[article] = Usage(cited, Made(*made), wrong)
    assert filled.article_usage(scope) == found


def test_questions_come_newest_first(filled: Store, scope: Scope) -> None:
    sql = "SELECT at, question, channel, lang, abstained FROM asks WHERE {asks} ORDER BY at DESC, id DESC"
    expected = [(moment(at), question, channel, lang, bool(abstained)) for at, question, channel, lang, abstained in rows(filled, sql, scope)]
    assert [dataclasses.astuple(row) for row in filled.question_rows(scope, 1000)] == expected
    assert [row.abstained for row in filled.question_rows(scope, 1000, abstained=True)] == [True] * sum(row[4] for row in expected)


def test_an_answer_that_lists_no_sources_breaks_no_count(store: Store) -> None:
    scope = SCOPES["everything"]
    for n, answer in enumerate([{}, {"sources": None}, {"sources": "none"}, {"sources": [{}]}]):
        store.add_ask(Ask(f"q{n}", scope.since, "amy", "", "", "?", (), "2031-10-24", {"sources": []}, "s", "extractive", {}))
        with store._writing() as connection:
            connection.execute(text("UPDATE asks SET answer = :answer WHERE id = :id"), {"answer": json.dumps(answer), "id": f"q{n}"})
    assert store.article_usage(scope) == {}


def test_answers_of_an_older_database_are_counted(address: str) -> None:
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    fill_with_the_oldest(engine)
    answer = {"lang": "yue", "abstain": True, "reason": "none", "sources": [], "nearest": [{"article": "care/pens"}]}
    with engine.begin() as connection:
        connection.execute(text("UPDATE asks SET answer = :answer"), {"answer": json.dumps(answer)})
    engine.dispose()
    store = Store.open(address)
    ask = store.ask("a1")
    assert ask is not None
    scope = Scope(ask.at, ask.at + dt.timedelta(seconds=1), LONDON)
    assert counted_of(ask.answer) == {"lang": "yue", "abstained": True, "reason": "none", "article": "care/pens"}
    assert store.asks_by_language(scope) == {"yue": Asked(1, 1)}
    assert store.asks_by_article(scope) == {"care/pens": Asked(1, 1)}
    assert store.abstentions_by_reason(scope) == {"none": 1}
    store.close()


def test_offsets_change_where_the_clocks_do() -> None:
    since, until = dt.datetime(2031, 3, 1, tzinfo=dt.UTC), dt.datetime(2031, 12, 1, tzinfo=dt.UTC)
    changes = [dt.datetime(2031, 3, 30, 1, tzinfo=dt.UTC), dt.datetime(2031, 10, 26, 1, tzinfo=dt.UTC)]
    assert offsets_between(LONDON, since, until) == [(since, 0), (changes[0], 3600), (changes[1], 0)]
    assert offsets_between(KATHMANDU, since, until) == [(since, 20_700)]
    assert offsets_between(LONDON, since, since) == [(since, 0)]
