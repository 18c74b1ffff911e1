"""What the training page calls, below ``/api/v1/training``: agents do drills, trainers write them and look at how it goes. Not published as an API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter

from ui.api.limits import allow
from ui.api.training_attempts import attempt_routes
from ui.api.training_drills import drill_routes
from ui.api.training_parts import LEADS
from ui.api.training_plans import certificate_routes, plan_routes
from ui.api.training_practise import practise_routes
from ui.api.training_reports import report_routes
from ui.drills import Drills
from ui.plans import Plans
from ui.services import Services
from ui.session import Identity, identified, roles


def training_routes(router: APIRouter, services: Services) -> None:
    own = APIRouter(prefix="/training", include_in_schema=False, dependencies=[roles("agent", "trainer", "admin"), allow("answer")])
    drills = Drills(services)
    services.beforehand.append(drills.warm)
    plans = Plans(services, drills)

    @own.get("/me")
    def me(identity: Annotated[Identity, identified]) -> dict[str, Any]:
        """What the page needs to know of who opens it."""
        return {"lead": identity.role in LEADS}

    practise_routes(own, services, drills, plans)
    attempt_routes(own, services, drills, plans)
    drill_routes(own, services, drills)
    plan_routes(own, services, plans)
    certificate_routes(own, services, plans)
    report_routes(own, services, plans)
    router.include_router(own)


__all__ = ["training_routes"]
