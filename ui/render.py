"""The desk's page as text: its static shells and the head that goes into Gradio's index page. Pure functions.

No shell takes a value: what customers and articles say reaches the page as JSON and is written by script with textContent.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kb.models import ReplyLanguage
from ui.i18n import LOCALES, texts

TOPBAR = """
<header class="topbar">
  <a class="brand" href="/desk/"><span class="seal" aria-hidden="true">據</span><b data-t="brand"></b></a>
  <span class="page-name" data-t="page"></span>
  <span class="shop" id="shop"></span>
  <span class="spring"></span>
  <button class="keys-button" id="keys-button" type="button" data-t-title="keys" data-t-label="keys">?</button>
  <nav class="languages" data-t-label="interface_language">
    <a href="?lang=zh-Hant" lang="zh-Hant" hreflang="zh-Hant" title="繁體中文">繁</a>
    <a href="?lang=zh-Hans" lang="zh-Hans" hreflang="zh-Hans" title="简体中文">简</a>
    <a href="?lang=en" lang="en" hreflang="en" title="English">EN</a>
  </nav>
</header>
<div class="tabs" role="tablist">
  <button type="button" role="tab" data-tab="conversation" data-t="conversation"></button>
  <button type="button" role="tab" data-tab="draft"><span data-t="draft"></span><i class="dot"></i></button>
  <button type="button" role="tab" data-tab="sources"><span data-t="sources"></span><i class="count"></i></button>
</div>
<dialog class="keys" id="keys"><h2 data-t="keys"></h2><dl></dl><form method="dialog"><button data-t="close"></button></form></dialog>
<div class="toast" id="toast" role="status" aria-live="polite"></div>
"""

CONVERSATION = """
<div class="pane-head"><h2 data-t="conversation"></h2></div>
<div class="turns" id="turns"></div>
"""

OPTIONS = """
<div class="options">
  <label><span data-t="as_of"></span><input type="date" id="as-of" min="2000-01-01" max="2100-12-31"></label>
  <label><span data-t="reply_language"></span><select id="reply-language">
    <option value="" data-t="reply_language.auto"></option>
    <option value="zh-Hant">繁體中文</option><option value="zh-Hans">简体中文</option><option value="en">English</option></select></label>
  <label><span data-t="asker"></span><select id="asker">
    <option value="customer" data-t="customer"></option><option value="agent" data-t="colleague"></option></select></label>
</div>
"""

DRAFT = """
<div class="pane-head"><h2 data-t="draft"></h2><span class="facts" id="facts"></span></div>
<div class="draft-body" id="draft-body">
  <div id="banners"></div>
  <div class="state" id="draft-state"></div>
  <div class="editor" id="editor" role="textbox" aria-multiline="true" data-t-label="draft.label" spellcheck="false" hidden></div>
  <div class="check-line" id="check-line" aria-live="polite"></div>
  <ol class="doubts" id="doubts"></ol>
</div>
<div class="tip" id="tip" role="tooltip" hidden></div>
"""

DRAFT_FOOT = """
<div class="draft-foot"><label class="marks"><input type="checkbox" id="with-marks"><span data-t="with_marks"></span></label>
<span class="timings" id="timings"></span></div>
"""

SOURCES = """
<div class="pane-head"><h2 data-t="sources"></h2><span class="facts" id="source-count"></span></div>
<div class="cards" id="cards"></div>
"""


def boot_json(language: ReplyLanguage, *, today: str, shop: Mapping[str, str], examples: Mapping[ReplyLanguage, Sequence[str]]) -> str:
    """What the page's script starts from, safe inside a script element."""
    boot: dict[str, Any] = {
        "lang": language,
        "locale": LOCALES[language],
        "today": today,
        "shop": shop.get(language) or next(iter(shop.values()), ""),
        "examples": list(examples.get(language, ())),
        "texts": texts(language),
    }
    dumped = json.dumps(boot, ensure_ascii=False)
    return dumped.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def page_head(language: ReplyLanguage, boot: str) -> str:
    """Goes right after ``<head>``: before Gradio's script reads the locale and the theme."""
    return f"""
<script>
window.youjuBoot = {boot};
Object.defineProperty(navigator, "language", {{ get: () => window.youjuBoot.locale }});
Object.defineProperty(navigator, "languages", {{ get: () => [window.youjuBoot.locale] }});
{{ const address = new URL(location); address.searchParams.set("__theme", "light"); history.replaceState(null, "", address); }}
</script>
<title>{html.escape(texts(language)["brand"])} · {html.escape(texts(language)["page"])}</title>
<link rel="icon" href="/static/seal.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/desk.css">
<script type="module" src="/static/desk.js"></script>
"""


_SHARED_META = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
_MANIFEST = re.compile(r'<link\s+rel="manifest"[^>]*>\s*')


def dress_page(page: str, language: ReplyLanguage, head: str) -> str:
    """Gradio's index page in the interface language, with our head and without its advertising."""
    page = _MANIFEST.sub("", _SHARED_META.sub("", page))
    page = re.sub(r'<html\s+lang="en"', f'<html lang="{language}"', page, count=1)
    before, mark, after = page.partition("<head>")
    return f"{before}{mark}{head}{after}" if mark else page


__all__ = ["CONVERSATION", "DRAFT", "DRAFT_FOOT", "OPTIONS", "SOURCES", "TOPBAR", "boot_json", "dress_page", "page_head"]
