"""Every string of the pages in the three interface languages, in one table."""

from __future__ import annotations

from typing import Final

from kb.models import REPLY_LANGUAGES, ReplyLanguage

DEFAULT_LANGUAGE: Final[ReplyLanguage] = "zh-Hant"

LOCALES: Final[dict[ReplyLanguage, str]] = {"zh-Hant": "zh-TW", "zh-Hans": "zh-CN", "en": "en"}
"""Gradio's own components know these tags; the plain zh-Hant falls back to English there."""

TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    # ---- the frame ----
    "brand": ("有據", "有据", "Youju"),
    "page": ("客服工作台", "客服工作台", "Agent desk"),
    "interface_language": ("介面語言", "界面语言", "Interface language"),
    "keys": ("快捷鍵", "快捷键", "Keys"),
    "close": ("關閉", "关闭", "Close"),
    "key.ask": ("在訊息框：立即查找", "在消息框：立即查找", "In the message: search now"),
    "key.copy": ("在草稿：複製回覆", "在草稿：复制回复", "In the draft: copy the reply"),
    "key.source": ("看第 1–9 個來源", "看第 1–9 个来源", "Look at source 1–9"),
    "key.message": ("回到訊息框", "回到消息框", "Back to the message"),
    "key.help": ("顯示快捷鍵", "显示快捷键", "Show these keys"),
    # ---- conversation ----
    "conversation": ("對話", "对话", "Conversation"),
    "new_conversation": ("新對話", "新对话", "New chat"),
    "customer": ("客人", "客人", "Customer"),
    "agent": ("我們", "我们", "Us"),
    "colleague": ("同事", "同事", "Colleague"),
    "start.title": ("貼上客人的訊息", "粘贴客人的消息", "Paste the customer's message"),
    "start.body": (
        "貼上就會查，毋須按鈕。草稿每一句都附出處，改過的字句會再核對一次。",
        "粘贴就会查，无需按钮。草稿每一句都附出处，改过的字句会再核对一次。",
        "Pasting alone starts the search. Every sentence of the draft names its source, and what you edit is checked again.",
    ),
    "start.examples": ("試試這些訊息", "试试这些消息", "Try one of these"),
    "turns.hint": ("下一則訊息會連同以上對話一起理解。", "下一条消息会连同以上对话一起理解。", "The next message is read together with the turns above."),
    "message": ("客人的訊息", "客人的消息", "The customer's message"),
    "message.placeholder": ("在此貼上或輸入客人的訊息…", "在此粘贴或输入客人的消息…", "Paste or type the customer's message…"),
    "as_of": ("按哪天的規則", "按哪天的规则", "Rules as of"),
    "reply_language": ("回覆語言", "回复语言", "Reply in"),
    "reply_language.auto": ("自動", "自动", "Auto"),
    "asker": ("誰在問", "谁在问", "Who asks"),
    "ask": ("查找", "查找", "Search"),
    # ---- draft ----
    "draft": ("回覆草稿", "回复草稿", "Reply draft"),
    "draft.empty.title": ("草稿會在這裡出現", "草稿会在这里出现", "The draft appears here"),
    "draft.empty.body": ("可以直接改；改動會即時核對。", "可以直接改；改动会即时核对。", "Edit it freely; changes are checked as you type."),
    "draft.waiting.title": ("等客人回覆", "等客人回复", "Waiting for the customer"),
    "draft.waiting.body": ("下一則訊息來了，貼到左邊就好。", "下一条消息来了，粘贴到左边就好。", "Paste the next message when it comes."),
    "draft.label": ("可編輯的回覆草稿", "可编辑的回复草稿", "Editable reply draft"),
    "loading": ("正在查找…", "正在查找…", "Searching…"),
    "confidence": ("把握 {percent}%", "把握 {percent}%", "Confidence {percent}%"),
    "confidence.low": ("把握 {percent}%，請細看來源", "把握 {percent}%，请细看来源", "Confidence {percent}%: read the sources"),
    "as_of.notice": ("按 {date} 的規則", "按 {date} 的规则", "Rules of {date}"),
    "abstain.title": ("知識庫沒有答案", "知识库没有答案", "The knowledge base has no answer"),
    "abstain.body": (
        "以下只是一段得體的回覆，不含任何資料。",
        "以下只是一段得体的回复，不含任何资料。",
        "Below is only a polite holding reply without any fact.",
    ),
    "escalate": ("請轉：{who}", "请转：{who}", "Hand over to: {who}"),
    "ask_back": ("先問清楚客人", "先问清楚客人", "Ask the customer first"),
    "ask_back.use": ("用這句問", "用这句问", "Use this question"),
    "notes": ("給你的提示，不會寄給客人", "给你的提示，不会发给客人", "For you only, not part of the reply"),
    "conflict": ("來源互相矛盾", "来源互相矛盾", "The sources disagree"),
    "disclaimer": ("必附聲明", "必附声明", "Required disclaimer"),
    "checking": ("核對中…", "核对中…", "Checking…"),
    "check.ok": ("與來源相符", "与来源相符", "Agrees with its sources"),
    "check.some": ("{n} 處存疑", "{n} 处存疑", "Doubts: {n}"),
    "check.failed": ("未能核對", "未能核对", "Could not be checked"),
    "doubt.unsupported": ("「{value}」：所引來源沒有這個數字", "「{value}」：所引来源没有这个数字", "“{value}” is not in the source it cites"),
    "doubt.uncited": ("「{value}」沒有出處", "「{value}」没有出处", "“{value}” has no source"),
    "doubt.unknown-source": ("引用了不存在的來源", "引用了不存在的来源", "This cites a source that does not exist"),
    "doubt.missing-disclaimer": ("缺少必附聲明", "缺少必附声明", "A required disclaimer is missing"),
    "doubt.use": ("改為 {value}", "改为 {value}", "Use {value}"),
    "doubt.add": ("補回聲明", "补回声明", "Put it back"),
    "doubts": ("存疑之處", "存疑之处", "Doubts"),
    "copy": ("複製回覆", "复制回复", "Copy reply"),
    "copied": ("已複製", "已复制", "Copied"),
    "copy.failed": ("瀏覽器不准複製；請自行選取文字。", "浏览器不允许复制；请自行选取文字。", "The browser refused; select the text and copy it yourself."),
    "copy.doubts": (
        "仍有 {n} 處存疑。再按一次「複製回覆」便照樣複製。",
        "仍有 {n} 处存疑。再按一次「复制回复」便照样复制。",
        "Doubts left: {n}. Press Copy reply again to copy anyway.",
    ),
    "copy.unchecked": (
        "未能核對。再按一次「複製回覆」便照樣複製。",
        "未能核对。再按一次「复制回复」便照样复制。",
        "This text could not be checked. Press Copy reply again to copy anyway.",
    ),
    "with_marks": ("連 [n] 一起複製", "连 [n] 一起复制", "Keep the [n] marks"),
    "add_turn": ("加入對話", "加入对话", "Add to chat"),
    "turn_added": ("已加入對話", "已加入对话", "Added to the chat"),
    "restore": ("還原草稿", "还原草稿", "Undo edits"),
    "pending": ("訊息改了，另有新草稿。", "消息改了，另有新草稿。", "The message changed, and there is a new draft."),
    "pending.take": ("換上新的", "换上新的", "Take it"),
    "pending.keep": ("保留我的", "保留我的", "Keep mine"),
    # ---- sources ----
    "sources": ("來源", "来源", "Sources"),
    "sources.empty.title": ("出處會在這裡出現", "出处会在这里出现", "Sources appear here"),
    "sources.empty.body": (
        "每個 [n] 都對應一張卡，標出原文那一句。",
        "每个 [n] 都对应一张卡，标出原文那一句。",
        "Each [n] has a card that marks the very words in the article.",
    ),
    "sources.none": ("這段草稿沒有引用文章。", "这段草稿没有引用文章。", "This draft cites no article."),
    "nearest": ("最接近的文章", "最接近的文章", "Nearest articles"),
    "nearest.body": ("它們沒有回答這個問題。", "它们没有回答这个问题。", "They do not answer this question."),
    "stale": ("待覆核", "待复核", "Review overdue"),
    "expired": ("已失效", "已失效", "Expired"),
    "coming": ("未生效", "未生效", "Not yet in force"),
    "valid.from": ("{date} 起", "{date} 起", "from {date}"),
    "valid.until": ("至 {date}", "至 {date}", "until {date}"),
    "valid.always": ("長期有效", "长期有效", "No end date"),
    "line": ("第 {lines} 行", "第 {lines} 行", "line {lines}"),
    "lines": ("第 {lines} 行", "第 {lines} 行", "lines {lines}"),
    "more": ("看整節", "看整节", "Whole section"),
    "less": ("收起", "收起", "Less"),
    # ---- errors ----
    "error.title": ("這次查不到", "这次查不到", "That did not work"),
    "error.network": ("連不上伺服器。訊息還在，可以再試。", "连不上服务器。消息还在，可以再试。", "The server cannot be reached. Your message is still here."),
    "error.long": ("訊息太長：上限 {max} 字。", "消息太长：上限 {max} 字。", "The message is too long: at most {max} characters."),
    "error.server": ("伺服器出錯。訊息還在，可以再試。", "服务器出错。消息还在，可以再试。", "The server failed. Your message is still here."),
    "retry": ("再試一次", "再试一次", "Try again"),
}  # fmt: skip


def texts(language: ReplyLanguage) -> dict[str, str]:
    """All strings in one language, by key."""
    column = REPLY_LANGUAGES.index(language)
    return {key: row[column] for key, row in TEXTS.items()}


def as_language(value: str | None) -> ReplyLanguage | None:
    """The interface language that a query parameter or cookie names; None where it names none."""
    return next((language for language in REPLY_LANGUAGES if language == value), None)


__all__ = ["DEFAULT_LANGUAGE", "LOCALES", "TEXTS", "as_language", "texts"]
