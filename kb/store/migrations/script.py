"""A migration written as SQL: the same statements on every kind of database, but for the names of its types."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection


def run(connection: Connection, script: str, types: Mapping[str, Mapping[str, str]]) -> None:
    """Run the statements, each ended by ``;`` and a line break. types: kind of database → word of the script → what it is called there."""
    for name, sql in types[connection.dialect.name].items():
        script = script.replace(name, sql)
    for statement in script.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)


__all__ = ["run"]
