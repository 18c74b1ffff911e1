"""What the content owner's page calls, below ``/api/v1/content``: for owners and administrators who are signed in, and not published as an API."""

from __future__ import annotations

from fastapi import APIRouter

from ui.api.content_articles import article_routes
from ui.api.content_changes import change_routes
from ui.api.content_search import search_routes
from ui.api.limits import allow
from ui.services import Services
from ui.session import roles
from ui.workspace import Workspace


def content_routes(router: APIRouter, services: Services) -> None:
    own = APIRouter(prefix="/content", include_in_schema=False, dependencies=[roles("owner", "admin"), allow("articles")])
    workspace = Workspace(services)
    article_routes(own, workspace)
    change_routes(own, workspace)
    search_routes(own, workspace)
    router.include_router(own)


__all__ = ["content_routes"]
