"""Who may sign in, who is signed in, and who has tried too often."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from kb.errors import StoreError
from kb.store import passwords
from kb.store.database import Database
from kb.store.records import ROLES, Role, Session, User
from kb.store.schema import frame_tokens, sessions, sign_in_failures, users
from kb.store.secrets import derived, digest, new_secret

WINDOW = dt.timedelta(minutes=15)
"""How long a failed sign-in counts."""
FREE_TRIES = 5
"""Failures of one name from one address before anyone must wait."""
FREE_TRIES_OF_ADDRESS = 50
"""Failures from one address, whatever the name: a whole office may share it."""
LONGEST_WAIT = 300.0
"""Seconds."""
FRAMED = "frame."
"""How the secret of a session in a help desk's frame begins. No other does, and whoever changes a secret has none."""

LONGEST_UNNOTICED = dt.timedelta(minutes=1)
"""A session's use is noticed at most so often, or in a tenth of the time after which it is idle: a busy person costs no write a request."""

_NAME = re.compile(r"[\w.@+-]{1,64}")
_SESSION = (  # asked with every request, so it is made once
    select(users, sessions.c.created_at.label("started_at"), sessions.c.expires_at, sessions.c.used_at)
    .join(sessions, sessions.c.user_key == users.c.key)
    .where(sessions.c.digest == bindparam("digest"), sessions.c.expires_at > bindparam("now"))
)


