"""What the content owner's page calls, below ``/api/v1/content``: for owners and administrators who are signed in, and not published as an API."""

from __future__ import annotations

from fastapi import APIRouter

from ui.api.content_articles import article_routes
from ui.api.content_changes import change_routes
from ui.api.content_conflicts import conflict_routes
from ui.api.content_gaps import gaps_routes
from ui.api.content_golden import golden_routes
from ui.api.content_impact import impact_routes
from ui.api.content_import import import_routes
from ui.api.content_matter import matter_routes
from ui.api.content_search import search_routes
from ui.api.limits import allow
from ui.services import Services
from ui.session import roles
from ui.workspace import Workspace


def content_routes(router: APIRouter, services: Services) -> None:
    own = APIRouter(prefix="/content", include_in_schema=False, dependencies=[roles("owner", "admin"), allow("articles")])
    workspace = Workspace(services)
    services.beforehand.append(workspace.warm)
    article_routes(own, workspace)
    change_routes(own, workspace)
    matter_routes(own, workspace)
    search_routes(own, workspace)
    conflict_routes(own, workspace)
    impact_routes(own, workspace)
    import_routes(own, workspace)
    golden_routes(own, workspace)
    gaps_routes(own, workspace)
    router.include_router(own)


__all__ = ["content_routes"]
