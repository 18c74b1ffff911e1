"""The articles' files as they were when a snapshot was built: kept in it as a zip that is opened when the first text is asked for."""

from __future__ import annotations

import hashlib
import threading
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from kb.errors import SnapshotError


def version_of(text: str) -> str:
    """sha256 of the text in UTF-8, hexadecimal: the version of an article whose file holds it."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def write_texts(texts: Mapping[str, str], path: Path) -> None:
    """Article id to text, as ``id.md`` of a zip."""
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for article, text in texts.items():
            archive.writestr(zipfile.ZipInfo(_member(article)), text.encode(errors="surrogatepass"), zipfile.ZIP_DEFLATED, compresslevel=1)


class TextsOnDisk(Mapping[str, str]):
    """Thread-safe. Holds the file open, so that it outlives a snapshot that is pruned; nothing of it is read before a text is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._archive: zipfile.ZipFile | None = None
        self._lock = threading.Lock()

    def __getitem__(self, article: str) -> str:
        """Raises KeyError for an article without a text, SnapshotError where the file is damaged."""
        try:
            return self._opened().read(_member(article)).decode(errors="surrogatepass")
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, NotImplementedError, RuntimeError) as error:
            raise _damaged(self._path, error) from error

    def __iter__(self) -> Iterator[str]:
        return (name.removesuffix(".md") for name in self._opened().namelist())

    def __len__(self) -> int:
        return len(self._opened().namelist())

    def __del__(self) -> None:
        if file := getattr(self, "_file", None):
            file.close()

    def _opened(self) -> zipfile.ZipFile:
        with self._lock:
            if self._archive is None:
                try:
                    self._archive = zipfile.ZipFile(self._file)
                except (OSError, zipfile.BadZipFile, ValueError) as error:
                    raise _damaged(self._path, error) from error
            return self._archive


class ChangedTexts(Mapping[str, str]):
    """Texts some of which others stand in for. Where those are changed in turn, nothing is heaped up: each text is one look away."""

    def __init__(self, before: Mapping[str, str], gone: Collection[str], added: Mapping[str, str]) -> None:
        """gone: articles whose earlier texts count no more; `added` may hold new ones of them."""
        self._before: Mapping[str, str] = before
        self._gone = frozenset(gone)
        self._added = _sources(added)
        """By article, the texts in which its own lies."""
        if isinstance(before, ChangedTexts):
            self._added = {name: texts for name, texts in before._added.items() if name not in self._gone} | self._added
            self._before, self._gone = before._before, before._gone | self._gone

    def __getitem__(self, article: str) -> str:
        if article in self._added:
            return self._added[article][article]
        if article in self._gone:
            raise KeyError(article)
        return self._before[article]

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in self._before if name not in self._gone and name not in self._added)
        yield from self._added

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _sources(texts: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    if not isinstance(texts, ChangedTexts):
        return dict.fromkeys(texts, texts)
    return dict.fromkeys((name for name in texts._before if name not in texts._gone), texts._before) | texts._added


def _member(article: str) -> str:
    return f"{article}.md"


def _damaged(path: Path, error: Exception) -> SnapshotError:
    return SnapshotError(f"the articles' texts are damaged: {error}", where=str(path), fix="run `kb ingest`")


__all__ = ["ChangedTexts", "TextsOnDisk", "version_of", "write_texts"]