class People(Database):
    """Users, their sessions, the throttle of sign-ins, and the tokens of embedded frames."""

    # ---- users -----------------------------------------------------------------------------------------------------

    def add_user(self, name: str, role: Role, password: str, display_name: str = "", groups: Sequence[str] = ()) -> User:
        """Raises StoreError where the name is taken, or name, role or password are unfit."""
        if not _NAME.fullmatch(name):
            raise StoreError(f"{name!r} is no name for an account", where="users", fix="take 1 to 64 letters, digits or . _ - @ +")
        passwords.check_fit(password, name)
        values = {
            "key": _key(name), "name": name, "role": _checked(role), "password": passwords.hashed(password), "created_at": _now(),
            "disabled": False, "display_name": display_name, "groups": list(groups),
        }  # fmt: skip
        with self._writing() as connection:
            try:
                connection.execute(insert(users).values(values))
            except IntegrityError:
                raise StoreError(f"there is a user {name} already", where="users", fix="take another name") from None
            return _user(connection.execute(select(users).where(users.c.key == _key(name))).one())

    def users(self) -> list[User]:
        """Everybody, by name."""
        with self._reading() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.key))]

    def user(self, name: str) -> User | None:
        with self._reading() as connection:
            row = connection.execute(select(users).where(users.c.key == _key(name))).one_or_none()
        return _user(row) if row else None

    def set_password(self, name: str, password: str) -> None:
        """Whoever is signed in under the name must sign in again."""
        passwords.check_fit(password, name)
        self._change(name, {"password": passwords.hashed(password)}, sign_out=True)

    def set_role(self, name: str, role: Role) -> None:
        """Whoever is signed in under the name must sign in again."""
        self._change(name, {"role": _checked(role)}, sign_out=True)

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Someone disabled is signed out at once and cannot sign in."""
        self._change(name, {"disabled": disabled}, sign_out=disabled)

    def set_groups(self, name: str, groups: Sequence[str]) -> None:
        self._change(name, {"groups": list(groups)}, sign_out=False)

    def remove_user(self, name: str) -> None:
        """The account and its sessions go; what the person asked and sent stays, under the name."""
        with self._writing() as connection:
            if not connection.execute(delete(users).where(users.c.key == _key(name))).rowcount:
                raise _no_user(name)

    def _change(self, name: str, values: dict[str, Any], *, sign_out: bool) -> None:
        with self._writing() as connection:
            if not connection.execute(update(users).where(users.c.key == _key(name)).values(values)).rowcount:
                raise _no_user(name)
            if sign_out:
                _sign_out(connection, name)

    # ---- signing in ------------------------------------------------------------------------------------------------

    def sign_in(self, name: str, password: str) -> User | None:
        """The user, or None where name or password is wrong or the account is disabled. It takes as long for a name that nobody has."""
        with self._reading() as connection:
            row = connection.execute(select(users).where(users.c.key == _key(name))).one_or_none()
        if not passwords.verified(password, row.password if row else None) or row is None or row.disabled:
            return None
        if passwords.outdated(row.password):
            fresh = update(users).where(users.c.key == row.key, users.c.password == row.password).values(password=passwords.hashed(password))
            with self._writing() as connection:
                connection.execute(fresh)
        return _user(row)

    def sign_in_wait(self, name: str, address: str, *, at: dt.datetime | None = None) -> float:
        """Seconds until this name may be tried from this address again; 0 for at once. Doubles with each failure beyond the free ones."""
        with self._reading() as connection:
            return _wait_of(connection, name, address, at or _now())

    def try_sign_in(self, name: str, address: str, *, at: dt.datetime | None = None) -> float:
        """Seconds to wait, as `sign_in_wait`. Where it is 0, a failure is noted in the same transaction, so that of many who ask at one moment no more
        pass than one after another; note the success afterwards."""
        at = at or _now()
        with self._writing() as connection:
            if connection.dialect.name == "postgresql":  # of SQLite's writers there is only one
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"sign-in {address}"))))
            wait = _wait_of(connection, name, address, at)
            if not wait:
                _note_failure(connection, name, address, at)
        return wait

    def note_sign_in(self, name: str, address: str, ok: bool, *, at: dt.datetime | None = None) -> None:
        """Count a failure; a success forgets those of this name from this address, and no others."""
        at, name_digest = at or _now(), digest(_key(name))
        with self._writing() as connection:
            connection.execute(delete(sign_in_failures).where(sign_in_failures.c.at <= at - WINDOW))
            if ok:
                mine = (sign_in_failures.c.address == address) & (sign_in_failures.c.name_digest == name_digest)
                connection.execute(delete(sign_in_failures).where(mine))
            else:
                _note_failure(connection, name, address, at)

    # ---- sessions --------------------------------------------------------------------------------------------------

    def start_session(self, user_name: str, hours: float, *, framed: bool = False, at: dt.datetime | None = None) -> tuple[str, Session]:
        """The secret for the cookie, and the session; framed: of a help desk's frame. Raises StoreError for somebody unknown or disabled."""
        at, secret = at or _now(), (FRAMED if framed else "") + new_secret()
        expires_at = at + dt.timedelta(hours=hours)
        with self._writing() as connection:
            row = _known(connection, user_name)
            connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
            connection.execute(insert(sessions).values(digest=digest(secret), user_key=row.key, created_at=at, expires_at=expires_at, used_at=at))
        return secret, Session(_user(row), derived(secret, "csrf"), at.astimezone(dt.UTC), expires_at.astimezone(dt.UTC))

    def session(self, secret: str, *, at: dt.datetime | None = None, idle: dt.timedelta | None = None, used: bool = True) -> Session | None:
        """None where it is unknown, over, or its user is disabled; with idle, also where it was used for so long no more: then it is gone.

        used: whether somebody uses it now; False where a page only looks whether it is still there.
        """
        at = at or _now()
        with self._reading() as connection:
            row = connection.execute(_SESSION, {"digest": digest(secret), "now": at}).one_or_none()
        if row is not None and idle is not None and not self._in_use(row, secret, at, idle, used):
            return None
        return Session(_user(row), derived(secret, "csrf"), row.started_at, row.expires_at) if row and not row.disabled else None

    def _in_use(self, row: Row[Any], secret: str, at: dt.datetime, idle: dt.timedelta, used: bool) -> bool:
        """Ends the session where it is idle, else notices its use. It may live as much longer as its use goes unnoticed."""
        unnoticed, last = min(idle / 10, LONGEST_UNNOTICED), row.used_at or row.started_at
        mine, before = sessions.c.digest == digest(secret), at - idle - unnoticed
        if last <= before:
            with self._writing() as connection:  # unless it was used this moment, by another process
                connection.execute(delete(sessions).where(mine, func.coalesce(sessions.c.used_at, sessions.c.created_at) <= before))
            return False
        if used and last <= at - unnoticed:
            with self._writing() as connection:
                connection.execute(update(sessions).where(mine).values(used_at=at))
        return True

    def end_session(self, secret: str) -> None:
        with self._writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest(secret)))

    def end_sessions(self, user_name: str) -> None:
        """Everywhere where this person is signed in."""
        with self._writing() as connection:
            _sign_out(connection, user_name)

    # ---- embedded frames -------------------------------------------------------------------------------------------

    def add_frame_token(self, user_name: str, seconds: float = 60, *, at: dt.datetime | None = None) -> str:
        """A secret for a frame's address, good once. Raises StoreError for somebody unknown or disabled."""
        at, secret = at or _now(), new_secret()
        with self._writing() as connection:
            row = _known(connection, user_name)
            connection.execute(delete(frame_tokens).where(frame_tokens.c.expires_at <= at))
            connection.execute(insert(frame_tokens).values(digest=digest(secret), user_key=row.key, expires_at=at + dt.timedelta(seconds=seconds)))
        return secret

    def use_frame_token(self, secret: str, *, at: dt.datetime | None = None) -> str | None:
        """The user's name, the first time and in time; None ever after."""
        taken = delete(frame_tokens).where(frame_tokens.c.digest == digest(secret)).returning(frame_tokens.c.user_key, frame_tokens.c.expires_at)
        with self._writing() as connection:
            token = connection.execute(taken).one_or_none()
            if token is None or token.expires_at <= (at or _now()):
                return None
            row = connection.execute(select(users).where(users.c.key == token.user_key)).one()
        return None if row.disabled else str(row.name)


