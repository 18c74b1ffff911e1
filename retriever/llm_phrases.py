"""What agents are told about a language model's part in a draft, in the three languages."""

from __future__ import annotations

from kb.models import ReplyLanguage

PHRASES: dict[str, dict[ReplyLanguage, str]] = {
    "worded": {
        "zh-Hant": "草稿由語言模型 {model} 措辭,每句均已按來源核對。",
        "zh-Hans": "草稿由语言模型 {model} 措辞,每句均已按来源核对。",
        "en": "Worded by the language model {model}; every sentence was checked against its source.",
    },
    "partly": {
        "zh-Hant": "草稿部分由語言模型 {model} 措辭({worded}/{all} 句);其餘沿用文章原句。",
        "zh-Hans": "草稿部分由语言模型 {model} 措辞({worded}/{all} 句);其余沿用文章原句。",
        "en": "Partly worded by the language model {model} ({worded} of {all} sentences); the rest is in the articles' own words.",
    },
    "rejected": {
        "zh-Hant": "語言模型的措辭未能通過核對,草稿沿用文章原句。",
        "zh-Hans": "语言模型的措辞未能通过核对,草稿沿用文章原句。",
        "en": "The language model's wording did not pass the checks; the draft is in the articles' own words.",
    },
    "timeout": {
        "zh-Hant": "語言模型未能在 {seconds} 秒內完成,草稿沿用文章原句。",
        "zh-Hans": "语言模型未能在 {seconds} 秒内完成,草稿沿用文章原句。",
        "en": "The language model was not done within {seconds} s; the draft is in the articles' own words.",
    },
    "refused": {
        "zh-Hant": "語言模型拒絕措辭,草稿沿用文章原句。",
        "zh-Hans": "语言模型拒绝措辞,草稿沿用文章原句。",
        "en": "The language model declined to word this; the draft is in the articles' own words.",
    },
    "malformed": {
        "zh-Hant": "語言模型的輸出無法讀取,草稿沿用文章原句。",
        "zh-Hans": "语言模型的输出无法读取,草稿沿用文章原句。",
        "en": "The language model's output could not be read; the draft is in the articles' own words.",
    },
    "busy": {
        "zh-Hant": "語言模型忙碌(請求過多),草稿沿用文章原句。",
        "zh-Hans": "语言模型忙碌(请求过多),草稿沿用文章原句。",
        "en": "The language model is busy (too many requests); the draft is in the articles' own words.",
    },
    "server": {
        "zh-Hant": "語言模型的伺服器出錯,草稿沿用文章原句。",
        "zh-Hans": "语言模型的服务器出错,草稿沿用文章原句。",
        "en": "The language model's server failed; the draft is in the articles' own words.",
    },
    "denied": {
        "zh-Hant": "語言模型的伺服器不接受請求(請管理員檢查金鑰和模型名稱),草稿沿用文章原句。",
        "zh-Hans": "语言模型的服务器不接受请求(请管理员检查密钥和模型名称),草稿沿用文章原句。",
        "en": "The language model's server does not accept our requests (ask the administrator to check its key and name); "
        "the draft is in the articles' own words.",
    },
    "unreachable": {
        "zh-Hant": "無法連接語言模型,草稿沿用文章原句。",
        "zh-Hans": "无法连接语言模型,草稿沿用文章原句。",
        "en": "The language model cannot be reached; the draft is in the articles' own words.",
    },
    "dropped": {
        "zh-Hant": "與語言模型的連線中斷,草稿沿用文章原句。",
        "zh-Hans": "与语言模型的连接中断,草稿沿用文章原句。",
        "en": "The connection to the language model broke off; the draft is in the articles' own words.",
    },
    "paused": {
        "zh-Hant": "語言模型多次失敗,暫停使用,草稿沿用文章原句。",
        "zh-Hans": "语言模型多次失败,暂停使用,草稿沿用文章原句。",
        "en": "The language model has failed repeatedly and is left alone for now; the draft is in the articles' own words.",
    },
}


def llm_phrase(name: str, lang: ReplyLanguage, **values: object) -> str:
    """The phrase in that language, its fields filled in."""
    return PHRASES[name][lang].format(**values)


__all__ = ["PHRASES", "llm_phrase"]
