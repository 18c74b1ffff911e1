"""When demonstration data may be put into a store."""

from __future__ import annotations

from kb.errors import StoreError
from kb.store import Store


def refuse_unless_fresh(store: Store, *, told: bool) -> None:
    """Raise StoreError where there is demonstration data already, or, unless `told` to go on, anything that really happened."""
    if (there := store.demonstration()) is not None:
        raise StoreError(f"there is demonstration data since {there.at:%Y-%m-%d}", where="kb demo", fix="take it out first: `kb demo --remove`")
    if (records := store.records_by_kind()) and not told:
        said = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in records.items())
        raise StoreError(
            f"the store holds records: {said}", where="kb demo",
            fix="use a fresh one (KB_HOME, KB_STORE), or `--yes` to mix them with demonstration data; `--remove` takes that out again",
        )  # fmt: skip


__all__ = ["refuse_unless_fresh"]
