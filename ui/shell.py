"""What every page of the web app is made of: static parts that scripts fill, and the bar at the top."""

from __future__ import annotations

import gradio as gr

from ui.render import TOPBAR


def part(name: str, template: str) -> gr.HTML:
    """A part of a page that its script fills. The template is static: Gradio evaluates values in templates as code."""
    return gr.HTML(html_template=template, js_on_load=f"window.youju.attach({name!r}, element)", apply_default_css=False, elem_id=f"part-{name}")


def topbar() -> gr.HTML:
    """Brand, pages that the role may open, languages, and who is signed in; first in each page."""
    return part("topbar", TOPBAR)


__all__ = ["part", "topbar"]