def _wait_of(connection: Connection, name: str, address: str, at: dt.datetime) -> float:
    failures = select(sign_in_failures.c.at).where(sign_in_failures.c.address == address, sign_in_failures.c.at > at - WINDOW)
    of_address = connection.execute(failures.order_by(sign_in_failures.c.at)).scalars().all()
    of_name = connection.execute(
        failures.where(sign_in_failures.c.name_digest == digest(_key(name))).order_by(sign_in_failures.c.at)
    ).scalars().all()  # fmt: skip
    return max(_wait(of_name, FREE_TRIES, at), _wait(of_address, FREE_TRIES_OF_ADDRESS, at))


def _note_failure(connection: Connection, name: str, address: str, at: dt.datetime) -> None:
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.at <= at - WINDOW))
    connection.execute(insert(sign_in_failures).values(name_digest=digest(_key(name)), address=address, at=at))


def _wait(failures: Sequence[dt.datetime], free: int, at: dt.datetime) -> float:
    if len(failures) < free:
        return 0.0
    seconds = min(LONGEST_WAIT, 2.0 ** min(len(failures) - free + 1, 30))
    return max(0.0, seconds - (at - failures[-1]).total_seconds())


def _sign_out(connection: Connection, name: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.user_key == _key(name)))
    connection.execute(delete(frame_tokens).where(frame_tokens.c.user_key == _key(name)))


def _known(connection: Connection, name: str) -> Row[Any]:
    row = connection.execute(select(users).where(users.c.key == _key(name))).one_or_none()
    if row is None:
        raise _no_user(name)
    if row.disabled:
        raise StoreError(f"{row.name} is disabled", where="users", fix="enable the account first")
    return row


def _no_user(name: str) -> StoreError:
    return StoreError(f"there is no user {name}", where="users", fix="add one: `kb users add`")


def _checked(role: Role) -> Role:
    if role not in ROLES:
        raise StoreError(f"{role!r} is no role", where="users", fix=f"take {', '.join(ROLES)}")
    return role


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _user(row: Row[Any]) -> User:
    return User(row.name, row.role, row.created_at, row.disabled, row.display_name, tuple(row.groups))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


__all__ = ["People"]
