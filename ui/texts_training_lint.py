"""What is wrong with a drill, by the code of the finding: what, and how to mend it. English is what the command line says."""

from __future__ import annotations

from typing import Final

from kb.training.drill_problems import WORDED

_CHINESE: Final[dict[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    # ---- the file ----
    "name-missing": (("還沒有題目編號", "寫一個，例如 delay-angry"), ("还没有题目编号", "写一个，例如 delay-angry")),
    "no-name": (("「{name}」不可以做題目編號", "只用小寫英文字母、數字和「-」"), ("“{name}”不可以做题目编号", "只用小写英文字母、数字和“-”")),
    "too-large": (("超過 {most} 位元組", "分成幾題"), ("超过 {most} 字节", "分成几题")),
    "unreadable": (("不是可讀的文字：{why}", "把檔案存為 UTF-8"), ("不是可读的文本：{why}", "把文件存为 UTF-8")),
    # ---- its front matter ----
    "no-front-matter": (("沒有題目資料", "檔案開頭寫一行「---」、各項資料，再一行「---」"), ("没有题目信息", "文件开头写一行“---”、各项信息，再一行“---”")),
    "front-matter-open": (("題目資料沒有結尾", "以一行「---」結束"), ("题目信息没有结尾", "以一行“---”结束")),
    "yaml-character": (("YAML 有錯：{why}", "刪去這個字元"), ("YAML 有错：{why}", "删去这个字符")),
    "yaml": (("YAML 有錯：{why}", "改正題目資料；含「: 」或「#」的值要加引號"), ("YAML 有错：{why}", "改正题目信息；含“: ”或“#”的值要加引号")),
    "no-keys": (("題目資料不是一項一項的", "寫成「名稱: 值」，一行一項"), ("题目信息不是一项一项的", "写成“名称: 值”，一行一项")),
    "key-twice": (("「{key}」出現兩次", "留下一個"), ("“{key}”出现两次", "留下一个")),
    "key-unknown": (("沒有「{key}」這一項", "可用的有：{known}"), ("没有“{key}”这一项", "可用的有：{known}")),
    "key-missing": (("缺少「{key}」", "補上這一項"), ("缺少“{key}”", "补上这一项")),
    "value-empty": (("「{key}」沒有填", "填上，或刪去這一項"), ("“{key}”没有填", "填上，或删去这一项")),
    "value-long": (("「{key}」超過 {most} 字", "縮短"), ("“{key}”超过 {most} 字", "缩短")),
    "value-not-text": (("「{key}」不是文字", "寫成一般文字，必要時加引號"), ("“{key}”不是文字", "写成一般文字，必要时加引号")),
    "value-not-list": (("「{key}」不是清單", "寫成 [一個, 另一個]"), ("“{key}”不是列表", "写成 [一个, 另一个]")),
    "value-not-allowed": (("「{key}」不可以是 {value}", "可用的有：{allowed}"), ("“{key}”不可以是 {value}", "可用的有：{allowed}")),
    "value-no-number": (("「{key}」的 {value} 不是 {least} 至 {most} 的整數", "改正，或留空"), ("“{key}”的 {value} 不是 {least} 到 {most} 的整数", "改正，或留空")),
    "value-no-id": (("「{key}」的 {value} 不可以做編號", "只用小寫英文字母、數字和「-」"), ("“{key}”的 {value} 不可以做编号", "只用小写英文字母、数字和“-”")),
    "value-wrong": (("「{key}」有錯：{why}", "改正"), ("“{key}”有错：{why}", "改正")),
    "id-not-name": (("編號「{id}」與檔名不同", "寫成 id: {name}，或把檔案改名"), ("编号“{id}”与文件名不同", "写成 id: {name}，或给文件改名")),
    # ---- what the customer says ----
    "text-before-heading": (
        ("第一個標題之前有文字", "移到「## Customer」或「## Notes」（客人、備註）下面"),
        ("第一个标题之前有文字", "移到“## Customer”或“## Notes”（客人、备注）下面"),
    ),
    "heading-unknown": (
        ("不認識標題「{heading}」", "每則訊息寫在「## Customer」（客人）下面，備註寫在「## Notes」下面"),
        ("不认识标题“{heading}”", "每条消息写在“## Customer”（客人）下面，备注写在“## Notes”下面"),
    ),
    "turn-empty": (("客人在這裡沒有說話", "在標題下面寫上訊息，或刪去標題"), ("客人在这里没有说话", "在标题下面写上消息，或删去标题")),
    "turn-long": (("這則訊息有 {length} 字", "最多寫 {most} 字"), ("这条消息有 {length} 字", "最多写 {most} 字")),
    "no-turn": (("沒有客人的訊息", "在標題「## Customer」（客人）下面寫上"), ("没有客人的消息", "在标题“## Customer”（客人）下面写上")),
    "too-many-turns": (("客人有 {count} 則訊息", "最多寫 {most} 則"), ("客人有 {count} 条消息", "最多写 {most} 条")),
    # ---- beside the shop's articles ----
    "channel-unknown": (("shop.yaml 沒有渠道「{channel}」", "已有的：{known}"), ("shop.yaml 没有渠道“{channel}”", "已有的：{known}")),
    "disclaimer-unknown": (("disclaimers.yaml 沒有聲明「{disclaimer}」", "在那裡加上文字，或改正編號"), ("disclaimers.yaml 没有声明“{disclaimer}”", "在那里加上文字，或改正编号")),
    "category-unknown": (("沒有文章屬於主題「{category}」", "用其中一個文章的主題"), ("没有文章属于主题“{category}”", "用其中一个文章的主题")),
    "no-season": (("phrases.yaml 沒有節慶賀語", "在那裡加一句"), ("phrases.yaml 没有节庆贺词", "在那里加一句")),
    "article-unknown": (("「{article}」不是文章", "改正編號，或刪去"), ("“{article}”不是文章", "改正编号，或删去")),
    "article-internal": (("「{article}」是內部文章，不會說給客人聽", "must_mention 不要用它的內容"), ("“{article}”是内部文章，不会说给客人听", "must_mention 不要用它的内容")),
    "article-coming": (("「{article}」尚未生效", "如果題目正是關於這點便可以；否則改用現行的文章"), ("“{article}”尚未生效", "如果题目正是关于这点就可以；否则改用现行的文章")),
    "article-over": (("「{article}」已經失效", "如果題目正是關於這點便可以；否則改用現行的文章"), ("“{article}”已经失效", "如果题目正是关于这点就可以；否则改用现行的文章")),
    "facts-without-article": (("有要說的事實，卻沒有寫出自哪篇文章", "填上文章"), ("有要说的事实，却没有写出自哪篇文章", "填上文章")),
    "nothing-looked-for": (("沒有可以評的：must_mention 和 situation 都是空的", "寫上好的回覆要有甚麼"), ("没有可以评的：must_mention 和 situation 都是空的", "写上好的回复要有什么")),
    "fact-not-stated": (("「{wording}」在所列文章裡找不到", "改正數值，或填上有這句話的文章"), ("“{wording}”在所列文章里找不到", "改正数值，或填上有这句话的文章")),
    "forbidden-and-required": (("「{wording}」同時在 must_mention 裡：沒有回覆能夠合格", "改正其中一項"), ("“{wording}”同时在 must_mention 里：没有回复能够合格", "改正其中一项")),
    "forbidden-in-disclaimer": (("「{wording}」也在必附聲明裡", "聲明裡的不算；請確定這是你的意思"), ("“{wording}”也在必附声明里", "声明里的不算；请确定这是你的意思")),
    "too-quick": (("沒有人能在 {seconds} 秒內回覆", "給多一點時間"), ("没有人能在 {seconds} 秒内回复", "多给一点时间")),
}  # fmt: skip
"""Code → (what, fix) in Traditional and in Simplified Chinese."""

DRILL_LINT_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    f"drill_lint.{code}.{part}": (_CHINESE[code][0][at], _CHINESE[code][1][at], english[at])
    for code, english in WORDED.items()
    for at, part in enumerate(("what", "fix"))
}

__all__ = ["DRILL_LINT_TEXTS"]
