"""The agent desk: conversation, draft, sources. Gradio lays the page out; its own script talks to the HTTP API.

No event of this page runs a Python handler: what must be fast goes to ``/api/v1`` past Gradio's queue.
"""

from __future__ import annotations

from typing import Any, Final

import gradio as gr

from kb.models import REPLY_LANGUAGES
from ui.api import MAX_TEXT
from ui.i18n import LOCALES, texts
from ui.render import CONVERSATION, DRAFT, DRAFT_FOOT, OPTIONS, SOURCES, TABS
from ui.shell import part, topbar

DESK_I18N: Final = gr.I18n(**{LOCALES[language]: texts(language) for language in REPLY_LANGUAGES})


def build_desk() -> gr.Blocks:
    """The page's components, from left to right."""
    desk = gr.Blocks(title="Youju", fill_width=True, fill_height=True, analytics_enabled=False)
    with desk:
        topbar()
        part("tabs", TABS)
        with gr.Row(elem_id="desk", equal_height=True):
            with gr.Column(elem_id="pane-conversation", elem_classes="pane", min_width=0, scale=27):
                part("conversation", CONVERSATION)
                gr.Textbox(
                    label=DESK_I18N("message"), placeholder=DESK_I18N("message.placeholder"), lines=4, max_lines=9,
                    max_length=MAX_TEXT, elem_id="message", container=False,
                )  # fmt: skip
                part("options", OPTIONS)
                with gr.Row(elem_classes="buttons"):
                    _button("new_conversation", "newConversation")
                    _button("ask", "ask", variant="primary")
            with gr.Column(elem_id="pane-draft", elem_classes="pane", min_width=0, scale=44):
                part("draft", DRAFT)
                with gr.Row(elem_classes="buttons"):
                    _button("add_turn", "addTurn")
                    _button("copy", "copy")
                    _button("send", "send", variant="primary")
                part("draft-foot", DRAFT_FOOT)
            with gr.Column(elem_id="pane-sources", elem_classes="pane", min_width=0, scale=29):
                part("sources", SOURCES)
    return desk


def _button(text: str, action: str, **looks: Any) -> None:
    button = gr.Button(DESK_I18N(text), elem_id=f"button-{action}", min_width=0, **looks)
    button.click(fn=None, js=f"() => {{ window.youju.{action}(); }}")


__all__ = ["DESK_I18N", "build_desk"]
