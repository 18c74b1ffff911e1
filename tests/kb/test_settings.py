from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kb.errors import SettingsError
from kb.settings import Settings, settings_table


def load(environ: dict[str, str] | None = None, toml: Path = Path("no such file")) -> Settings:
    return Settings.load(environ or {}, toml)


def test_nothing_set_gives_the_defaults() -> None:
    assert load() == Settings()


def test_the_environment_wins_over_the_file_which_wins_over_the_default(tmp_path: Path) -> None:
    toml = tmp_path / "youju.toml"
    toml.write_text('home = "from-file"\nport = 8000\n', encoding="utf-8")
    settings = load({"KB_HOME": "from-environment"}, toml)
    assert (settings.home, settings.port, settings.embedder) == (Path("from-environment"), 8000, "bundled")


def test_the_file_is_youju_toml_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "youju.toml").write_text('embedder = "none"\n', encoding="utf-8")
    assert Settings.load({}).embedder == "none"


def test_a_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert load({"KB_HOME": "~/kb"}).home == Path("/somewhere/kb")


def test_every_field_can_be_set_by_its_variable() -> None:
    for field in dataclasses.fields(Settings):
        value = {bool: "True", int: "7"}.get(type(field.default), "something")
        secret = {"KB_WEBHOOK_SECRET": "a secret that is long"} if field.name == "webhook_url" else {}
        assert str(getattr(load({field.metadata["variable"]: value} | secret), field.name)) == value


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"KB_HOEM": "x"}, "unknown setting KB_HOEM"),
        ({"KB_PORT": "eighty"}, "KB_PORT: 'eighty' is no int"),
        ({"KB_PORT": "70000"}, "KB_PORT: 70000 is no port"),
        ({"KB_PORT": "-1"}, "KB_PORT"),
        ({"KB_KEEP_SNAPSHOTS": "0"}, "KB_KEEP_SNAPSHOTS"),
        ({"KB_KEEP_DAYS": "-1"}, "KB_KEEP_DAYS: -1 is less than nothing"),
        ({"KB_IDLE_MINUTES": "-5"}, "KB_IDLE_MINUTES"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(environ)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('hoem = "x"', "unknown setting 'hoem'"),
        ("port = ", "cannot be read"),
        ('port = "eighty"', "port: 'eighty' is no int"),
        ("port = 78.6", "port: 78.6 is no int"),
        ("port = true", "port: True is no int"),
        ("home = 3", "home: 3 is no"),
        ('embedder = ["a", "b"]', "embedder: .* is no str"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_key(tmp_path: Path, text: str, said: str) -> None:
    toml = tmp_path / "youju.toml"
    toml.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as raised:
        load(toml=toml)
    assert str(toml) in str(raised.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_the_table_names_every_setting_with_variable_default_and_help() -> None:
    table = settings_table()
    for field in dataclasses.fields(Settings):
        assert f"| `{field.name}` | `{field.metadata['variable']}` | `{field.default}` | {field.metadata['help']} |" in table
        assert field.metadata["help"].endswith(".")
