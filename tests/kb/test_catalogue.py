"""`kb models`: what is bundled, adapted, cached, in use and published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.build import ingest
from kb.adapted import set_adapted
from kb.catalogue import list_models
from kb.embedding import make_embedder
from kb.settings import Settings
from kb.static_embedding import StaticEmbedder, bundled_model_directory


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache; the machine's own must not be looked at."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def lines(**settings: Any) -> dict[str, list[str]]:
    """What is listed, by the word that a line starts with."""
    found: dict[str, list[str]] = {}
    for line in list_models(Settings(**settings)):
        found.setdefault(line[:10].strip(), []).append(line[10:])
    return found


def test_a_fresh_home_has_the_bundled_model_in_use(hub: Path, tmp_path: Path) -> None:
    bundled = StaticEmbedder(bundled_model_directory())
    found = lines(home=tmp_path / "home")
    assert found["bundled"][0].startswith(f"{bundled.identity} (15.")
    assert f"{bundled.dimension} dimensions" in found["bundled"][0]
    assert found["in use"] == [f"bundled: {bundled.identity}"]
    assert found["snapshot"] == ["none published yet"]
    assert "cached" not in found
    assert "adapted" not in found


def test_cached_models_are_those_that_sentence_transformers_can_load(hub: Path, tmp_path: Path) -> None:
    for name, file in (("models--BAAI--bge-small-zh", "modules.json"), ("models--other--speech", "config.json"), ("datasets--x--y", "modules.json")):
        (hub / name / "snapshots" / "abc").mkdir(parents=True)
        (hub / name / "snapshots" / "abc" / file).write_text("{}")
    assert lines(home=tmp_path)["cached"] == ["BAAI/bge-small-zh"]


def test_the_model_of_the_snapshot_is_named_beside_the_one_in_use(hub: Path, tmp_path: Path, lantern_quay: Path) -> None:
    settings = Settings(home=tmp_path / "home", content=lantern_quay)
    ingest(settings.content, make_embedder(settings), settings.home, keep=1)
    assert lines(home=settings.home)["snapshot"] == [StaticEmbedder(bundled_model_directory()).identity]
    assert lines(home=settings.home, embedder="none")["in use"] == ["none: lexical search only"]


def test_what_cannot_be_loaded_is_told_and_the_list_goes_on(hub: Path, tmp_path: Path) -> None:
    set_adapted(tmp_path, ["0123456789abcdef"])
    found = lines(home=tmp_path)
    assert "cannot be loaded" in found["adapted"][0]
    assert "the adapted model is gone" in found["in use"][0]
    assert found["snapshot"] == ["none published yet"]
    assert "no such model" in lines(home=tmp_path, embedder=str(tmp_path / "no such model"))["in use"][0]
