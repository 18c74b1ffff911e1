"""`kb certificates`: who may answer which topic."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from kb.settings import Settings
from kb.store import Certificate
from kb.training.certificates import READY_PASSES, Readiness
from ui.drills import Drills
from ui.plans import Plans
from ui.services import Services

out = Console(highlight=False, markup=False, soft_wrap=True)


def certificates_command(
    person: Annotated[str, typer.Option("--person", help="Only this account's.")] = "",
    topic: Annotated[str, typer.Option("--topic", help="Only this topic's.")] = "",
    history: Annotated[bool, typer.Option("--history", help="Every certificate instead, those that ended too, with the reason.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Who may answer which topic. Certificates whose articles say something else now are ended first."""
    services = Services.open(Settings.load())
    try:
        ready = [one for one in Plans(services, Drills(services)).ready() if person in ("", one.person) and topic in ("", one.topic)]
        kept = services.store.certificates(person=person or None, topic=topic or None) if history else []
    finally:
        services.close()
    if as_json:
        out.print(json.dumps([_kept(one) for one in kept] if history else [_ready(one) for one in ready], ensure_ascii=False, indent=2))
    elif history:
        out.print(_history(kept))
    else:
        out.print(_table(ready))
        out.print(f"ready: a certificate that holds, and the last {READY_PASSES} drills of the topic passed")


def _table(ready: list[Readiness]) -> Table:
    table = Table("person", "topic", "may answer until", "last drills", "ready", box=None)
    for one in ready:
        until = f"{one.certificate.expires_at:%Y-%m-%d}" if one.certificate else "-"
        table.add_row(one.person, one.topic, until, " ".join(_words(one.recent)) or "-", "yes" if one.ready else "no")
    return table


def _history(kept: list[Certificate]) -> Table:
    table = Table("person", "topic", "granted", "by", "until", "ended", "why", box=None)
    for one in kept:
        ended = f"{one.revoked_at:%Y-%m-%d}" if one.revoked_at else ""
        table.add_row(
            one.person, one.topic, f"{one.granted_at:%Y-%m-%d}", one.granted_by or "course", f"{one.expires_at:%Y-%m-%d}", ended, why_ended(one)
        )
    return table


def why_ended(one: Certificate) -> str:
    """In one line; '' of one that nothing ended before its time."""
    if not one.changed:
        return f"{one.revoked_by}: {one.reason}" if one.reason else ""
    words = {"changed": "says something else", "gone": "is no longer published", "over": "is not in force"}[one.changed["why"]]
    change = " -> ".join(text for text in (one.changed.get("before", ""), one.changed.get("after", "")) if text)
    return f"{one.changed['article']} {words}" + (f": {change}" if change else "")


def _words(recent: tuple[bool, ...]) -> list[str]:
    return ["pass" if passed else "fail" for passed in recent]


def _ready(one: Readiness) -> dict[str, Any]:
    until = one.certificate.expires_at.isoformat() if one.certificate else None
    return {"person": one.person, "topic": one.topic, "until": until, "last": _words(one.recent), "ready": one.ready}


def _kept(one: Certificate) -> dict[str, Any]:
    return {
        "person": one.person, "topic": one.topic, "granted_at": one.granted_at.isoformat(), "granted_by": one.granted_by, "why": one.why,
        "expires_at": one.expires_at.isoformat(), "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
        "revoked_by": one.revoked_by, "ended": why_ended(one), "articles": dict(one.articles),
    }  # fmt: skip


__all__ = ["certificates_command", "why_ended"]
