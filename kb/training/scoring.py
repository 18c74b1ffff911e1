"""Score the replies of a drill without a language model, point by point, each beside the article's sentence that it rests on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kb.evaluation import CHAT_LENGTH, CHAT_LENGTH_CHINESE, stands_in
from kb.models import Chunk, Doubt, Language, ReplyLanguage
from kb.quantities import Kind, Quantity, counted, read, supported
from kb.text import detect, normalise, sentences
from kb.training.claims import counting, stating
from kb.training.drill import Drill, Mood, Situation
from kb.training.facts import clauses, denies, look_for
from kb.training.service_wording import Shows, shown
from kb.training.spoken import measured, told

PointKind = Literal[
    "fact", "holding", "checks", "disclaimer", "forbidden", "tone", "empathy", "apology", "refusal", "handover", "greeting-season", "language",
    "greeting", "closing", "length", "time",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What each point weighs, what no reply passes without, and from where a wording counts."""

    weights: Mapping[PointKind, int] = field(
        default_factory=lambda: {
            "fact": 30, "holding": 50, "checks": 20, "disclaimer": 15, "forbidden": 20, "tone": 20, "empathy": 8, "apology": 8, "refusal": 20,
            "handover": 10, "greeting-season": 8, "language": 10, "greeting": 3, "closing": 3, "length": 5, "time": 5,
        }
    )  # fmt: skip
    """Of one point; a score is the share of the weights that were reached."""
    must: frozenset[PointKind] = frozenset({"holding", "checks", "disclaimer", "forbidden", "tone", "refusal", "language"})
    facts: float = 1.0
    """Share of the facts that a reply must state to pass."""
    curt: int = 90
    """Chinese characters from which a reply to somebody upset, without a word of courtesy, is plain rather than curt."""
    pass_mark: int = 70
    """Points of 100 that it needs beside that."""
    statement_near: float = 0.6
    """Coverage from which a statement in other words counts."""
    wording_near: float = 0.8
    """Cosine from which a sentence is worded like an example of empathy, refusal, …"""
    rude_near: float = 0.65
    opening: int = 60
    """Letters of a reply that an apology which counts as courtesy begins in."""
    slow_channel_s: int = 3600
    """Of channels with at least that target, replies may be longer."""
    slow_length: float = 2.5
    """How many times as long."""


UPSET: frozenset[Mood] = frozenset({"worried", "impatient", "angry", "rude"})
COURTEOUS: frozenset[Situation] = frozenset({"empathy", "apology"})
OPENINGS: tuple[Shows, ...] = ("greeting", "apology")
"""What a reply may begin with."""
RULES = Rules()


@dataclass(frozen=True, slots=True)
class Replied:
    """One reply."""

    text: str
    seconds: float = 0.0
    """From the message to it."""


@dataclass(frozen=True, slots=True)
class Material:
    """What the replies are held to."""

    chunks: Sequence[Chunk]
    """The passages of the drill's articles."""
    disclaimers: Mapping[str, str]
    """Those required: id → text in the reply's language."""
    check: Callable[[str], Sequence[Doubt]]
    """What the checks doubt in a text."""
    target_s: int
    """For each reply."""
    greetings: Sequence[str] = ()
    """The shop's greetings of the season."""
    today: str = ""
    """The day of the drill, ISO; '' where it is not known."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at."""

    kind: PointKind
    detail: str
    """What exactly: the fact, the disclaimer's text, the wording, the seconds."""
    passed: bool
    must: bool = False
    """Whether nothing passes without it."""
    said: str = ""
    """The sentence of the reply that it rests on."""
    quote: str = ""
    """The article's sentence; empty where none says it."""
    where: str = ""
    """Article and line of the quote."""
    problems: tuple[str, ...] = ()
    """What the checks doubt."""

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "detail": self.detail, "passed": self.passed, "must": self.must, "said": self.said, "quote": self.quote,
            "where": self.where, "problems": list(self.problems),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """How a drill went."""

    score: int
    """0..100."""
    passed: bool
    points: tuple[Point, ...]


