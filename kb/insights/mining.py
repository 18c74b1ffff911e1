"""What agents change most in the drafts that an article gives: each draft beside the reply that left, sentence by sentence, then word by word.

A changed quantity counts first: where agents put another number again and again, the article is wrong or they are, and customers are told both.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from kb.insights.clusters import by_meaning
from kb.insights.wording import Replaced, likeness, replaced, without_marks, words
from kb.models import ReplyLanguage
from kb.quantities import Kind, Quantity, read, supported
from kb.static_embedding import StaticEmbedder
from kb.store import Store
from kb.store.outcomes import PAGE, ClaimsRow
from kb.text import HAN, convert, normalise, script, sentences
from kb.worded import in_language

ChangeKind = Literal["value", "wording", "dropped", "added"]
"""value: another quantity in the place of one. dropped: the sentence is left out while others stay. added: a sentence that the draft lacks."""
_ORDER: Final[tuple[ChangeKind, ...]] = ("value", "wording", "dropped", "added")
MATCH: Final = 0.5
"""Likeness of a draft's sentence and a reply's from which one is the other, edited."""
FEWEST: Final = 2
"""Replies that make a change worth showing; a quantity is shown from the first."""
OWN: Final = 2.0
"""An added sentence belongs to an article where it is so many times as frequent as in the replies from other articles; else it is a pleasantry."""
MOST_REPLIES: Final = 2_000
"""The newest so many replies of the period are read."""
MOST_CHANGES: Final = 12
MOST_EXAMPLES: Final = 5
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Passage:
    """What a draft's sentence cited."""

    article: str
    lines: tuple[int, int]
    """As the article stood then."""
    quote: str
    version: str
    """Of the article then."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One reply in which the change was made."""

    answer: str
    """Id of the answer."""
    at: dt.datetime
    by: str
    question: str
    drafted: str
    """The draft's sentence; '' where the reply's is new."""
    sent: str
    """The reply's sentence; '' where the draft's was left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """What agents changed in what drafts said from one passage."""

    kind: ChangeKind
    passage: Passage
    old: str
    """What the drafts said: a quantity, a stretch of words, a sentence; '' where something was added."""
    new: str
    """What the replies say instead; '' where it was left out."""
    proposed: str
    """The passage with the change made; '' where it cannot be made out mechanically."""
    count: int
    """Replies."""
    people: int
    """Who made it: how many different."""
    of: int
    """Replies whose draft had the sentence; of an added one: that cite the article."""
    examples: tuple[Seen, ...]
    """The newest."""

    @property
    def urgent(self) -> bool:
        """Agents correct a quantity."""
        return self.kind == "value"


@dataclass(frozen=True, slots=True)
class Mined:
    """The changes of a period, by article."""

    changes: Mapping[str, tuple[Change, ...]]
    """The most pressing first."""
    replies: int
    """That were read."""
    cut: bool
    """Whether there were more."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    cites: tuple[int, ...]
    """The n of its claim; none of a greeting, a closing or a disclaimer."""


@dataclass(frozen=True, slots=True)
class _Edit:
    kind: ChangeKind
    passage: Passage
    old: str
    new: str
    key: Any
    """Edits with the same key, of the same passage, are the same."""
    seen: Seen


def mine(store: Store, since: dt.datetime, until: dt.datetime, embedder: StaticEmbedder | None = None) -> Mined:
    """Read the replies of a period, `until` left out, and count what was changed in them."""
    rows: list[ClaimsRow] = []
    full = True
    while full and len(rows) < MOST_REPLIES:
        page = store.claims_rows(since, until, offset=len(rows))
        rows, full = rows + page, len(page) == PAGE
    return mined(rows[:MOST_REPLIES], full, embedder)


def mined(rows: Sequence[ClaimsRow], cut: bool = False, embedder: StaticEmbedder | None = None) -> Mined:
    """The same of rows that were read already, newest first."""
    said, citing = Counter[tuple[str, str]](), Counter[str]()
    for row in rows:
        passages = {(one.article, one.quote) for one in _passages(row).values()}
        said.update(passages)
        citing.update({article for article, _ in passages})
    edits = [edit for row in rows if row.edited for edit in _edits(row)]
    groups: dict[Any, list[_Edit]] = defaultdict(list)
    for edit in edits:
        if edit.kind != "added":
            groups[(edit.kind, edit.passage.article, edit.passage.quote, edit.key)].append(edit)
    found = [_change(group, said[(group[0].passage.article, group[0].passage.quote)]) for group in groups.values()]
    found += _additions([edit for edit in edits if edit.kind == "added"], citing, embedder)
    by_article: dict[str, list[Change]] = defaultdict(list)
    for change in sorted(
        found, key=lambda one: (_ORDER.index(one.kind) > 0, -one.count, -one.count / max(1, one.of), _ORDER.index(one.kind), one.new)
    ):
        if change.urgent or change.count >= FEWEST:
            by_article[change.passage.article].append(change)
    return Mined({article: tuple(changes[:MOST_CHANGES]) for article, changes in by_article.items()}, len(rows), cut)


