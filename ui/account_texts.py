"""Every string of the pages around the faces (sign-in, receipt, refusals) in the three interface languages."""

from __future__ import annotations

from typing import Final

from kb.models import REPLY_LANGUAGES, ReplyLanguage

_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "brand": ("有據", "有据", "Youju"),
    "sign_in": ("登入", "登录", "Sign in"),
    "name": ("帳號", "账号", "Account"),
    "password": ("密碼", "密码", "Password"),
    "tagline": ("每一句，都有出處。", "每一句，都有出处。", "Every sentence with its evidence."),
    "wrong": ("帳號或密碼不對。", "账号或密码不对。", "The account or the password is wrong."),
    "wait": ("試得太多次了，請在 {seconds} 秒後再試。", "尝试次数过多，请在 {seconds} 秒后再试。", "Too many attempts. Try again in {seconds} seconds."),
    "old_form": ("頁面放得太久了，請再試一次。", "页面放得太久了，请再试一次。", "The page was open for too long. Try once more."),
    "signed_out": ("已登出。", "已退出登录。", "You have signed out."),
    "no_account": ("沒有帳號？請管理員用 kb users add 建立。", "没有账号？请管理员用 kb users add 创建。", "No account? An administrator makes one with kb users add."),
    "forbidden": ("這一頁不在你的職責之內", "这一页不在你的职责之内", "Your role does not open this page"),
    "forbidden.body": (
        "需要的話，請管理員調整你的角色（kb users role）。",
        "如有需要，请管理员调整你的角色（kb users role）。",
        "If you need it, ask an administrator to change your role (kb users role).",
    ),
    "back": ("回到工作台", "返回工作台", "Back to the desk"),
    "frame.signed_out": ("這個視窗的登入已結束", "此窗口的登录已结束", "This panel is no longer signed in"),
    "frame.body": (
        "請在客服系統重新載入這個面板；或在新視窗登入工作台。",
        "请在客服系统重新加载此面板；或在新窗口登录工作台。",
        "Reload the panel in your help desk, or open the desk in a window of its own.",
    ),
    "open_desk": ("在新視窗開啟工作台", "在新窗口打开工作台", "Open the desk in a new window"),
    "receipt": ("答覆收據", "答复收据", "Receipt of an answer"),
    "receipt.none": ("沒有這張收據", "没有这张收据", "There is no such receipt"),
    "receipt.none.body": (
        "編號可能打錯了，那次答覆沒有保存，或不是由你提問。", "编号可能有误，那次答复没有保存，或不是由你提问。",
        "The number may be mistyped, that answer was not kept, or somebody else asked it.",
    ),
    "erased": ("文字已刪除", "文字已删除", "The texts were erased"),
    "question": ("客人問", "客户问", "The customer asked"),
    "draft": ("當時的草稿", "当时的草稿", "The draft"),
    "replies": ("發出的回覆", "发出的回复", "What was sent"),
    "replies.none": ("沒有記錄到發出的回覆。", "没有记录到发出的回复。", "No reply is on record."),
    "sources": ("當時的出處", "当时的出处", "What the articles said then"),
    "intact": ("原文與指紋相符", "原文与指纹相符", "The text matches its fingerprint"),
    "not_intact": ("原文與指紋不符", "原文与指纹不符", "The text does not match its fingerprint"),
    "no_text": ("當時的全文沒有保存", "当时的全文没有保存", "The whole text of that day was not kept"),
    "whole": ("當時的全文", "当时的全文", "The whole article as it was"),
    "lines": ("行", "行", "lines"),
    "as_of": ("規則日期", "规则日期", "Rules of"),
    "asked_at": ("時間", "时间", "Asked"),
    "by": ("經手", "经手", "By"),
    "channel": ("渠道", "渠道", "Channel"),
    "snapshot": ("索引版本", "索引版本", "Snapshot"),
    "drafter": ("撰稿", "撰稿", "Drafter"),
    "feedback": ("評價", "评价", "Feedback"),
    "problems": ("當時的疑問", "当时的疑问", "Doubts then"),
    "copied": ("複製", "复制", "copied"),
    "sent": ("發出", "发出", "sent"),
    "edited": ("改過", "改过", "edited"),
    "right": ("正確", "正确", "right"),
    "wrong_verdict": ("有錯", "有错", "wrong"),
    "missing": ("有缺", "有缺", "missing"),
    "disclaimers": ("必附聲明", "必附声明", "Required wording"),
    "language": ("語言", "语言", "Language"),
}  # fmt: skip


def account_texts(language: ReplyLanguage) -> dict[str, str]:
    """The strings of one language."""
    column = REPLY_LANGUAGES.index(language)
    return {key: row[column] for key, row in _TEXTS.items()}


__all__ = ["account_texts"]
