"""What is wrong with a set of articles taken together, and with what each one refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kb.content import Companions
from kb.models import Article, Problem


def keep_one_of_each_id(articles: Iterable[Article]) -> tuple[list[Article], list[Problem]]:
    """Of articles with the same id the one whose path is the id stays, else the first; the others are errors."""
    by_id: dict[str, list[Article]] = {}
    for article in articles:
        by_id.setdefault(article.id, []).append(article)
    kept: list[Article] = []
    problems: list[Problem] = []
    for article_id, same in by_id.items():
        chosen = next((article for article in same if article.file == f"{article_id}.md"), same[0])
        kept.append(chosen)
        problems += [
            Problem(article.file, 2, f"id {article_id!r} is also the id of {chosen.file}", "give one of them another id")
            for article in same
            if article is not chosen
        ]
    return kept, problems


def cross_check(articles: Sequence[Article], companions: Companions) -> list[Problem]:
    """References that lead nowhere: superseded and translated articles, disclaimers, links of supersession in a circle."""
    ids = {article.id: article for article in articles}
    problems: list[Problem] = []
    for article in articles:
        for key, target in (("supersedes", article.supersedes), ("translation_of", article.translation_of)):
            if target == article.id:
                problems.append(Problem(article.file, 2, f"{key} names the article itself", "name another article or leave it empty"))
            elif target and target not in ids:
                problems.append(Problem(article.file, 2, f"{key} names {target!r}, which is no article", "mend the id or leave it empty", "warning"))
        if _in_circle(article, ids):
            problems.append(Problem(article.file, 2, "supersedes leads back to the article itself", "let only the newer one name the older"))
        for disclaimer in article.disclaimers:
            if disclaimer not in companions.disclaimers:
                problems.append(
                    Problem(article.file, 2, f"disclaimer {disclaimer!r} is not in disclaimers.yaml", "add its text there or mend the id")
                )
        if article.valid_until and article.review_by and article.review_by > article.valid_until:
            problems.append(Problem(article.file, 2, "review_by lies after valid_until", "review it while it is in force", "warning"))
    return problems


def _in_circle(article: Article, ids: Mapping[str, Article]) -> bool:
    """Whether following `supersedes` over other articles comes back to this one."""
    seen: set[str] = set()
    older = ids.get(article.supersedes or "")
    while older is not None and older.id not in seen and older.id != article.id:
        seen.add(older.id)
        older = ids.get(older.supersedes or "")
    return bool(seen) and older is not None and older.id == article.id


__all__ = ["cross_check", "keep_one_of_each_id"]
