"""`kb users`, `kb clients`, `kb receipt`: who may sign in, which programs may ask, and what was answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kb.errors import StoreError
from kb.settings import Settings
from kb.store import ROLES, Role, Store, receipt, store_url
from ui.session import SCOPES

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

users = typer.Typer(no_args_is_help=True, help="Who may sign in: agents, trainers, owners, administrators.")
clients = typer.Typer(no_args_is_help=True, help="Programs that may call the HTTP API, each with a token and scopes.")

Name = Annotated[str, typer.Argument(help="Account name.")]
RoleOption = Annotated[str, typer.Option("--role", help="agent, trainer, owner or admin.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")]


@users.command("add")
def add_user(
    name: Name,
    role: RoleOption = "agent",
    display: Annotated[str, typer.Option("--display", help="Name that colleagues see.")] = "",
    group: Annotated[list[str] | None, typer.Option("--group", help="Team; may be given more than once.")] = None,
    password_stdin: FromInput = False,
) -> None:
    """Make an account. The first one ends the demonstration without sign-in."""
    checked = _role(role)
    with _store() as store:
        user = store.add_user(name, checked, _password(password_stdin), display, tuple(group or ()))
    out.print(f"{user.name} may sign in as {user.role}")


@users.command("list")
def list_users() -> None:
    """Everybody with an account."""
    table = Table("name", "role", "display", "groups", "since", "state", box=None)
    with _store() as store:
        for user in store.users():
            since, state = user.created_at.date().isoformat(), "disabled" if user.disabled else ""
            table.add_row(user.name, user.role, user.display_name, ", ".join(user.groups), since, state)
    out.print(table)


@users.command("password")
def set_password(name: Name, password_stdin: FromInput = False) -> None:
    """Set another password; wherever the person is signed in, they are signed out."""
    with _store() as store:
        store.set_password(name, _password(password_stdin))
    out.print(f"{name} has a new password")


@users.command("role")
def set_role(name: Name, role: Annotated[str, typer.Argument(help="agent, trainer, owner or admin.")]) -> None:
    """Change what someone may do."""
    checked = _role(role)
    with _store() as store:
        store.set_role(name, checked)
    out.print(f"{name} is {checked}")


@users.command("groups")
def set_groups(name: Name, groups: Annotated[list[str] | None, typer.Argument(help="Teams; none: in no team.")] = None) -> None:
    """Change someone's teams."""
    with _store() as store:
        store.set_groups(name, tuple(groups or ()))
    out.print(f"{name}: {', '.join(groups or ()) or 'in no team'}")


@users.command("disable")
def disable(name: Name) -> None:
    """Let someone sign in no more; what they did stays on record."""
    with _store() as store:
        store.set_disabled(name, True)
    out.print(f"{name} may no longer sign in")


@users.command("enable")
def enable(name: Name) -> None:
    """Let someone sign in again."""
    with _store() as store:
        store.set_disabled(name, False)
    out.print(f"{name} may sign in again")


@users.command("remove")
def remove(name: Name) -> None:
    """Delete an account; what it did stays on record under its name."""
    with _store() as store:
        store.remove_user(name)
    out.print(f"{name} is removed")


@clients.command("add")
def add_client(
    name: Annotated[str, typer.Argument(help="Name of the program.")],
    scope: Annotated[list[str], typer.Option("--scope", help=f"What it may do, once each: {', '.join(sorted(SCOPES))}.")],
    per_minute: Annotated[int, typer.Option("--per-minute", min=1, max=100_000, help="Requests that it may send a minute.")] = 120,
) -> None:
    """Make a token; it is shown once and never kept in readable form."""
    unknown = set(scope) - SCOPES
    if unknown:
        raise StoreError(f"unknown scope {', '.join(sorted(unknown))}", where="--scope", fix=f"known are {', '.join(sorted(SCOPES))}")
    with _store() as store:
        secret, client = store.add_client(name, tuple(dict.fromkeys(scope)), per_minute)
    err.print(f"{client.name} may use {', '.join(client.scopes)}, {client.per_minute} requests a minute. Its token, shown only now:")
    print(secret)


@clients.command("list")
def list_clients() -> None:
    """Every program that has, or had, a token."""
    table = Table("name", "scopes", "per minute", "since", "last used", "state", box=None)
    with _store() as store:
        for one in store.clients():
            used = one.last_used_at.isoformat(timespec="minutes") if one.last_used_at else "never"
            since, state = one.created_at.date().isoformat(), "revoked" if one.revoked_at else ""
            table.add_row(one.name, " ".join(one.scopes), str(one.per_minute), since, used, state)
    out.print(table)


@clients.command("revoke")
def revoke(name: Annotated[str, typer.Argument(help="Name of the program.")]) -> None:
    """Take a program's token back."""
    with _store() as store:
        store.revoke_client(name)
    out.print(f"{name}'s token is no longer taken")


def receipt_command(
    answer_id: Annotated[str, typer.Argument(help="Id of the answer.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """What was asked, answered and sent, and what the articles said at the time."""
    with _store() as store:
        found = receipt(store, answer_id)
    if found is None:
        raise StoreError(f"no answer {answer_id!r} is on record", where="kb receipt", fix="take the id from the desk's receipt link or from the API")
    print(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else found.as_text())


@contextmanager
def _store() -> Iterator[Store]:
    store = Store.open(store_url(Settings.load()))
    try:
        yield store
    finally:
        store.close()


def _role(text: str) -> Role:
    for role in ROLES:
        if text == role:
            return role
    raise StoreError(f"{text!r} is no role", where="--role", fix=f"write {', '.join(ROLES)}")


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise StoreError("there is no terminal to ask for the password", where="kb users", fix="give --password-stdin and pipe it in")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


__all__ = ["clients", "receipt_command", "users"]