# ---- one reply ---------------------------------------------------------------------------------------------------------


def _passages(row: ClaimsRow) -> dict[int, Passage]:
    """By n."""
    found = {}
    for source in row.sources:
        first, last = (*(source.get("lines") or ()), 0, 0)[:2]
        found[int(source.get("n", 0))] = Passage(
            str(source.get("article", "")), (first, last), str(source.get("quote") or ""), str(source.get("version") or "")
        )
    return found


def _edits(row: ClaimsRow) -> Iterator[_Edit]:
    """What the agent changed; nothing where the reply is in another language than the draft."""
    drafted, sent = _draft_sentences(row), _sentences(without_marks(row.text))
    if (script(row.drafted) == "en") != (script(row.text) == "en"):
        return
    passages, pairs = _passages(row), _aligned([one.text for one in drafted], sent)
    stays = any(drafted[old].cites for old, _ in pairs)
    for old, new in pairs:
        if (passage := _cited(drafted[old], passages, drafted[old].text)) is not None:
            yield from _changed(row, passage, drafted[old].text, sent[new])
    for old in sorted(set(range(len(drafted))) - {old for old, _ in pairs}):
        if stays and (passage := _cited(drafted[old], passages, drafted[old].text)) is not None:
            text = drafted[old].text
            yield _Edit("dropped", passage, text, "", "", Seen(row.answer_id, row.at, row.by, row.question, text, ""))
    taken = {new: old for old, new in pairs}
    for new in sorted(set(range(len(sent))) - set(taken)):
        if (passage := _before(new, taken, drafted, passages)) is not None:
            yield _Edit("added", passage, "", sent[new], "", Seen(row.answer_id, row.at, row.by, row.question, "", sent[new]))


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text) if words(text[start:end])]


def _draft_sentences(row: ClaimsRow) -> list[_Sentence]:
    """The claims' sentences with what they cite, then those around them."""
    cited = [_Sentence(text, cites) for claim, cites in row.claims for text in _sentences(without_marks(claim))]
    known = {normalise(one.text) for one in cited}
    return [*cited, *(_Sentence(text, ()) for text in _sentences(without_marks(row.drafted)) if normalise(text) not in known)]


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """(old, new) sentences that are the same or nearly so, each at most once, the likest first."""
    before, after = [words(text) for text in old], [words(text) for text in new]
    pairs, left_old, left_new = list[tuple[int, int]](), dict.fromkeys(range(len(old))), dict.fromkeys(range(len(new)))
    for a in list(left_old):  # most sentences stay as they were, and then nothing has to be measured
        if (b := next((b for b in left_new if after[b] == before[a]), None)) is not None:
            pairs.append((a, b))
            del left_old[a], left_new[b]
    scored = [(likeness(before[a], after[b], least=MATCH), -a, -b) for a in left_old for b in left_new]
    for score, a, b in sorted(scored, reverse=True):
        if score >= MATCH and -a in left_old and -b in left_new:
            pairs.append((-a, -b))
            del left_old[-a], left_new[-b]
    return sorted(pairs)


def _cited(sentence: _Sentence, passages: Mapping[int, Passage], text: str) -> Passage | None:
    """The passage that the sentence is from: of several that whose words it shares most."""
    found = [passages[n] for n in sentence.cites if n in passages]
    return max(found, key=lambda one: likeness(words(text), words(one.quote)), default=None) if len(found) > 1 else next(iter(found), None)


def _before(at: int, taken: Mapping[int, int], drafted: Sequence[_Sentence], passages: Mapping[int, Passage]) -> Passage | None:
    """What the sentence before a new one is from; else the draft's first passage."""
    for new in range(at - 1, -1, -1):
        if new in taken and (passage := _cited(drafted[taken[new]], passages, drafted[taken[new]].text)) is not None:
            return passage
    return next((passages[n] for sentence in drafted for n in sentence.cites if n in passages), None)


def _changed(row: ClaimsRow, passage: Passage, old: str, new: str) -> Iterator[_Edit]:
    """Quantities that were exchanged, then the other words."""
    seen = Seen(row.answer_id, row.at, row.by, row.question, old, new)
    exchanged = _exchanged(read(old), read(new))
    for was, now in exchanged:
        yield _Edit("value", passage, old[slice(*was.span)].strip(), new[slice(*now.span)].strip(), (was.value, now.value), seen)
    for one in replaced(old, new):
        if not any(_touch(one, was, now) for was, now in exchanged):
            yield _Edit("wording", passage, one.old, one.new, (normalise(one.old), normalise(one.new)), seen)


