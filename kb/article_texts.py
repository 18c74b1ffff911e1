"""The articles' files as they were when a snapshot was built: kept in it as a zip that is opened when the first text is asked for."""

from __future__ import annotations

import hashlib
import threading
import zipfile
import zlib
from collections.abc import Iterator, Mapping
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


def _member(article: str) -> str:
    return f"{article}.md"


def _damaged(path: Path, error: Exception) -> SnapshotError:
    return SnapshotError(f"the articles' texts are damaged: {error}", where=str(path), fix="run `kb ingest`")


__all__ = ["TextsOnDisk", "version_of", "write_texts"]
