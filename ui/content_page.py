"""The content owner's page: all articles and their state, one of them in full, its editor and history, the hit test.

Its script fills it from ``/api/v1/content``; no event of the page runs a Python handler.
"""

from __future__ import annotations

from typing import Final

import gradio as gr

from ui.services import Services
from ui.shell import part, topbar

CONTENT: Final = '<div class="content-page" id="content-page"></div>'
"""Static: what articles say is written by script with textContent."""


def build_content(_: Services) -> gr.Blocks:
    """The page's components."""
    page = gr.Blocks(title="Youju", fill_width=True, fill_height=True, analytics_enabled=False)
    with page:
        topbar()
        part("content", CONTENT)
    return page


__all__ = ["build_content"]