def _exchanged(before: Sequence[Quantity], after: Sequence[Quantity]) -> list[tuple[Quantity, Quantity]]:
    """(quantity that is gone, quantity of its kind that is new), in order."""
    gone, came = [one for one in before if not supported(one, after)], [one for one in after if not supported(one, before)]
    pairs = []
    for was in gone:
        same = [now for now in came if now.kind is was.kind]
        now = next((one for one in same if one.unit == was.unit), same[0] if same else None)
        if now is not None:
            pairs.append((was, now))
            came.remove(now)
    return pairs


def _touch(one: Replaced, was: Quantity, now: Quantity) -> bool:
    return (one.old_span[0] < was.span[1] and was.span[0] < one.old_span[1]) or (one.new_span[0] < now.span[1] and now.span[0] < one.new_span[1])


# ---- the same change in many replies -----------------------------------------------------------------------------------


def _change(edits: Sequence[_Edit], of: int) -> Change:
    """edits: at least one, newest first."""
    language = _language(edits[0].passage.quote)
    shown = next((edit for edit in edits if _fits(f"{edit.old}{edit.new}", language)), edits[0])  # in the article's own words where there are such
    count = len({edit.seen.answer for edit in edits})
    return Change(
        kind=shown.kind, passage=edits[0].passage, old=shown.old, new=shown.new, proposed=_proposed(shown, language), count=count,
        people=len({edit.seen.by for edit in edits}), of=max(of, count), examples=tuple(edit.seen for edit in edits[:MOST_EXAMPLES]),
    )  # fmt: skip


def _additions(edits: Sequence[_Edit], citing: Counter[str], embedder: StaticEmbedder | None) -> list[Change]:
    """Added sentences by meaning, for each article; those that agents add whatever the article is left out."""
    found, replies = [], sum(citing.values())
    for cluster in by_meaning([edit.new for edit in edits], embedder=embedder).clusters:
        of_article: dict[str, list[_Edit]] = defaultdict(list)
        for member in cluster.members:
            of_article[edits[member].passage.article].append(edits[member])
        for article, mine in of_article.items():
            share, elsewhere = len(mine) / citing[article], (len(cluster) - len(mine)) / max(1, replies - citing[article])
            if share >= OWN * elsewhere:
                typical, newest = mine[0], sorted(mine, key=lambda edit: edit.seen.at, reverse=True)
                passage = max((edit.passage for edit in mine), key=Counter(edit.passage for edit in mine).__getitem__)
                count = len({edit.seen.answer for edit in mine})
                people, examples = len({edit.seen.by for edit in mine}), tuple(edit.seen for edit in newest[:MOST_EXAMPLES])
                found.append(Change("added", passage, "", typical.new, "", count, people, max(citing[article], count), examples))
    return found


def _language(quote: str) -> ReplyLanguage:
    found = script(quote)
    return found if found is not None else "zh-Hant" if re.search(f"[{HAN}]", quote) else "en"


def _fits(text: str, language: ReplyLanguage) -> bool:
    return bool(re.search(f"[{HAN}]", text)) == (language != "en")


def _proposed(edit: _Edit, language: ReplyLanguage) -> str:
    """The passage with the change made, where its old wording stands in it once."""
    quote = edit.passage.quote
    if edit.kind == "value":
        return _with_value(quote, edit, language)
    if edit.kind == "dropped" or not edit.old or _fits(edit.old, language) is False:
        return ""
    old, new = convert(edit.old, language), convert(edit.new, language)
    return quote.replace(old, new) if quote.count(old) == 1 else ""


def _with_value(quote: str, edit: _Edit, language: ReplyLanguage) -> str:
    was, now = read(edit.old), read(edit.new)
    standing = [one for one in read(quote) if was and one.value == was[0].value]
    if len(standing) != 1 or not now:
        return ""
    start, end = standing[0].span
    worded = _digits_exchanged(quote[start:end], was[0], now[0]) or in_language(edit.new, language)
    return f"{quote[:start]}{worded}{quote[end:]}" if worded else ""


def _digits_exchanged(text: str, was: Quantity, now: Quantity) -> str:
    """The article's own wording with the other number, where unit and form are the same; else ''."""
    plain = was.low == was.high and now.low == now.high and (was.kind, was.unit) == (now.kind, now.unit) and was.kind not in (Kind.DATE, Kind.TIME)
    digits = _DIGITS.findall(text)
    if not plain or len(digits) != 1 or not was.low or not (now.low / was.low * float(digits[0])).is_integer():
        return ""
    return _DIGITS.sub(f"{now.low / was.low * float(digits[0]):.0f}", text)


__all__ = ["Change", "ChangeKind", "Mined", "Passage", "Seen", "mine", "mined"]
