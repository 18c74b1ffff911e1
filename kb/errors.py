"""The error tree. Every message says what is wrong, where, and what to do; each face translates it once."""

from __future__ import annotations


class YoujuError(Exception):
    """Anything that Youju refuses or cannot do, worded for the person who can mend it.

    what: what is wrong. where: file, setting or object concerned. fix: what to do about it.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"; {self.fix}" if self.fix else ""
        return f"{place}{self.what}{remedy}"


class SettingsError(YoujuError):
    """A setting is missing, unknown or out of its range."""


class ContentError(YoujuError):
    """A content folder, or one of the files beside the articles, cannot be used."""


class QuestionsError(YoujuError):
    """A question set or batch file cannot be read."""


class SnapshotError(YoujuError):
    """No snapshot is published, or the one on disk is damaged."""


class EmbedderError(YoujuError):
    """An embedding model is missing, cannot be loaded, or is not the one that the snapshot was built with."""


class StoreError(YoujuError):
    """The store cannot be reached, is newer than the program, or refuses what it is given."""


__all__ = ["ContentError", "EmbedderError", "QuestionsError", "SettingsError", "SnapshotError", "StoreError", "YoujuError"]
