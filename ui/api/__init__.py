"""The HTTP API below ``/api/v1``: one file a noun; problems, limits, request ids and the published description beside them."""

from __future__ import annotations

from fastapi import APIRouter

from ui.api.answers import answer_routes
from ui.api.articles import article_routes
from ui.api.bodies import MAX_TEXT
from ui.api.checks import check_routes
from ui.api.content_routes import content_routes
from ui.api.evaluation import evaluation_routes
from ui.api.feedback import feedback_routes
from ui.api.frames import frame_routes
from ui.api.insights_routes import insights_routes
from ui.api.phrases import phrase_routes
from ui.api.problems import Failures, add_problem_handlers, problem
from ui.api.receipts import receipt_routes
from ui.api.recording import Recording
from ui.api.reference import reference_routes
from ui.api.replies import reply_routes
from ui.api.requests import RequestIds, WithRequestId
from ui.api.training_routes import training_routes
from ui.services import Services


def api_router(services: Services) -> APIRouter:
    """The routes. They are plain functions: FastAPI runs them on threads, and the services are thread-safe."""
    router = APIRouter(prefix="/api/v1")
    recording = Recording(services)
    answer_routes(router, services, recording)
    receipt_routes(router, services, recording)
    check_routes(router, services, recording)
    article_routes(router, services)
    feedback_routes(router, services, recording)
    reply_routes(router, services, recording)
    evaluation_routes(router, services)
    phrase_routes(router, services)
    frame_routes(router, services)
    content_routes(router, services)
    training_routes(router, services)
    insights_routes(router, services)
    reference_routes(router)
    return router


__all__ = ["MAX_TEXT", "Failures", "RequestIds", "WithRequestId", "add_problem_handlers", "api_router", "problem"]
