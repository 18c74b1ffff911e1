"""The training page: a customer's message, a clock, a reply, and its score point by point; for trainers the team's progress.

Its script fills it from ``/api/v1/training``; no event of the page runs a Python handler.
"""

from __future__ import annotations

from typing import Final

import gradio as gr

from ui.services import Services
from ui.shell import part, topbar

TRAINING: Final = '<div class="training-page" id="training-page"></div>'
"""Static: messages and articles are written by script with textContent."""


def build_training(_: Services) -> gr.Blocks:
    """The page's components."""
    page = gr.Blocks(title="Youju", fill_width=True, fill_height=True, analytics_enabled=False)
    with page:
        topbar()
        part("training", TRAINING)
    return page


__all__ = ["build_training"]