def score(drill: Drill, replies: Sequence[Replied], material: Material, rules: Rules = RULES) -> Score:
    """The replies together for what they say, each for how it says it and how long it took."""
    texts = [one.text for one in replies]
    bodies = [_without(text, material.disclaimers.values()) for text in texts]
    points = [
        *_facts(drill, texts, material, rules),
        *_disclaimers(texts, material, rules),
        *_claims(drill, texts, bodies, material, rules),
        *_forbidden(drill, bodies, material, rules),
        *_wording(drill, bodies, material, rules),
        _language(drill.language, bodies, rules),
        _length(drill, bodies, material, rules),
        _time(replies, material, rules),
    ]
    reached = sum(rules.weights[point.kind] for point in points if point.passed)
    percent = round(100 * reached / sum(rules.weights[point.kind] for point in points))
    facts = [point.passed for point in points if point.kind == "fact"]
    enough = sum(facts) >= rules.facts * len(facts)
    passed = all(texts) and enough and percent >= rules.pass_mark and all(point.passed for point in points if point.must and point.kind != "fact")
    return Score(percent, bool(texts) and passed, tuple(points))


def _without(text: str, disclaimers: Any) -> str:
    for one in disclaimers:
        text = text.replace(one, " ")
    return text.strip()


# ---- what they say ---------------------------------------------------------------------------------------------------------


def _facts(drill: Drill, texts: Sequence[str], material: Material, rules: Rules) -> Iterator[Point]:
    for fact in drill.must_mention:
        found = look_for(fact, texts, material.chunks, rules.statement_near, _own(drill, material))
        yield Point("fact", fact[0], bool(found.said), True, found.said, found.quote, found.where)


def _disclaimers(texts: Sequence[str], material: Material, rules: Rules) -> Iterator[Point]:
    said = _letters("\n".join(texts))
    for text in material.disclaimers.values():
        yield Point("disclaimer", text, _letters(text) in said, "disclaimer" in rules.must)


def _letters(text: str) -> str:
    """Letters and digits alone: who types a disclaimer may set its commas otherwise."""
    return re.sub(r"[\W_]+", "", normalise(text))


def _claims(drill: Drill, texts: Sequence[str], bodies: Sequence[str], material: Material, rules: Rules) -> Iterator[Point]:
    """What the checks doubt; where no article answers, nothing may be stated at all."""
    evidence, own = [one for chunk in material.chunks for one in read(chunk.quote)], _own(drill, material)
    declining = "refusal" in drill.situation
    doubts = [(text, doubt) for text in texts for doubt in counting(text, material.check(stating(text)), evidence, own, declining=declining)]
    problems = tuple(dict.fromkeys(doubt.message for _, doubt in doubts))
    said = next((sentence for text, doubt in doubts for sentence in [_around(text, doubt.span)]), "")
    if drill.holding:
        declines = next((found for body in bodies for what in ("handover", "refusal") if (found := shown(what, body, rules.wording_near))), "")
        holds = bool(declines) and not doubts and not _new_numbers(drill, bodies, material)
        yield Point("holding", "", holds, "holding" in rules.must, declines, problems=problems)
    else:
        yield Point("checks", "", not doubts, "checks" in rules.must, said, problems=problems)


def _own(drill: Drill, material: Material) -> list[Quantity]:
    """The numbers that the customer told."""
    return told((*(turn.text for turn in drill.history), *drill.turns), material.today)


def _new_numbers(drill: Drill, bodies: Sequence[str], material: Material) -> bool:
    known = _own(drill, material)
    return any(not supported(one, known) for body in bodies for one in read(body) if any(char.isdigit() for char in body[slice(*one.span)]))


def _around(text: str, span: tuple[int, int]) -> str:
    return next((text[start:end] for start, end in sentences(text) if start <= span[0] < end), "")


def _forbidden(drill: Drill, bodies: Sequence[str], material: Material, rules: Rules) -> Iterator[Point]:
    """A point for each that was said; one for all where none was."""
    must, found = "forbidden" in rules.must, False
    for wording in drill.must_not_say:
        said = next((sentence for body in bodies if (sentence := _said(wording, body))), "")
        if said:
            found = True
            yield Point("forbidden", wording, False, must, said)
    if drill.must_not_say and not found:
        yield Point("forbidden", "", True, must)


def _said(wording: str, body: str) -> str:
    """The sentence that uses it, in these words or with its quantity: not where the clause denies it, or the next says that it is another case's."""
    wanted = [one for one in measured(wording) if one.kind is not Kind.NUMBER]
    bare = bool(wanted) and len(wanted) == 1 and len(wording.strip()) <= (wanted[0].span[1] - wanted[0].span[0]) + 1
    for start, end in sentences(body):
        sentence = body[start:end]
        parts = clauses(sentence)
        whole = [sentence] if stands_in(wording, sentence) and not any(stands_in(wording, part) for part in parts) else []
        for part, after in zip([*whole, *parts], [*([""] * len(whole)), *parts[1:], ""], strict=True):
            same = stands_in(wording, part) or (bare and any(_same(wanted[0], one) for one in read(part)))
            if same and not _denied(wording, part) and not _ELSEWHERE.search(normalise(after)):
                return sentence
    return ""


