"""The lead's page: how much was asked, answered and sent, how fast, and what the articles did not answer.

Its script fills it from ``/api/v1/insights``; no event of the page runs a Python handler.
"""

from __future__ import annotations

from typing import Final

import gradio as gr

from ui.services import Services
from ui.shell import part, topbar

INSIGHTS: Final = '<div class="insights-page" id="insights-page"></div>'
"""Static: what customers said is written by script with textContent."""


def build_insights(_: Services) -> gr.Blocks:
    """The page's components."""
    page = gr.Blocks(title="Youju", fill_width=True, fill_height=True, analytics_enabled=False)
    with page:
        topbar()
        part("insights", INSIGHTS)
    return page


__all__ = ["build_insights"]
