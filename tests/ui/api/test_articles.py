"""Search, list and read the knowledge base."""

from __future__ import annotations

from typing import Any

import pytest


def ids(client: Any, **query: Any) -> list[str]:
    return [one["id"] for one in client.get("/api/v1/articles", params=query).json()["articles"]]


def test_search_finds_the_passage_with_its_place(person: Any, shop: Any) -> None:
    found = person("agent").get("/api/v1/search", params={"q": "風暴傘 退款", "limit": 3}).json()
    assert found["as_of"] == "2031-05-20"
    best = found["hits"][0]
    lines = (shop.content / "articles" / f"{best['article']}.md").read_text(encoding="utf-8").splitlines()
    assert best["quote"] in "\n".join(lines[best["lines"][0] - 1 : best["lines"][1]])
    assert (best["article"], best["state"], best["audience"]) == ("returns/umbrellas", "in-force", "public")
    assert len(found["hits"]) <= 3
    assert [hit["score"] for hit in found["hits"]] == sorted((hit["score"] for hit in found["hits"]), reverse=True)


def test_internal_passages_are_for_colleagues_unless_a_program_asks_for_them(person: Any, program: Any) -> None:
    def audiences(client: Any, **query: str) -> set[str]:
        hits = client.get("/api/v1/search", params={"q": "goodwill voucher", **query}).json()["hits"]
        return {hit["audience"] for hit in hits if hit["article"] == "staff/goodwill"}

    assert audiences(person("agent")) == {"agent"}
    assert audiences(person("agent"), asker="customer") == set()
    client = program("search")
    assert audiences(client) == set()
    assert audiences(client, asker="agent") == {"agent"}


def test_the_day_decides_which_version_is_found(person: Any) -> None:
    then = person("agent").get("/api/v1/search", params={"q": "風暴傘 退款", "as_of": "2030-06-01"}).json()
    states = {hit["article"]: hit["state"] for hit in then["hits"]}
    assert states["returns/umbrellas-2030"] == "in-force"
    assert states.get("returns/umbrellas", "coming") == "coming"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["care/pens", "delivery/islands", "returns/umbrellas", "returns/umbrellas-2030", "staff/goodwill"]),
        ({"category": "returns"}, ["returns/umbrellas", "returns/umbrellas-2030"]),
        ({"lang": "en"}, ["delivery/islands", "staff/goodwill"]),
        ({"state": "stale"}, ["care/pens"]),
        ({"state": "ended"}, ["returns/umbrellas-2030"]),
        ({"state": "coming", "as_of": "2030-06-01"}, ["care/pens", "delivery/islands", "returns/umbrellas", "staff/goodwill"]),
        ({"q": "蘆葦筆"}, ["care/pens"]),
        ({"q": "ISLANDS delivery"}, ["delivery/islands"]),
        ({"q": "nothing"}, []),
        ({"limit": 2, "offset": 1}, ["delivery/islands", "returns/umbrellas"]),
    ],
    ids=str,
)
def test_articles_are_listed_by_what_they_are(person: Any, query: dict[str, Any], expected: list[str]) -> None:
    assert ids(person("agent"), **query) == expected


def test_a_page_of_the_list_says_how_many_there_are(person: Any) -> None:
    assert person("agent").get("/api/v1/articles", params={"limit": 1}).json()["total"] == 5


def test_an_article_is_read_to_the_byte(person: Any, shop: Any) -> None:
    one = person("agent").get("/api/v1/articles/returns/umbrellas").json()
    assert one["markdown"].encode() == (shop.content / "articles" / "returns" / "umbrellas.md").read_bytes()
    assert (one["supersedes"], one["disclaimers"], one["state"]) == ("returns/umbrellas-2030", ["wind"], "in-force")


@pytest.mark.parametrize("path", ["../shop.yaml", "..%2F..%2Fetc%2Fpasswd", "returns/umbrellas.md", "/etc/passwd", "%00"])
def test_only_what_is_published_can_be_read(person: Any, path: str) -> None:
    assert person("agent").get(f"/api/v1/articles/{path}").status_code == 404