_ELSEWHERE = re.compile(
    r"(?:不|没|无|唔|冇)(?:能|可以|会|得)?(?:答应|应承|给您|给你|俾|畀|关系|关|相关|适用|啱用|属于|属|是您|是你|系你|系您)|(?:not|n't) (?:apply|yours|your|for you|this)"
)
"""What is said after a value to tell that it is not this customer's."""


def _denied(wording: str, clause: str) -> bool:
    """Whether the clause denies the wording, whose own yes or no does not matter: 'I would not say no need to worry'."""
    plain, own = normalise(clause), normalise(wording)
    return denies(plain.replace(own, " ")) if own in plain else denies(clause) and not denies(wording)


def _same(one: Any, other: Any) -> bool:
    return bool(one.kind is other.kind and supported(other, [one]) and (one.kind is not Kind.COUNT or counted(one) == counted(other)))


# ---- how they say it -------------------------------------------------------------------------------------------------------


def _wording(drill: Drill, bodies: Sequence[str], material: Material, rules: Rules) -> Iterator[Point]:
    yield _tone(drill, bodies, rules)
    for what in drill.situation:
        also = material.greetings if what == "greeting-season" else ()
        found = next((said for body in bodies if (said := shown(what, body, rules.wording_near, also))), "")
        yield Point(what, "", bool(found), what in rules.must, found)
    opened = bool(bodies) and any(shown(what, bodies[0][: rules.opening], 2.0) for what in OPENINGS)
    yield Point("greeting", "", opened, "greeting" in rules.must)
    yield Point("closing", "", bool(bodies and shown("closing", bodies[-1], 2.0)), "closing" in rules.must)


def _tone(drill: Drill, bodies: Sequence[str], rules: Rules) -> Point:
    """Nothing rude; and a word of courtesy for a customer who is upset."""
    rude = next((found for body in bodies if (found := shown("rude", body, rules.rude_near))), "")
    upset = drill.mood in UPSET or not COURTEOUS.isdisjoint(drill.situation)
    curt = upset and max(map(_written, bodies), default=0.0) < rules.curt and not any(_courteous(drill, body, rules) for body in bodies)
    return Point("tone", "curt" if curt and not rude else "", not (rude or curt), "tone" in rules.must, rude)


def _written(body: str) -> float:
    """In Chinese characters; a Latin letter is a third of one."""
    return sum(1 / 3 if char.isascii() else 1 for char in body if not char.isspace())


def _courteous(drill: Drill, body: str, rules: Rules) -> bool:
    """A word of courtesy; where the drill asks for understanding or an apology, one of these, a greeting or a closing: a 'sorry' at the end is none."""
    if shown("empathy", body, rules.wording_near) or shown("greeting", body[:60], 2.0):
        return True
    if COURTEOUS.isdisjoint(drill.situation):
        return any(shown(what, body, rules.wording_near) for what in ("courtesy", "apology", "closing"))
    return bool(shown("apology", body[: rules.opening], rules.wording_near) or shown("closing", body, 2.0))


def _language(asked: Language, bodies: Sequence[str], rules: Rules) -> Point:
    return Point("language", "", all(_same_language(asked, body) for body in bodies), "language" in rules.must)


def _same_language(asked: Language, reply: str) -> bool:
    """Cantonese may be answered in Cantonese or in written Traditional Chinese."""
    if not reply.strip():
        return False
    default: ReplyLanguage = "zh-Hant" if asked == "yue" else asked  # where the characters tell nothing
    answered = detect([reply], default)
    traditional = {"zh-Hant", "yue"}
    return answered == asked or (answered in traditional and asked in traditional)


def _length(drill: Drill, bodies: Sequence[str], material: Material, rules: Rules) -> Point:
    most = CHAT_LENGTH.get(drill.language, CHAT_LENGTH_CHINESE) * (rules.slow_length if material.target_s >= rules.slow_channel_s else 1)
    return Point("length", str(max((len(body) for body in bodies), default=0)), all(0 < len(body) <= most for body in bodies), "length" in rules.must)


def _time(replies: Sequence[Replied], material: Material, rules: Rules) -> Point:
    longest = max((one.seconds for one in replies), default=0.0)
    return Point("time", f"{longest:.0f}", longest <= material.target_s, "time" in rules.must)


__all__ = ["RULES", "Material", "Point", "PointKind", "Replied", "Rules", "Score", "score"]
