"""How often the automatic score says pass or fail as people did, over replies that people labelled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.content import first_problem
from kb.errors import QuestionsError

LabelKind = Literal["good", "partly", "wrong-number", "missing-disclaimer", "rude", "off-topic"]


class Labelled(BaseModel):
    """One reply, judged by a person."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    drill: str
    reply: str
    kind: LabelKind
    passes: Annotated[bool, Field(alias="pass")]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the score says of a labelled reply."""

    labelled: Labelled
    language: str
    passed: bool

    @property
    def agrees(self) -> bool:
        return self.passed == self.labelled.passes


def read_labelled(path: Path) -> list[Labelled]:
    """JSON lines. Raises QuestionsError with the line's number."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(f"cannot be read: {error}", where=str(path), fix="give a file of labelled replies") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(Labelled.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            what = first_problem(error, "line") if isinstance(error, ValidationError) else str(error)
            raise QuestionsError(what, where=f"{path}:{number}", fix='write {"drill", "reply", "kind", "pass", "why"}') from error
    return found


def verdicts(labelled: Sequence[Labelled], judge: Callable[[Labelled], tuple[str, bool]]) -> list[Verdict]:
    """judge: (language of the drill, whether the reply passes) of one labelled reply."""
    return [Verdict(one, *judge(one)) for one in labelled]


def accuracy(found: Iterable[Verdict]) -> float:
    counted = Counter(one.agrees for one in found)
    return counted[True] / max(1, counted.total())


def report(found: Sequence[Verdict]) -> list[str]:
    """Accuracy over all, by kind and by language, and what is taken for what: figures only, no reply."""
    lines = [f"{len(found)} labelled replies of {len({one.labelled.drill for one in found})} drills: accuracy {accuracy(found):.3f}"]
    for passed, name in ((True, "pass"), (False, "fail")):
        own = [one for one in found if one.labelled.passes is passed]
        lines.append(f"labelled {name}: {sum(one.passed for one in own)} scored pass, {sum(not one.passed for one in own)} scored fail")
    by: dict[str, Callable[[Verdict], str]] = {"kind": lambda one: one.labelled.kind, "language": lambda one: one.language}
    for title, key in by.items():
        for name in sorted({key(one) for one in found}):
            own = [one for one in found if key(one) == name]
            lines.append(f"{title} {name}: {accuracy(own):.3f} of {len(own)}")
    return lines


__all__ = ["Labelled", "Verdict", "accuracy", "read_labelled", "report", "verdicts"]
