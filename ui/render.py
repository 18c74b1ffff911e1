"""The pages as text: the static shells of their parts and the head that goes into Gradio's index page. Pure functions.

No shell takes a value: what customers and articles say reaches a page as JSON and is written by script with textContent.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kb.models import ReplyLanguage
from ui.i18n import LOCALES, texts

# ---- every page --------------------------------------------------------------------------------------------------------

TOPBAR: Final = """
<header class="topbar">
  <a class="brand" href="/"><span class="seal" aria-hidden="true">據</span><b data-t="brand"></b></a>
  <nav class="faces" id="faces" data-t-label="faces"></nav>
  <span class="shop" id="shop"></span>
  <span class="spring"></span>
  <span class="demo-mark" id="demo-mark" data-t="demo" data-t-title="demo.title" hidden></span>
  <span class="demo-mark data" id="demonstration-mark" data-t="demonstration" data-t-title="demonstration.title" hidden></span>
  <button class="keys-button" id="keys-button" type="button" data-t-title="keys" data-t-label="keys" hidden>?</button>
  <nav class="languages" data-t-label="interface_language">
    <a data-lang="zh-Hant" lang="zh-Hant" hreflang="zh-Hant" title="繁體中文">繁</a>
    <a data-lang="zh-Hans" lang="zh-Hans" hreflang="zh-Hans" title="简体中文">简</a>
    <a data-lang="en" lang="en" hreflang="en" title="English">EN</a>
  </nav>
  <details class="user" id="user"><summary data-t-label="user"></summary><div class="user-menu" id="user-menu"></div></details>
</header>
<dialog class="sheet keys" id="keys"><h2 data-t="keys"></h2><div class="key-groups"></div>
  <form method="dialog"><button class="plain" data-t="close"></button></form></dialog>
<dialog class="sheet ended" id="ended"><h2></h2><p></p><div class="acts"></div></dialog>
<div class="toast" id="toast" role="status" aria-live="polite"></div>
"""

# ---- the desk ----------------------------------------------------------------------------------------------------------

TABS: Final = """
<div class="tabs" role="tablist">
  <button type="button" role="tab" data-tab="conversation" data-t="conversation"></button>
  <button type="button" role="tab" data-tab="draft"><span data-t="draft"></span><i class="dot"></i></button>
  <button type="button" role="tab" data-tab="sources"><span data-t="sources"></span><i class="count"></i></button>
</div>
"""

CONVERSATION: Final = """
<div class="pane-head"><h2 data-t="conversation"></h2><div class="facts">
  <span class="clock" id="clock" hidden></span>
  <select class="quiet" id="channel" data-t-label="channel" hidden></select></div></div>
<div class="turns" id="turns" tabindex="-1"></div>
"""

OPTIONS: Final = """
<details class="options" id="options">
<summary><span class="options-name" data-t="options"></span><span class="options-now" id="options-now"></span></summary>
<div class="options-body">
  <label><span data-t="as_of"></span><input type="date" id="as-of" min="2000-01-01" max="2100-12-31"></label>
  <label><span data-t="reply_language"></span><select id="reply-language">
    <option value="" data-t="reply_language.auto"></option>
    <option value="zh-Hant">繁體中文</option><option value="zh-Hans">简体中文</option><option value="en">English</option></select></label>
  <label><span data-t="tone"></span><select id="tone">
    <option value="warm" data-t="tone.warm"></option><option value="formal" data-t="tone.formal"></option>
    <option value="brief" data-t="tone.brief"></option></select></label>
  <label><span data-t="length"></span><select id="length">
    <option value="short" data-t="length.short"></option><option value="normal" data-t="length.normal"></option>
    <option value="long" data-t="length.long"></option></select></label>
  <label><span data-t="asker"></span><select id="asker">
    <option value="customer" data-t="customer"></option><option value="agent" data-t="colleague"></option></select></label>
  <label id="season-field" hidden><span data-t="season"></span><select id="season"><option value="" data-t="season.none"></option></select></label>
</div>
</details>
"""

DRAFT: Final = """
<div class="pane-head"><h2 data-t="draft"></h2><span class="facts" id="facts"></span></div>
<div class="draft-body" id="draft-body">
  <div id="banners"></div>
  <div class="state" id="draft-state"></div>
  <div class="editor" id="editor" role="textbox" aria-multiline="true" data-t-label="draft.label" spellcheck="false" hidden></div>
  <div class="under" id="under" hidden>
    <div class="check-line" id="check-line" aria-live="polite"></div>
    <div class="tools">
      <button type="button" class="ghost" id="tool-phrases" data-t="phrases" data-key="phrases"></button>
      <button type="button" class="ghost" id="tool-reword" hidden></button>
      <button type="button" class="ghost" id="tool-restore" data-t="restore"></button>
    </div>
  </div>
  <ol class="doubts" id="doubts"></ol>
