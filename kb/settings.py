"""One frozen Settings, read once at the edge from the environment and youju.toml, and passed down."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb.errors import SettingsError


def _setting(default: Any, variable: str, help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"variable": variable, "help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. The environment wins over youju.toml, which wins over the default."""

    home: Path = _setting(Path(".kb"), "KB_HOME", "Folder of Youju's own state: snapshots, embedding cache, adapted models.")  # noqa: RUF009
    content: Path = _setting(Path("content"), "KB_CONTENT", "Content folder: articles/, disclaimers.yaml, shop.yaml.")  # noqa: RUF009
    embedder: str = _setting(
        "bundled", "KB_EMBEDDER",
        "Embedding model: 'bundled' (the home's adapted one where `kb adapt` made one), 'none' (lexical search only), the name or directory "
        "of any sentence-transformers model, or 'langchain:package.module:callable', called without arguments for any LangChain Embeddings.",
    )  # fmt: skip
    query_prompt: str = _setting("", "KB_QUERY_PROMPT", "Prefix of queries, for sentence-transformers models that want one.")
    passage_prompt: str = _setting("", "KB_PASSAGE_PROMPT", "Prefix of passages, for sentence-transformers models that want one.")
    keep_snapshots: int = _setting(3, "KB_KEEP_SNAPSHOTS", "How many published snapshots stay on disk (at least 1).")
    host: str = _setting(
        "127.0.0.1", "KB_HOST", "Address that `kb serve` listens on; any other than this machine's own demands accounts (`kb users add`)."
    )
    port: int = _setting(7860, "KB_PORT", "Port that `kb serve` listens on; 0 takes a free one.")
    store: str = _setting(
        "", "KB_STORE", "SQLAlchemy URL of the store, for example postgresql+psycopg://…; empty: store.sqlite3 in KB_HOME.", secret=True
    )
    hosts: str = _setting("", "KB_HOSTS", "Host names, separated by commas, under which the app is reached through a proxy or from other machines.")
    behind_tls: bool = _setting(
        False, "KB_BEHIND_TLS", "Whether browsers reach the app by https, through a proxy that ends TLS: cookies are then Secure."
    )
    session_hours: int = _setting(12, "KB_SESSION_HOURS", "Hours after which someone signed in must sign in again.")
    idle_minutes: int = _setting(
        0, "KB_IDLE_MINUTES", "Minutes after which someone signed in who does nothing must sign in again; 0: only KB_SESSION_HOURS counts."
    )
    keep_days: int = _setting(
        0, "KB_KEEP_DAYS", "Days after which the texts of questions, drafts, replies and drills are erased; what can be counted stays. 0: never."
    )
    frame_ancestors: str = _setting(
        "", "KB_FRAME_ANCESTORS", "Origins, separated by spaces, of help desks that may show the desk in a frame; empty: none."
    )
    webhook_url: str = _setting(
        "", "KB_WEBHOOK_URL", "Where sent replies are posted, signed with the secret in KB_WEBHOOK_SECRET; empty: nowhere.", secret=True
    )
    """Often a secret itself: many receivers know their callers by the address."""
    webhook_secret: str = _setting(
        "", "KB_WEBHOOK_SECRET", "Secret that signs what is posted to KB_WEBHOOK_URL (HMAC-SHA256) and seals what waits to be posted.", secret=True
    )
    llm: str = _setting(
        "", "KB_LLM", "Language model that words drafts: openai:…, ollama:… or anthropic:… (extra youju[llm]); empty: none, drafts are extractive."
    )
    llm_base_url: str = _setting("", "KB_LLM_BASE_URL", "Base URL of the language model's server; empty: the provider's own.")
    llm_api_key: str = _setting(
        "", "KB_LLM_API_KEY", "Key of the language model's server; empty: the provider's own variable, for example OPENAI_API_KEY.", secret=True
    )
    llm_timeout_s: int = _setting(8, "KB_LLM_TIMEOUT", "Seconds after which a language model's draft is given up for the extractive one.")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, toml: Path | None = None) -> Settings:
        """Read the settings.

        Raises SettingsError for an unknown key in youju.toml, an unknown KB_ variable or a value of the wrong type.
        """
        environ = os.environ if environ is None else environ
        toml = Path("youju.toml") if toml is None else toml
        from_file = _read_toml(toml)
        fields = {f.name: f for f in dataclasses.fields(cls)}
        known = {f.metadata["variable"] for f in fields.values()}
        for variable in environ:
            if variable.startswith("KB_") and variable not in known:
                raise SettingsError(f"unknown setting {variable}", where="environment", fix=f"known are {', '.join(sorted(known))}")
        for key in from_file:
            if key not in fields:
                raise SettingsError(f"unknown setting {key!r}", where=str(toml), fix=f"known are {', '.join(fields)}")
        values: dict[str, Any] = {}
        for name, f in fields.items():
            variable = f.metadata["variable"]
            if variable in environ:
                values[name] = _convert(environ[variable], f.default, where=variable)
            elif name in from_file:
                values[name] = _convert(from_file[name], f.default, where=f"{toml}: {name}")
        settings = cls(**values)
        if settings.keep_snapshots < 1:
            raise SettingsError("keep_snapshots must be at least 1", where="KB_KEEP_SNAPSHOTS", fix="set it to 1 or more")
        for variable, value in (("KB_SESSION_HOURS", settings.session_hours), ("KB_LLM_TIMEOUT", settings.llm_timeout_s)):
            if value < 1:
                raise SettingsError(f"{value} is too short", where=variable, fix="set it to 1 or more")
        for variable, value in (("KB_IDLE_MINUTES", settings.idle_minutes), ("KB_KEEP_DAYS", settings.keep_days)):
            if value < 0:
                raise SettingsError(f"{value} is less than nothing", where=variable, fix="set it to 0 for never, or to 1 or more")
        if settings.webhook_url and len(settings.webhook_secret) < 16:
            raise SettingsError(
                "KB_WEBHOOK_URL is set without a secret of at least 16 characters", where="KB_WEBHOOK_SECRET", fix="set a long random one"
            )
        if not 0 <= settings.port <= 65535:
            raise SettingsError(f"{settings.port} is no port", where="KB_PORT", fix="set it to 0..65535")
        return settings


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot be read: {error}", where=str(path), fix="mend the TOML or delete the file") from error


def _convert(value: Any, default: Any, *, where: str) -> Any:
    if not isinstance(value, str) and (type(value) is not type(default)):  # TOML has types of its own; the environment has text only
        raise SettingsError(f"{value!r} is no {type(default).__name__}", where=where, fix="mend the value")
    try:
        if isinstance(default, bool) and isinstance(value, str):
            return {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False, "": False}[
                value.strip().lower()
            ]
        if isinstance(default, Path):
            return Path(value).expanduser()
        return type(default)(value)
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{value!r} is no {type(default).__name__}", where=where, fix="mend the value") from error


def settings_table() -> str:
    """The settings as a Markdown table; docs/settings.md is made from it."""
    lines = ["| setting | variable | default | what it does |", "|---|---|---|---|"]
    lines += [f"| `{f.name}` | `{f.metadata['variable']}` | `{f.default}` | {f.metadata['help']} |" for f in dataclasses.fields(Settings)]
    return "\n".join(lines) + "\n"


__all__ = ["Settings", "settings_table"]
