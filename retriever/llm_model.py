"""A language model behind LangChain: made from the settings, and heard piece by piece within a deadline."""

from __future__ import annotations

import importlib.util
import logging
import os
import queue
import threading
import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from kb.errors import SettingsError
from kb.settings import Settings
from retriever.llm_parse import schema

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

_PACKAGES = {"openai": "langchain_openai", "ollama": "langchain_ollama", "anthropic": "langchain_anthropic"}
_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
_MOST_TOKENS = 1500


class ModelFailure(Exception):
    """A language model gave no usable answer. `reason` names a phrase of llm_phrases; nothing of the server's own words is kept."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def open_model(settings: Settings) -> BaseChatModel:
    """The chat model that KB_LLM names. Raises SettingsError for an unknown provider, a missing package or a missing key."""
    provider, _, name = settings.llm.partition(":")
    if provider not in _PACKAGES or not name.strip():
        raise SettingsError(f"{settings.llm!r} names no language model", where="KB_LLM", fix="write openai:…, ollama:… or anthropic:…")
    package = _PACKAGES[provider]
    if importlib.util.find_spec(package) is None or importlib.util.find_spec("langchain") is None:
        raise SettingsError(f"{package.replace('_', '-')} is not installed", where="KB_LLM", fix='pip install "youju[llm]"')
    _require_key(provider, settings)
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(name.strip(), model_provider=provider, **_options(provider, settings))
    except Exception as error:  # providers raise many kinds for options that they refuse; their text may repeat the key
        raise SettingsError(
            f"the language model cannot be set up ({type(error).__name__})", where="KB_LLM", fix="check KB_LLM, KB_LLM_BASE_URL and KB_LLM_API_KEY"
        ) from None
    return model


def _require_key(provider: str, settings: Settings) -> None:
    variable = _KEYS.get(provider)
    if variable and not settings.llm_api_key and not os.environ.get(variable) and not (provider == "openai" and settings.llm_base_url):
        raise SettingsError(f"{provider} wants a key", where="KB_LLM_API_KEY", fix=f"set it, or {variable}")


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """What each provider's class takes; nothing is tried twice, since an agent waits."""
    timeout = float(settings.llm_timeout_s)
    own = {"base_url": settings.llm_base_url} if settings.llm_base_url else {}
    if provider == "ollama":
        headers = {"headers": {"Authorization": f"Bearer {settings.llm_api_key}"}} if settings.llm_api_key else {}
        return {**own, "temperature": 0, "format": schema(), "num_predict": _MOST_TOKENS, "client_kwargs": {"timeout": timeout, **headers}}
    key = {"api_key": settings.llm_api_key} if settings.llm_api_key else {}
    if provider == "anthropic":
        return {**own, **key, "timeout": timeout, "max_retries": 0, "max_tokens": _MOST_TOKENS}
    if not settings.llm_base_url:
        form = {"type": "json_schema", "json_schema": {"name": "wording", "strict": True, "schema": schema()}}
        return {**key, "timeout": timeout, "max_retries": 0, "use_responses_api": False, "model_kwargs": {"response_format": form}}
    # A compatible server may know neither a response format nor a key: it gets plain streaming chat completions.
    key = key or ({} if os.environ.get(_KEYS["openai"]) else {"api_key": "none"})
    return {**own, **key, "timeout": timeout, "max_retries": 0, "use_responses_api": False, "temperature": 0}


def pieces(model: BaseChatModel, messages: Sequence[tuple[str, str]], timeout_s: float) -> Generator[str, None, None]:
    """The model's text as it arrives, all of it within `timeout_s` seconds. Raises ModelFailure.

    The model is heard in a thread of its own: a server that sends a little now and then would keep any time-out between two
    pieces from ever passing. Whoever stops listening, or the deadline, ends that thread at its next piece.
    """
    deadline = time.monotonic() + timeout_s
    heard: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
    given_up = threading.Event()
    threading.Thread(target=_listen, args=(model, list(messages), heard, given_up), name="language-model", daemon=True).start()
    try:
        while True:
            try:
                piece = heard.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise ModelFailure("timeout") from None
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise ModelFailure(_reason(piece)) from None
            if time.monotonic() > deadline:
                raise ModelFailure("timeout")
            yield piece
    finally:
        given_up.set()


def _listen(
    model: BaseChatModel, messages: list[tuple[str, str]], heard: queue.SimpleQueue[str | BaseException | None], given_up: threading.Event
) -> None:  # fmt: skip
    """Puts pieces of text into the queue, then None, or the exception that ended it."""
    from langsmith import tracing_context

    try:
        with tracing_context(enabled=False):  # what LANGSMITH_TRACING might send elsewhere
            for chunk in model.stream(messages):
                if given_up.is_set():
                    return
                if chunk.additional_kwargs.get("refusal") or chunk.response_metadata.get("finish_reason") == "content_filter":
                    raise ModelFailure("refused")
                if chunk.response_metadata.get("stop_reason") == "refusal":
                    raise ModelFailure("refused")
                text = chunk.text
                if text:
                    heard.put(str(text))
        heard.put(None)
    except Exception as error:  # each provider's client has exceptions of its own; all of them mean that no more comes
        # The class only: a server's message may repeat the key or the prompt.
        log.warning("language model: %s%s", type(error).__name__, f" {_status(error)}" if _status(error) else "")
        heard.put(error)


def _reason(error: BaseException) -> str:
    if isinstance(error, ModelFailure):
        return error.reason
    status = _status(error)
    if status == 429:
        return "busy"
    if status is not None:
        return "denied" if 400 <= status < 500 else "server"
    names = {type(one).__name__ for one in _chain(error)}
    if any("Timeout" in name for name in names):
        return "timeout"
    if any("Refusal" in name or "ContentFilter" in name for name in names):
        return "refused"
    if any("LengthFinish" in name or "JSONDecode" in name or "Validation" in name for name in names):
        return "malformed"
    if any("RemoteProtocol" in name or "ReadError" in name or "IncompleteRead" in name for name in names):
        return "dropped"
    return "unreachable" if any("Connect" in name for name in names) else "dropped"


def _status(error: BaseException) -> int | None:
    for one in _chain(error):
        status = getattr(one, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return None


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and what it was raised from."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


__all__ = ["ModelFailure", "open_model", "pieces"]
