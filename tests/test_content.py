"""The sample shop's articles say what the committed facts say: ids, front matter, dates, numbers, table cells, terms."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "content" / "articles"
FACTS = yaml.safe_load((ROOT / "tests" / "data" / "sample_facts.yaml").read_text(encoding="utf-8"))
BY_ID: dict[str, dict[str, Any]] = {article["id"]: article for article in FACTS["articles"]}
FRONT_MATTER = {
    "title": "title",
    "lang": "lang",
    "category": "category",
    "products": "products",
    "audience": "audience",
    "owner": "owner",
    "valid_from": "valid_from",
    "valid_until": "valid_until",
    "review_by": "review_by",
    "supersedes": "supersedes",
    "disclaimers": "required_disclaimers",
}


def squeeze(text: str) -> str:
    """NFKC, lower case, one kind of dash, no thousands comma, no white space, no Markdown marks."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[‐-―−﹣－~〜～]", "-", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return re.sub(r"[\s*`]", "", text)


def numbers(*texts: str) -> set[str]:
    """The numbers in digits, dates split into their parts, without leading zeros."""
    found = [number for text in texts for line in text.splitlines() for number in re.findall(r"\d+(?:\.\d+)?", squeeze(line))]
    return {number.lstrip("0") or "0" for number in found}


@cache
def article(article_id: str) -> tuple[dict[str, Any], str]:
    """Front matter and body without the approved replies, so that a fact cannot hide in a reply alone."""
    text = (ARTICLES / f"{article_id}.md").read_text(encoding="utf-8")
    _, front_matter, body = text.split("---\n", 2)
    return yaml.safe_load(front_matter), re.sub(r"(?ms)^:::\s*reply.*?^:::\s*$", "", body)


def terms(text: str) -> list[str]:
    """Character pairs of Chinese runs and English words of three letters or more."""
    text = unicodedata.normalize("NFKC", text).lower()
    pairs = [run[i : i + 2] for run in re.findall(r"[\u4e00-\u9fff]{2,}", text) for i in range(len(run) - 1)]
    return pairs + re.findall(r"[a-z][a-z'-]{2,}", text)


def test_every_article_of_the_facts_has_its_file_and_no_other() -> None:
    found = {path.relative_to(ARTICLES).with_suffix("").as_posix() for path in ARTICLES.rglob("*.md")}
    assert found == set(BY_ID)


@pytest.mark.parametrize("article_id", BY_ID)
def test_front_matter_is_the_facts(article_id: str) -> None:
    front_matter, _ = article(article_id)
    expected = BY_ID[article_id]
    for key, fact_key in FRONT_MATTER.items():
        have, want = front_matter.get(key), expected[fact_key]
        assert (str(have) if have else "") == (str(want) if want else "") or (have or []) == (want or []), key
    assert front_matter["status"] == "published"
    assert front_matter.get("id", article_id) == article_id


@pytest.mark.parametrize("article_id", BY_ID)
def test_every_number_and_cell_stands_in_the_article(article_id: str) -> None:
    _, body = article(article_id)
    have, squeezed = numbers(body), squeeze(body)
    for fact in BY_ID[article_id]["facts"]:
        assert numbers(fact) <= have, f"{fact}: {sorted(numbers(fact) - have)}"
    for row in (BY_ID[article_id].get("table") or {}).get("rows", []):
        for cell in row:
            assert squeeze(str(cell)) in squeezed, f"table cell {cell!r} of {row}"


@pytest.mark.parametrize("article_id", BY_ID)
def test_every_fact_is_worded_in_the_article(article_id: str) -> None:
    _, body = article(article_id)
    have = set(terms(body)) | set(terms(re.sub(r"\s", "", body)))
    for fact in BY_ID[article_id]["facts"]:
        wanted = terms(fact)
        share = sum(term in have for term in wanted) / max(1, len(wanted))
        assert share >= 0.6, f"only {share:.0%} of the terms of {fact!r} stand in the article"


@pytest.mark.parametrize("article_id", BY_ID)
def test_no_number_is_invented(article_id: str) -> None:
    """Numbers of the body come from the article's facts, table, title or products; list and table marks aside."""
    _, body = article(article_id)
    source = BY_ID[article_id]
    table = source.get("table") or {}
    cells = [str(cell) for row in table.get("rows", []) for cell in [*row, *table["columns"], table["caption"]]]
    names = [str(name) for key, languages in FACTS["product_names"].items() for name in [key, *languages.values()]]
    period = [str(source["valid_from"]), str(source["valid_until"])]
    known = numbers(*source["facts"], source["title"], *source["products"], *cells, *names, *period)
    text = re.sub(r"(?m)^\s*\d+\.\s", "", body)
    assert numbers(text) <= known, sorted(numbers(text) - known)


def test_enough_articles_carry_approved_replies() -> None:
    with_reply = [i for i in BY_ID if "::: reply" in (ARTICLES / f"{i}.md").read_text(encoding="utf-8")]
    assert len(with_reply) >= 25


def test_disclaimers_say_every_point_of_the_facts_in_three_languages() -> None:
    disclaimers = yaml.safe_load((ROOT / "content" / "disclaimers.yaml").read_text(encoding="utf-8"))
    assert set(disclaimers) == set(FACTS["disclaimers"])
    for disclaimer_id, languages in FACTS["disclaimers"].items():
        for language, points in languages.items():
            text = squeeze(disclaimers[disclaimer_id][language])
            for point in points:
                wanted = terms(point)
                share = sum(squeeze(term) in text for term in wanted) / len(wanted)
                assert share >= 0.8, f"{disclaimer_id} {language}: {point}"
