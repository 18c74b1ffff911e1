"""The pages: each a Gradio app of its own, mounted behind its role and dressed in the interface language."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: it reads it then

import gradio as gr
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.content import read_yaml
from kb.errors import ContentError, StoreError
from kb.models import ReplyLanguage
from ui.content_page import build_content
from ui.desk import DESK_I18N, build_desk
from ui.guard import face_of
from ui.i18n import DEFAULT_LANGUAGE, as_language
from ui.insights_page import build_insights
from ui.pages import LANGUAGE_COOKIE, language_cookie
from ui.render import boot_json, dress_page, page_head
from ui.services import Services
from ui.session import Identity, cookies_of, headers_of, identity_of
from ui.training_page import build_training

BUILDERS: Final[dict[str, Callable[[Services], gr.Blocks]]] = {
    "desk": lambda _: build_desk(),
    "training": build_training,
    "content": build_content,
    "insights": build_insights,
}


def mount_faces(app: FastAPI, services: Services) -> None:
    """Mount every page at its own path. Each is refused, below Gradio's own check too, to those whose role does not open it."""
    for face, build in BUILDERS.items():
        blocks = build(services)
        blocks.queue(default_concurrency_limit=None)
        gr.mount_gradio_app(
            app, blocks, path=f"/{face}", i18n=DESK_I18N, theme=_theme(), auth_dependency=_allowed(face),
            run_history=False, footer_links=[], show_error=False, ssr_mode=False, mcp_server=False, pwa=False, allowed_paths=[],
        )  # fmt: skip


def _allowed(face: str) -> Callable[[Request], str | None]:
    def user(request: Request) -> str | None:
        identity = identity_of(request)
        return identity.name if identity is not None and face in identity.faces else None

    return user


def _theme() -> gr.themes.Base:
    return gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


class FacePage:
    """Serves Gradio's index pages in the interface language that ``?lang=`` or the cookie names, with what their scripts start from."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self.app, self._services = app, services
        self._examples = golden_examples(services.settings.content)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        face = face_of(scope["path"]) if scope["type"] == "http" else None
        if face is None or scope["path"].rstrip("/") != f"/{face}":
            return await self.app(scope, receive, send)
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
        asked = as_language(query.get("lang"))
        language = asked or as_language(cookies_of(headers_of(scope).get("cookie", "")).get(LANGUAGE_COOKIE)) or DEFAULT_LANGUAGE
        boot = await run_in_threadpool(self._boot, language, scope["state"]["identity"], embed="embed" in query)  # it reads the store
        head = page_head(language, boot, face)
        start: Message = {}
        body = b""

        async def sending(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            page = body
            if dict(headers).get(b"content-type", b"").startswith(b"text/html"):
                page = dress_page(body.decode(), language, head).encode()
                headers.append((b"cache-control", b"no-store"))
                if asked:
                    headers.append((b"set-cookie", language_cookie(asked).encode()))
            headers.append((b"content-length", str(len(page)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": page})

        # An uncompressed page, whatever the browser takes.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, sending)

    def _boot(self, language: ReplyLanguage, identity: Identity, *, embed: bool) -> str:
        services = self._services
        user = {"name": identity.name, "role": identity.role, "display": identity.display}
        return boot_json(
            language, today=services.today().isoformat(), shop=services.shop_name, examples=self._examples, csrf=identity.csrf, user=user,
            demo=identity.via == "demo", demonstration=self._demonstration(), embed=embed, faces=[face for face in BUILDERS if face in identity.faces], llm=services.settings.llm,
            webhook=bool(services.settings.webhook_url), channels=services.channels(language),
            idle=services.settings.idle_minutes if identity.via == "session" else 0,
        )  # fmt: skip

    def _demonstration(self) -> bool:
        """Whether the store holds demonstration data; a page opens also while the store is away."""
        try:
            return self._services.store.demonstration() is not None
        except StoreError:
            return False


def golden_examples(content: Path, count: int = 3, longest: int = 40) -> Mapping[ReplyLanguage, Sequence[str]]:
    """Short messages from the shop's own golden questions, for the empty desk; none where the shop keeps none."""
    found: dict[ReplyLanguage, list[str]] = {"zh-Hant": [], "zh-Hans": [], "en": []}
    for path in sorted((content / "questions").glob("*.yaml")):
        try:
            data: Any = read_yaml(path)
        except ContentError:
            continue
        for question in data.get("questions", []) if isinstance(data, dict) else []:
            if not isinstance(question, dict) or question.get("history") or question.get("kind") != "single-fact":
                continue
            language, text = as_language(question.get("lang")), str(question.get("text", ""))
            if language and len(found[language]) < count and 0 < len(text) <= longest * (2 if language == "en" else 1):
                found[language].append(text)
    return found


__all__ = ["BUILDERS", "FacePage", "golden_examples", "mount_faces"]