</div>
<div id="send-question"></div>
<div class="tip" id="tip" role="tooltip" hidden></div>
<dialog class="sheet palette" id="palette" data-t-label="phrases">
  <input type="search" id="palette-query" data-t-placeholder="phrases.search" data-t-label="phrases.search" autocomplete="off" role="combobox"
    aria-expanded="true" aria-controls="palette-list">
  <div class="palette-list" id="palette-list" role="listbox" data-t-label="phrases"></div>
  <div class="palette-foot" data-t="phrases.keys"></div>
</dialog>
"""

DRAFT_FOOT: Final = """
<div class="draft-foot">
  <label class="marks"><input type="checkbox" id="with-marks"><span data-t="with_marks"></span></label>
  <span class="writer" id="writer" hidden></span>
  <span class="spring"></span>
  <div class="verdicts" id="verdicts" role="group" data-t-label="feedback" hidden></div>
  <a class="receipt" id="receipt" target="_blank" rel="noopener" data-t="receipt" data-t-title="receipt.title" hidden></a>
</div>
<dialog class="sheet reason" id="reason"><form>
  <h2></h2><div class="reasons"></div>
  <input id="reason-text" maxlength="500" data-t-placeholder="feedback.reason" data-t-label="feedback.reason" autocomplete="off">
  <div class="acts"><button type="button" class="plain" id="reason-cancel" data-t="cancel"></button><button class="strong" data-t="feedback.send"></button></div>
</form></dialog>
"""

SOURCES: Final = """
<div class="pane-head"><h2 data-t="sources"></h2><span class="facts" id="source-count"></span></div>
<div class="lookup"><input type="search" id="lookup" data-t-placeholder="lookup" data-t-label="lookup" autocomplete="off" maxlength="500"></div>
<div class="cards" id="cards" data-t-label="sources"></div>
<div class="cards found" id="found" data-t-label="lookup" hidden></div>
"""

# ---- the head ----------------------------------------------------------------------------------------------------------


def boot_json(
    language: ReplyLanguage,
    *,
    today: str,
    shop: Mapping[str, str],
    examples: Mapping[ReplyLanguage, Sequence[str]],
    csrf: str = "",
    user: Mapping[str, str] | None = None,
    demo: bool = False,
    demonstration: bool = False,
    embed: bool = False,
    faces: Sequence[str] = ("desk",),
    llm: str = "",
    webhook: bool = False,
    channels: Sequence[Mapping[str, Any]] = (),
    idle: int = 0,
) -> str:
    """What the page's script starts from, safe inside a script element.

    user: name, role and display name of who is signed in. faces: the pages that the role may open. llm: the language
    model that may reword a draft; empty: none. demo: nobody has an account. demonstration: the store holds demonstration data. channels: id, name and target_seconds of each.
    idle: minutes after which somebody who does nothing is signed out; 0: never.
    """
    boot: dict[str, Any] = {
        "lang": language,
        "locale": LOCALES[language],
        "today": today,
        "shop": shop.get(language) or next(iter(shop.values()), ""),
        "examples": list(examples.get(language, ())),
        "csrf": csrf,
        "user": dict(user) if user else None,
        "demo": demo,
        "demonstration": demonstration,
        "embed": embed,
        "faces": list(faces),
        "llm": llm,
        "webhook": webhook,
        "channels": [dict(channel) for channel in channels],
        "idle": idle,
        "texts": texts(language),
    }
    dumped = json.dumps(boot, ensure_ascii=False)
    return dumped.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def page_head(language: ReplyLanguage, boot: str, face: str = "desk", *, script: bool = True) -> str:
    """Goes right after ``<head>``: before Gradio's script reads the locale and the theme.

    face: whose style sheet and script are loaded, beside those of every page; script=False: it has neither.
    """
    words = texts(language)
    title = html.escape(f"{words['brand']} · {words[f'face.{face}']}")
    own = f'<link rel="stylesheet" href="/static/{face}.css">\n<script type="module" src="/static/{face}.js"></script>' if script else ""
    return f"""
<script>
window.youjuBoot = {boot};
window.youjuFace = {json.dumps(face)};
Object.defineProperty(navigator, "language", {{ get: () => window.youjuBoot.locale }});
Object.defineProperty(navigator, "languages", {{ get: () => [window.youjuBoot.locale] }});
{{ const address = new URL(location); address.searchParams.set("__theme", "light"); history.replaceState(null, "", address); }}
</script>
<title>{title}</title>
<link rel="icon" href="/static/seal.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/shell.css">
<script type="module" src="/static/shell.js"></script>
{own}
"""


_SHARED_META = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
_MANIFEST = re.compile(r'<link\s+rel="manifest"[^>]*>\s*')


def dress_page(page: str, language: ReplyLanguage, head: str) -> str:
    """Gradio's index page in the interface language, with our head and without its advertising."""
    page = _MANIFEST.sub("", _SHARED_META.sub("", page))
    page = re.sub(r'<html\s+lang="en"', f'<html lang="{language}"', page, count=1)
    before, mark, after = page.partition("<head>")
    return f"{before}{mark}{head}{after}" if mark else page


__all__ = [
    "CONVERSATION", "DRAFT", "DRAFT_FOOT", "OPTIONS", "SOURCES", "TABS", "TOPBAR", "boot_json", "dress_page", "page_head",
]  # fmt: skip
