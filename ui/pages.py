"""Our own pages around the faces: sign-in and sign-out, the way into a frame, refusals, receipts. Plain HTML, no script."""

from __future__ import annotations

import ipaddress
import math
import secrets
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from kb.errors import StoreError
from kb.models import ReplyLanguage
from kb.settings import Settings
from kb.store import Receipt, receipt
from ui.account_texts import account_texts
from ui.api import problem
from ui.api.recording import may_read
from ui.guard import FRAME_DESTINATIONS
from ui.i18n import DEFAULT_LANGUAGE, as_language
from ui.services import Services
from ui.session import FRAME_COOKIE, SESSION_COOKIE, Identities, Identity, identity_of, session_cookie

LANGUAGE_COOKIE: Final = "youju_lang"
FORM_COOKIE: Final = "youju_form"
LANGUAGES: Final = (("zh-Hant", "繁體中文"), ("zh-Hans", "简体中文"), ("en", "English"))

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


def pages_router(services: Services, settings: Settings, identities: Identities) -> APIRouter:
    """``/login``, ``/logout``, ``/embed``, ``/forbidden``, ``/session``, ``/receipts/{id}``. Plain functions: hashing and the store run on threads."""
    router = APIRouter(include_in_schema=False)

    @router.get("/login")
    def login_form(request: Request, next: str = "/desk/", out: int = 0) -> Response:
        identity = identity_of(request)
        if identity is not None and not out:
            return RedirectResponse(_inside(next), 303)
        said = account_texts(language_of(request))["signed_out"] if out else ""
        return _login(request, services, settings, next=_inside(next), said=said, good=True)

    @router.post("/login")
    def login(
        request: Request,
        name: Annotated[str, Form(max_length=100)],
        password: Annotated[str, Form(max_length=1000)],
        token: Annotated[str, Form(max_length=100)] = "",
        next: Annotated[str, Form(max_length=2000)] = "/desk/",
    ) -> Response:
        texts = account_texts(language_of(request))
        next, name, address = _inside(next), name.strip(), _address(request, settings)
        if not token or not secrets.compare_digest(token.encode(), request.cookies.get(FORM_COOKIE, "").encode()):
            return _login(request, services, settings, next=next, name=name, said=texts["old_form"], status=400)
        wait = services.store.try_sign_in(name, address)
        if wait > 0:
            seconds = math.ceil(wait)
            said = texts["wait"].format(seconds=seconds)
            return _login(request, services, settings, next=next, name=name, said=said, status=429, headers={"retry-after": str(seconds)})
        user = services.store.sign_in(name, password)
        if user is None:
            return _login(request, services, settings, next=next, name=name, said=texts["wrong"], status=401)
        services.store.note_sign_in(name, address, True)
        if earlier := request.cookies.get(SESSION_COOKIE):
            services.store.end_session(earlier)
        secret, _ = services.store.start_session(user.name, settings.session_hours)
        response = RedirectResponse(next, 303)
        response.headers.append("set-cookie", session_cookie(secret, settings))
        response.headers.append("set-cookie", f"{FORM_COOKIE}=; Path=/login; Max-Age=0; HttpOnly; SameSite=Strict")
        return response

    @router.post("/logout")
    def logout(request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> Response:
        identity = identity_of(request)
        if identity is None or identity.via != "session":
            return RedirectResponse("/login", 303)
        given = csrf or request.headers.get("x-csrf-token", "")
        if not secrets.compare_digest(given.encode(), identity.csrf.encode()):
            return problem(403, "the page's token is missing or old: load the page again", code="csrf")
        for cookie in (SESSION_COOKIE, FRAME_COOKIE):
            if secret := request.cookies.get(cookie):
                services.store.end_session(secret)
        identities.forget()
        response = RedirectResponse("/login?out=1", 303)
        response.headers.append("set-cookie", session_cookie("", settings))
        response.headers.append("set-cookie", session_cookie("", settings, framed=True))
        return response

    @router.get("/embed")
    def embed(request: Request, token: str = "", q: str = "", lang: str = "", channel: str = "", conversation: str = "") -> Response:
        """The frame's address: its token, good for one use within a minute, becomes a session in a cookie of that frame alone."""
        # A link could sign its reader in under another name: where the browser says that this is no frame, the token is left alone.
        in_frame = request.headers.get("sec-fetch-dest", "iframe") in FRAME_DESTINATIONS
        name = services.store.use_frame_token(token) if token and in_frame else None
        if name is None and identity_of(request) is None:
            texts = account_texts(language_of(request))
            fields = {"title": texts["frame.signed_out"], "text": texts["frame.body"], "new_window": True}
            return _page(request, "notice.html", fields, status=401)
        rest = {
            name: value for name, value in (("embed", "1"), ("q", q), ("lang", lang), ("channel", channel), ("conversation", conversation)) if value
        }
        response = RedirectResponse(f"/desk/?{urlencode(rest)}", 303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
        if name is not None:
            secret, _ = services.store.start_session(name, settings.session_hours, framed=True)
            response.headers.append("set-cookie", session_cookie(secret, settings, framed=True))
        return response

    @router.get("/forbidden")
    def forbidden(request: Request) -> Response:
        texts = account_texts(language_of(request))
        return _page(request, "notice.html", {"title": texts["forbidden"], "text": texts["forbidden.body"], "new_window": False}, status=403)

    @router.get("/session")
    def session(request: Request) -> Response:
        """Whether somebody is signed in. With ``X-Unattended`` a page only looks; without, the session is in use."""
        headers = {"cache-control": "no-store"}
        return Response(status_code=204, headers=headers) if identity_of(request) else problem(401, "sign in first", headers=headers)

    @router.get("/receipts/{answer_id}")
    def receipt_page(request: Request, answer_id: str) -> Response:
        identity = identity_of(request)
        if identity is None:
            return RedirectResponse(f"/login?{urlencode({'next': request.url.path})}", 303)
        if identity.via == "token":  # which sees its own answers only
            return problem(403, "this page is for people: a program asks GET /api/v1/answers/{id}/receipt")
        services.recorder.flush(2)
        found = _receipt_for(identity, answer_id, services)
        if found is None:
            texts = account_texts(language_of(request))
            fields = {"title": texts["receipt.none"], "text": texts["receipt.none.body"], "new_window": False}
            return _page(request, "notice.html", fields, status=404)
        return _page(request, "receipt.html", {"r": found})

    return router


def language_of(request: Request) -> ReplyLanguage:
    """The interface language: asked for in the address, else remembered, else the default."""
    return as_language(request.query_params.get("lang")) or as_language(request.cookies.get(LANGUAGE_COOKIE)) or DEFAULT_LANGUAGE


def language_cookie(language: ReplyLanguage) -> str:
    """The Set-Cookie header's value that remembers the interface language."""
    return f"{LANGUAGE_COOKIE}={language}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"


def _login(
    request: Request, services: Services, settings: Settings, *, next: str, name: str = "", said: str = "", good: bool = False, status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    token = secrets.token_urlsafe(24)
    language = language_of(request)
    shop = services.shop_name.get(language) or next_of(services.shop_name)
    fields = {"next": next, "token": token, "name": name, "said": said, "good": good, "shop": shop, "languages": LANGUAGES}
    response = _page(request, "login.html", fields, status=status)
    secure = "; Secure" if settings.behind_tls else ""
    response.headers.append("set-cookie", f"{FORM_COOKIE}={token}; Path=/login; Max-Age=3600; HttpOnly; SameSite=Strict{secure}")
    response.headers.update(headers or {})
    return response


def next_of(names: dict[str, str]) -> str:
    """Any of the shop's names, for a language that has none; empty where it has no name at all."""
    return next(iter(names.values()), "")


def _page(request: Request, template: str, fields: dict[str, Any], status: int = 200) -> HTMLResponse:
    language = language_of(request)
    context = {"lang": language, "t": account_texts(language), **fields}
    response: HTMLResponse = templates.TemplateResponse(request, template, context, status_code=status)
    response.headers["cache-control"] = "no-store"
    if as_language(request.query_params.get("lang")):
        response.headers.append("set-cookie", language_cookie(language))
    return response


def _receipt_for(identity: Identity, answer_id: str, services: Services) -> Receipt | None:
    """None where there is none, and where it is not for them."""
    try:
        found = receipt(services.store, answer_id)
    except StoreError:
        return None
    return found if may_read(found.by, identity) else None


def _inside(address: str) -> str:
    """The address if it is a path of ours, else the desk: a link to the sign-in page must not lead elsewhere."""
    ours = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if ours else "/desk/"


def _address(request: Request, settings: Settings) -> str:
    """The caller's address for the throttle; behind a proxy, the last one that the proxy has seen."""
    forwarded = request.headers.getlist("x-forwarded-for")[-1:] if settings.behind_tls else []  # a proxy may add a header of its own
    seen = [one.rsplit(",", 1)[-1].strip() for one in forwarded]
    peer = request.client.host if request.client else ""
    return next((found for one in (*seen, peer) if (found := _subscriber(one))), peer)


def _subscriber(address: str) -> str:
    """The address, of IPv6 the network of 64 bits that one household has; empty where it is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


__all__ = ["LANGUAGE_COOKIE", "language_cookie", "language_of", "pages_router"]
