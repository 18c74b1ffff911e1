"""What the checks tell the agent, in the three reply languages."""

from __future__ import annotations

from kb.models import ReplyLanguage

MESSAGES: dict[str, dict[ReplyLanguage, str]] = {
    "unsupported": {
        "zh-Hant": "所引來源沒有「{value}」:{sources}。",
        "zh-Hans": "所引来源没有「{value}」:{sources}。",
        "en": "“{value}” is not stated by {sources}.",
    },
    "source-says": {"zh-Hant": "來源寫的是「{stated}」。", "zh-Hans": "来源写的是「{stated}」。", "en": " The source says “{stated}”."},
    "uncited": {"zh-Hant": "「{value}」沒有出處。", "zh-Hans": "「{value}」没有出处。", "en": "“{value}” has no source."},
    "elsewhere": {
        "zh-Hant": "「{value}」不在所引的 {sources},而在另一處:{row}。",
        "zh-Hans": "「{value}」不在所引的 {sources},而在另一处:{row}。",
        "en": "“{value}” is not in {sources}, which the sentence cites, but elsewhere: {row}.",
    },
    "other-row": {
        "zh-Hant": "「{value}」是 [{n}]「{own}」的數值;句子說的是「{named}」,那一行是:{row}。",
        "zh-Hans": "「{value}」是 [{n}]「{own}」的数值;句子说的是「{named}」,那一行是:{row}。",
        "en": "“{value}” belongs to [{n}] “{own}”; the sentence speaks of “{named}”, whose row is: {row}.",
    },
    "festival": {
        "zh-Hant": "文章中「{name}」是 {day},所引來源沒有這一天:{sources}。",
        "zh-Hans": "文章中「{name}」是 {day},所引来源没有这一天:{sources}。",
        "en": "In the articles “{name}” is {day}, a day that {sources} does not state.",
    },
    "unknown-source": {"zh-Hant": "[{n}] 沒有對應的來源。", "zh-Hans": "[{n}] 没有对应的来源。", "en": "[{n}] points at no source."},
    "missing-disclaimer": {
        "zh-Hant": "缺少必附聲明({id})。",
        "zh-Hans": "缺少必附声明({id})。",
        "en": "The required disclaimer ({id}) is missing.",
    },
    "forbidden-wording": {
        "zh-Hant": "「{value}」是禁用字眼。「{title}」:{rule}",
        "zh-Hans": "「{value}」是禁用字眼。「{title}」:{rule}",
        "en": "“{value}” must not be used. “{title}”: {rule}",
    },
    "internal": {
        "zh-Hant": "內部資料,不可告訴客人。內部文章「{title}」:{rule}",
        "zh-Hans": "内部资料,不可告诉客人。内部文章「{title}」:{rule}",
        "en": "Internal, not for the customer. Internal article “{title}”: {rule}",
    },
    "promise": {
        "zh-Hant": "「{value}」是承諾,所引來源沒有這樣承諾。",
        "zh-Hans": "「{value}」是承诺,所引来源没有这样承诺。",
        "en": "“{value}” is a promise that no cited source makes.",
    },
    "personal": {
        "zh-Hant": "客人沒有提供過這項個人資料({kind})。",
        "zh-Hans": "客人没有提供过这项个人资料({kind})。",
        "en": "Personal data ({kind}) that the customer did not give.",
    },
}

KINDS: dict[str, dict[ReplyLanguage, str]] = {
    "email": {"zh-Hant": "電郵", "zh-Hans": "邮箱", "en": "e-mail"},
    "phone": {"zh-Hant": "電話號碼", "zh-Hans": "电话号码", "en": "phone number"},
    "account": {"zh-Hant": "帳號", "zh-Hans": "账号", "en": "account"},
    "order": {"zh-Hant": "訂單或運單號", "zh-Hans": "订单或运单号", "en": "order or tracking number"},
    "card": {"zh-Hant": "銀行卡號", "zh-Hans": "银行卡号", "en": "bank card number"},
    "id": {"zh-Hant": "身份證號碼", "zh-Hans": "证件号码", "en": "identity number"},
    "address": {"zh-Hant": "地址", "zh-Hans": "地址", "en": "address"},
    "name": {"zh-Hant": "姓名", "zh-Hans": "姓名", "en": "name"},
}
"""Names of kb.privacy.PersonalKind."""


def message(code: str, lang: ReplyLanguage, **values: object) -> str:
    """What a doubt says, its fields filled in."""
    return MESSAGES[code][lang].format(**values)


__all__ = ["KINDS", "MESSAGES", "message"]
