"""What is wrong with an article, by the code of the finding: what, and how to mend it. English is what the command line says; ui/i18n.py takes it in."""

from __future__ import annotations

from typing import Final

from ingest.problems import WORDED

_CHINESE: Final[dict[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    # ---- the file ----
    "outside-link": (("連到內容資料夾以外的檔案", "把檔案複製到 articles/ 之內"), ("链接到内容文件夹以外的文件", "把文件复制到 articles/ 之内")),
    "too-large": (("{size} 位元組，超過一篇文章的上限（{most}）", "分成幾篇"), ("{size} 字节，超过一篇文章的上限（{most}）", "分成几篇")),
    "unreadable": (("讀不到：{why}", "檢查檔案及其權限"), ("读不到：{why}", "检查文件及其权限")),
    "nul": (("含有 NUL 位元組", "存為純文字的 UTF-8"), ("含有 NUL 字节", "存为纯文本的 UTF-8")),
    "not-utf8": (("第 {byte} 個位元組不是 UTF-8", "把檔案存為 UTF-8"), ("第 {byte} 个字节不是 UTF-8", "把文件存为 UTF-8")),
    "long-line": (("一行有 {length} 字", "分行，每行最多 {most} 字"), ("一行有 {length} 字", "分行，每行最多 {most} 字")),
    # ---- its front matter ----
    "no-front-matter": (("沒有文章資料", "檔案開頭寫一行「---」、各項資料，再一行「---」"), ("没有文章信息", "文件开头写一行“---”、各项信息，再一行“---”")),
    "front-matter-open": (("文章資料沒有結尾", "以一行「---」結束"), ("文章信息没有结尾", "以一行“---”结束")),
    "yaml-character": (("YAML 有錯：{why}（#x{character}）", "刪去這個字元"), ("YAML 有错：{why}（#x{character}）", "删去这个字符")),
    "yaml": (("YAML 有錯：{why}", "改正文章資料；含「: 」或「#」的值要加引號"), ("YAML 有错：{why}", "改正文章信息；含“: ”或“#”的值要加引号")),
    "no-keys": (("文章資料不是一項一項的", "寫成「名稱: 值」，一行一項"), ("文章信息不是一项一项的", "写成“名称: 值”，一行一项")),
    "key-twice": (("「{key}」出現兩次", "留下一個"), ("“{key}”出现两次", "留下一个")),
    "key-unknown": (("沒有「{key}」這一項", "可用的有：{known}"), ("没有“{key}”这一项", "可用的有：{known}")),
    "key-missing": (("缺少「{key}」", "補上這一項"), ("缺少“{key}”", "补上这一项")),
    "value-empty": (("「{key}」沒有填", "填上"), ("“{key}”没有填", "填上")),
    "value-long": (("「{key}」超過 {most} 字", "縮短"), ("“{key}”超过 {most} 字", "缩短")),
    "value-not-text": (("「{key}」的 {value} 不是文字", "寫成一般文字，必要時加引號"), ("“{key}”的 {value} 不是文字", "写成一般文字，必要时加引号")),
    "value-not-list": (("「{key}」的 {value} 不是清單", "寫成 [一個, 另一個]"), ("“{key}”的 {value} 不是列表", "写成 [一个, 另一个]")),
    "value-no-date": (("「{key}」的 {value} 不是日期", "寫成 YYYY-MM-DD"), ("“{key}”的 {value} 不是日期", "写成 YYYY-MM-DD")),
    "value-not-allowed": (("「{key}」不可以是 {value}", "可用的有：{allowed}"), ("“{key}”不可以是 {value}", "可用的有：{allowed}")),
    "value-no-id": (("「{key}」只可用字母、數字、「-」「_」「.」，以「/」分層", "改正編號"), ("“{key}”只可用字母、数字、“-”“_”“.”，以“/”分层", "改正编号")),
    "value-wrong": (("「{key}」有錯：{why}", "改正"), ("“{key}”有错：{why}", "改正")),
    "dates-reversed": (("結束日 {until} 早於生效日 {since}", "改正其中一個日期"), ("结束日 {until} 早于生效日 {since}", "改正其中一个日期")),
    # ---- its body ----
    "no-text": (("文章沒有正文", "在文章資料下面寫正文"), ("文章没有正文", "在文章信息下面写正文")),
    "reply-language": (("核准用語沒有寫明語言", "寫成「::: reply lang=zh-Hant」，或 zh-Hans、en"), ("核准用语没有写明语言", "写成“::: reply lang=zh-Hant”，或 zh-Hans、en")),
    "reply-open": (("核准用語沒有結尾", "以一行「:::」結束"), ("核准用语没有结尾", "以一行“:::”结束")),
    "reply-quantity": (("核准用語寫了「{quantities}」，全篇正文都沒有", "改正用語或正文"), ("核准用语写了“{quantities}”，全篇正文都没有", "改正用语或正文")),
    "reply-elsewhere": (
        ("核准用語寫了「{quantities}」，這一節沒有，第 {lines} 行才有", "把用語移到那段文字之下，或改正，或在這一節寫明"),
        ("核准用语写了“{quantities}”，这一节没有，第 {lines} 行才有", "把用语移到那段文字之下，或改正，或在这一节写明"),
    ),
    "reply-apart": (
        ("草稿不會用這句核准用語：「{quantities}」分散在第 {lines} 行，沒有一句、一項或一行寫齊", "每句、每項、每行各寫一行用語，或在正文用一句寫齊"),
        ("草稿不会用这句核准用语：“{quantities}”分散在第 {lines} 行，没有一句、一项或一行写齐", "每句、每项、每行各写一行用语，或在正文用一句写齐"),
    ),
    "reply-taken": (
        ("草稿不會用這句核准用語：它所說的正文已有同一語言的另一句", "補寫它所說的正文，或刪去其中一句"),
        ("草稿不会用这句核准用语：它所说的正文已有同一语言的另一句", "补写它所说的正文，或删去其中一句"),
    ),
    "reply-no-text": (("草稿不會用這句核准用語：這一節沒有正文", "放在它所說的正文之下，同一標題內"), ("草稿不会用这句核准用语：这一节没有正文", "放在它所说的正文之下，同一标题内")),
    # ---- beside the others ----
    "id-twice": (("編號「{id}」與 {file} 相同", "其中一篇改用別的編號"), ("编号“{id}”与 {file} 相同", "其中一篇改用别的编号")),
    "names-itself": (("「{key}」指向文章自己", "改為另一篇，或留空"), ("“{key}”指向文章自己", "改为另一篇，或留空")),
    "names-nothing": (("「{key}」指向的「{target}」不是文章", "改正編號，或留空"), ("“{key}”指向的“{target}”不是文章", "改正编号，或留空")),
    "supersedes-circle": (("取代關係繞回自己", "只由較新的一篇指向較舊的"), ("取代关系绕回自己", "只由较新的一篇指向较旧的")),
    "disclaimer-unknown": (("disclaimers.yaml 沒有聲明「{disclaimer}」", "在那裡加上文字，或改正編號"), ("disclaimers.yaml 没有声明“{disclaimer}”", "在那里加上文字，或改正编号")),
    "file-not-read": (("不會讀這個檔案", "改為會讀的檔名（{known}），或移到別處"), ("不会读这个文件", "改为会读的文件名（{known}），或移到别处")),
    "review-after-end": (("覆核日晚於結束日", "在生效期內覆核"), ("复核日晚于结束日", "在有效期内复核")),
    # ---- how it is written ----
    "no-validity": (("沒有生效日：沒有人知道由何時起適用", "填上 valid_from：YYYY-MM-DD"), ("没有生效日：没有人知道从何时起适用", "填上 valid_from：YYYY-MM-DD")),
    "product-unknown": (("glossary.yaml 沒有產品「{product}」", "在那裡加上，或改正編號"), ("glossary.yaml 没有产品“{product}”", "在那里加上，或改正编号")),
    "table-without-rule": (("這不成表格：表頭下一行不是 |---|---|", "補上這一行"), ("这不成表格：表头下一行不是 |---|---|", "补上这一行")),
    "table-rule-width": (("這不成表格：分隔行有 {columns} 欄，表頭有 {width} 欄", "分隔行寫 {width} 欄"), ("这不成表格：分隔行有 {columns} 列，表头有 {width} 列", "分隔行写 {width} 列")),
    "table-row-width": (("這一行有 {cells} 格，表頭有 {width} 格", "補上或刪去格子；格內的直線寫成 \\|"), ("这一行有 {cells} 格，表头有 {width} 格", "补上或删去格子；格内的竖线写成 \\|")),
    "dead-link": (("連結「{target}」找不到文章", "寫文章的檔案或編號"), ("链接“{target}”找不到文章", "写文章的文件或编号")),
    "number-without-unit": (("「{number}」沒有單位", "在旁邊寫上單位"), ("“{number}”没有单位", "在旁边写上单位")),
    "cell-without-unit": (("「{column}」一欄的「{number}」沒有單位，其他行都有", "在旁邊寫上單位"), ("“{column}”一列的“{number}”没有单位，其他行都有", "在旁边写上单位")),
    "simplified-in-traditional": (("繁體文章裡有簡體字：{characters}", "這一行改用繁體"), ("繁体文章里有简体字：{characters}", "这一行改用繁体")),
    "traditional-in-simplified": (("簡體文章裡有繁體字：{characters}", "這一行改用簡體"), ("简体文章里有繁体字：{characters}", "这一行改用简体")),
    "near-duplicate": (("{of} 段之中有 {said} 段與《{title}》（{id}）相同", "留下一篇，或註明取代哪一篇"), ("{of} 段之中有 {said} 段与《{title}》（{id}）相同", "留下一篇，或注明取代哪一篇")),
    "leaves-a-gap": (
        ("客服今天正按這篇文章回答；這樣發佈，到 {since} 之前便沒有依據", "保留今天的文字，把新文字另寫一篇，註明取代這一篇"),
        ("客服今天正按这篇文章回答；这样发布，到 {since} 之前便没有依据", "保留今天的文字，把新文字另写一篇，注明取代这一篇"),
    ),
}  # fmt: skip
"""Code → (what, fix) in Traditional and in Simplified Chinese."""

LINT_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    f"lint.{code}.{part}": (_CHINESE[code][0][at], _CHINESE[code][1][at], english[at])
    for code, english in WORDED.items()
    for at, part in enumerate(("what", "fix"))
}

__all__ = ["LINT_TEXTS"]
