"""The few fixed phrases of a draft in the three reply languages. They state no fact."""

from __future__ import annotations

from kb.models import ReplyLanguage

PHRASES: dict[str, dict[ReplyLanguage, str]] = {
    "greeting-warm": {"zh-Hant": "您好!", "zh-Hans": "您好!", "en": "Hello! "},
    "greeting-formal": {
        "zh-Hant": "您好,感謝您的查詢。",
        "zh-Hans": "您好,感谢您的咨询。",
        "en": "Dear customer, thank you for contacting us. ",
    },
    "greeting-brief": {"zh-Hant": "", "zh-Hans": "", "en": ""},
    "closing-warm": {
        "zh-Hant": "如有其他問題,歡迎告訴我們。",
        "zh-Hans": "如有其他问题,欢迎告诉我们。",
        "en": "Please let us know if you need anything else.",
    },
    "closing-formal": {
        "zh-Hant": "如有其他查詢,請隨時與我們聯絡。敬祝安好。",
        "zh-Hans": "如有其他疑问,请随时与我们联系。敬祝安好。",
        "en": "Should you have any further questions, please do not hesitate to contact us. Kind regards.",
    },
    "closing-brief": {"zh-Hant": "", "zh-Hans": "", "en": ""},
    "holding": {
        "zh-Hant": "您好!感謝您的查詢。這個問題需要由負責同事跟進,我們確認後會盡快回覆您。",
        "zh-Hans": "您好!感谢您的咨询。这个问题需要由负责同事跟进,我们确认后会尽快回复您。",
        "en": "Hello! Thank you for your message. A colleague needs to look into this; we will get back to you as soon as we have checked.",
    },
    "no": {"zh-Hant": "不可以,{text}", "zh-Hans": "不可以,{text}", "en": "No: {text}"},
    "verbatim": {"zh-Hant": "文章原文為:「{text}」", "zh-Hans": "文章原文为:「{text}」", "en": "In the words of our article: “{text}”"},
    "ended": {"zh-Hant": "「{title}」已於 {date} 結束", "zh-Hans": "「{title}」已于 {date} 结束", "en": "“{title}” ended on {date}"},
    "begins": {"zh-Hant": "「{title}」由 {date} 起生效", "zh-Hans": "「{title}」自 {date} 起生效", "en": "“{title}” applies from {date}"},
    "conflict": {
        "zh-Hant": "另一篇資料所載不同:{text}",
        "zh-Hans": "另一篇资料所载不同:{text}",
        "en": "Another of our articles says otherwise: {text}",
    },
    "open": {
        "zh-Hant": "至於「{part}」,我們確認後再回覆您。",
        "zh-Hans": "至于「{part}」,我们确认后再回复您。",
        "en": "As for “{part}”, we will check and get back to you.",
    },
    "ask-place": {
        "zh-Hant": "請問您在哪個地區(或送往哪個地區)?",
        "zh-Hans": "请问您在哪个地区(或寄往哪个地区)?",
        "en": "Which region are you in (or is it being sent to)?",
    },
    "ask-product": {"zh-Hant": "請問是指哪款:{names}?", "zh-Hans": "请问是指哪款:{names}?", "en": "Which one do you mean: {names}?"},
    "ask-opened": {"zh-Hant": "請問貨品是否已開封?", "zh-Hans": "请问货品是否已开封?", "en": "Has the item been opened?"},
    "ask-bought": {"zh-Hant": "請問是哪天付款購買的?", "zh-Hans": "请问是哪天付款购买的?", "en": "On which day was it bought and paid for?"},
    "note-stale": {
        "zh-Hant": "來源 [{n}] 已過覆核日期({date}),請留意內容是否仍然有效。",
        "zh-Hans": "来源 [{n}] 已过复核日期({date}),请留意内容是否仍然有效。",
        "en": "Source [{n}] is past its review date ({date}); check that it still holds.",
    },
    "note-conflict": {
        "zh-Hant": "來源 [{first}] 與 [{second}] 說法不一,請通知文章負責人:{owners}。",
        "zh-Hans": "来源 [{first}] 与 [{second}] 说法不一,请通知文章负责人:{owners}。",
        "en": "Sources [{first}] and [{second}] disagree; tell the owners of the articles: {owners}.",
    },
    "note-verbatim": {
        "zh-Hant": "來源 [{n}] 的文章是另一種語言,草稿引用原文,請按需要翻譯。",
        "zh-Hans": "来源 [{n}] 的文章是另一种语言,草稿引用原文,请按需要翻译。",
        "en": "The article of source [{n}] is in another language; the draft quotes it as it stands.",
    },
    "note-internal": {
        "zh-Hant": "內部文章「{title}」:{text}(不可引述給客人)",
        "zh-Hans": "内部文章「{title}」:{text}(不可引述给客人)",
        "en": "Internal article “{title}”: {text} (not for the customer)",
    },
    "note-lexical": {
        "zh-Hant": "目前只用字詞搜尋(沒有向量模型),可能漏掉不同說法的文章。",
        "zh-Hans": "目前只用字词搜索(没有向量模型),可能漏掉不同说法的文章。",
        "en": "Lexical search only (no embedding model): articles that say it in other words may be missed.",
    },
    "reason-none": {
        "zh-Hant": "知識庫沒有文章回答這個問題。",
        "zh-Hans": "知识库没有文章回答这个问题。",
        "en": "No article of the knowledge base answers this.",
    },
    "reason-personal": {
        "zh-Hant": "這是關於客人本身訂單或帳戶的查詢,須查系統,不能由文章回答。",
        "zh-Hans": "这是关于客人自己订单或账户的查询,须查系统,不能由文章回答。",
        "en": "This is about the customer's own order or account: look it up in the system, articles cannot answer it.",
    },
    "reason-others": {
        "zh-Hant": "涉及其他人的資料,不可透露。",
        "zh-Hans": "涉及他人资料,不可透露。",
        "en": "This asks for another person's data, which must not be disclosed.",
    },
    "reason-inject": {
        "zh-Hant": "訊息試圖改變規則或索取內部資料。",
        "zh-Hans": "消息试图改变规则或索取内部资料。",
        "en": "The message tries to change the rules or to get at internal material.",
    },
    "reason-haggle": {
        "zh-Hant": "客人要求文章沒有列明的優惠。",
        "zh-Hans": "客人要求文章没有列明的优惠。",
        "en": "This asks for a concession that no article grants.",
    },
    "reason-advice": {
        "zh-Hant": "涉及醫療或投資意見,不可提供。",
        "zh-Hans": "涉及医疗或投资意见,不可提供。",
        "en": "This asks for medical or investment advice, which we do not give.",
    },
    "reason-outside": {
        "zh-Hant": "問題不在本店知識庫的範圍內。",
        "zh-Hans": "问题不在本店知识库的范围内。",
        "en": "This lies outside what the shop's articles cover.",
    },
}


def phrase(name: str, lang: ReplyLanguage, **values: object) -> str:
    """The phrase in that language, its fields filled in."""
    return PHRASES[name][lang].format(**values)


__all__ = ["PHRASES", "phrase"]
