"""The strings of the page on which files are taken in, in the order zh-Hant, zh-Hans, en; ui/i18n.py takes them in.

The English of refusals and remarks is the importers' own, so that the page and the command line say the same.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.importers import NOTES, REFUSALS

_PLACES: Final[dict[str, tuple[str, str, str]]] = {
    "row": ("第 {name} 行", "第 {name} 行", "row {name}"),
    "cell": ("儲存格 {name}", "单元格 {name}", "cell {name}"),
    "sheet": ("工作表「{name}」", "工作表“{name}”", "sheet “{name}”"),
    "heading": ("標題「{name}」之下", "标题“{name}”之下", "below “{name}”"),
    "part": ("檔案內的 {name}", "文件内的 {name}", "{name} inside the file"),
    "article": ("文章「{name}」", "文章“{name}”", "article “{name}”"),
}

_REFUSED: Final[dict[str, tuple[str, str]]] = {
    "empty": ("檔案是空的；請看看是否選錯了檔案", "文件是空的；请看看是否选错了文件"),
    "too-large": ("檔案大過 {most} MB；請先移除圖片，或分成幾個檔案", "文件大于 {most} MB；请先移除图片，或分成几个文件"),
    "wrong-type": ("按內容這是 {found} 檔；請存成 CSV、.xlsx、.docx 或 HTML", "按内容这是 {found} 文件；请存成 CSV、.xlsx、.docx 或 HTML"),
    "unknown-type": ("不是可以讀的文字、試算表、文件或網頁；請存成 CSV、.xlsx、.docx 或 HTML", "不是可以读的文本、表格、文档或网页；请存成 CSV、.xlsx、.docx 或 HTML"),
    "old-office": ("這是舊版 Office 格式（.doc、.xls、.ppt）；請開啟後另存為 .docx 或 .xlsx", "这是旧版 Office 格式（.doc、.xls、.ppt）；请打开后另存为 .docx 或 .xlsx"),
    "encrypted": ("檔案用密碼鎖上了；請另存一份沒有密碼的", "文件用密码锁上了；请另存一份没有密码的"),
    "macros": ("檔案含有巨集或會自動執行的內容；請另存為不含巨集的 .docx 或 .xlsx", "文件含有宏或会自动执行的内容；请另存为不含宏的 .docx 或 .xlsx"),
    "encoding": ("看不出文字用哪種編碼；請存成 UTF-8", "看不出文字用哪种编码；请存成 UTF-8"),
    "no-text": ("找不到文字；請看看是否選錯了檔案，圖片裡的字不算", "找不到文字；请看看是否选错了文件，图片里的字不算"),
    "article-too-long": ("文字超過 {most} 個字元；請分成幾個檔案", "文字超过 {most} 个字符；请分成几个文件"),
    "damaged": ("檔案損壞或不完整；請用 Word、Excel 或 LibreOffice 開啟，重新儲存後再試", "文件损坏或不完整；请用 Word、Excel 或 LibreOffice 打开，重新保存后再试"),
    "too-many-parts": ("檔案內有超過 {most} 個部分；請用 Word、Excel 或 LibreOffice 開啟，重新儲存後再試", "文件内有超过 {most} 个部分；请用 Word、Excel 或 LibreOffice 打开，重新保存后再试"),
    "part-path": ("這部分的路徑指向檔案之外，Office 不會這樣寫；不要開啟，請問寄件人", "这部分的路径指向文件之外，Office 不会这样写；不要打开，请问发件人"),
    "part-twice": ("這部分在檔案內出現兩次，Office 不會這樣寫；不要開啟，請問寄件人", "这部分在文件内出现两次，Office 不会这样写；不要打开，请问发件人"),
    "bomb": ("解壓後超過 {most} MB，或超過原來的 {ratio} 倍；不認識作者就不要開啟，否則請分成幾個檔案", "解压后超过 {most} MB，或超过原来的 {ratio} 倍；不认识作者就不要打开，否则请分成几个文件"),
    "entities": ("含有 Office 檔案不會有的文件類型或實體宣告；不要開啟，請問寄件人", "含有 Office 文件不会有的文档类型或实体声明；不要打开，请问发件人"),
    "too-complex": ("有超過 {most} 個元素，或層層包得太深；請分成幾個檔案，或去掉格式後再存", "有超过 {most} 个元素，或层层包得太深；请分成几个文件，或去掉格式后再存"),
    "strict-xlsx": ("這是「Strict Open XML」活頁簿；請另存為「Excel 活頁簿 (.xlsx)」", "这是“Strict Open XML”工作簿；请另存为“Excel 工作簿 (.xlsx)”"),
    "formula": ("這些儲存格是公式而不是值：{cells}；請複製後用「選擇性貼上 → 值」貼回", "这些单元格是公式而不是值：{cells}；请复制后用“选择性粘贴 → 数值”粘回"),
    "no-table": ("找不到有兩欄或以上的表；請一題一行，答案放在旁邊一欄", "找不到有两列或以上的表；请一题一行，答案放在旁边一列"),
    "too-many-rows": ("表格的行或格超過 {most} 個；請分成幾個檔案", "表格的行或格超过 {most} 个；请分成几个文件"),
    "cell-too-long": ("有一格超過 {most} 個字元；請看看是否有引號沒有關上，或把內容分開", "有一格超过 {most} 个字符；请看看是否有引号没有关上，或把内容分开"),
    "table-too-large": ("拆開合併的儲存格後，表格超過 {most} 格；請把表分開", "拆开合并的单元格后，表格超过 {most} 格；请把表分开"),
    "no-such-column": ("沒有這一欄；請另選", "没有这一列；请另选"),
    "too-many-articles": ("會變成超過 {most} 篇文章；請另選分類欄，或分成幾個檔案", "会变成超过 {most} 篇文章；请另选分类列，或分成几个文件"),
    "id": ("「{id}」不能作為文章編號；請用字母、數字、-、_、. ，以 / 分層", "“{id}”不能作为文章编号；请用字母、数字、-、_、. ，以 / 分层"),
    "id-taken": ("已有編號為「{id}」的文章；請另起編號，或不收這一篇", "已有编号为“{id}”的文章；请另起编号，或不收这一篇"),
    "id-twice": ("兩篇新文章的編號都是「{id}」；請改其中一個", "两篇新文章的编号都是“{id}”；请改其中一个"),
}  # fmt: skip

_NOTED: Final[dict[str, tuple[str, str]]] = {
    "encoding": ("按 {encoding} 編碼讀取：請看看字是否正確", "按 {encoding} 编码读取：请看看字是否正确"),
    "name": ("檔名帶有路徑；只用「{name}」", "文件名带有路径；只用“{name}”"),
    "hidden-sheet": ("工作表是隱藏的，沒有收入", "工作表是隐藏的，没有收入"),
    "empty-sheet": ("沒有表格，沒有收入", "没有表格，没有收入"),
    "hidden-rows": ("隱藏的行沒有收入：{rows}", "隐藏的行没有收入：{rows}"),
    "hidden-columns": ("隱藏的欄沒有收入：{columns}", "隐藏的列没有收入：{columns}"),
    "choose-columns": ("看不出哪一欄是問題、哪一欄是答案：請選擇", "看不出哪一列是问题、哪一列是答案：请选择"),
    "unused-columns": ("沒有用到的欄：{columns}", "没有用到的列：{columns}"),
    "no-answer": ("有問題而沒有答案，沒有收入", "有问题而没有答案，没有收入"),
    "no-question": ("有答案而沒有問題，沒有收入", "有答案而没有问题，没有收入"),
    "same-again": ("問題和答案與前面相同，沒有重複收入", "问题和答案与前面相同，没有重复收入"),
    "same-question": ("同一個問題有另一個答案：哪一個才對？", "同一个问题有另一个答案：哪一个才对？"),
    "language": ("不認識「{value}」這種語言；改按文字判斷", "不认识“{value}”这种语言；改按文字判断"),
    "format": ("不認識數字格式 {format}；寫成 {text}", "不认识数字格式 {format}；写成 {text}"),
    "cell-error": ("是錯誤值 {value}，沒有收入", "是错误值 {value}，没有收入"),
    "cell-html": ("格內的 HTML 已轉成 Markdown", "格内的 HTML 已转成 Markdown"),
    "pictures": ("圖片沒有收入：{name}", "图片没有收入：{name}"),
    "links": ("有 {n} 個連結不是網址，只留下文字", "有 {n} 个链接不是网址，只留下文字"),
    "hidden-text": ("網頁隱藏的文字沒有收入：{text}", "网页隐藏的文字没有收入：{text}"),
    "struck": ("刪除線上的文字沒有收入：{text}", "删除线上的文字没有收入：{text}"),
    "forms": ("沒有收入：{what}", "没有收入：{what}"),
    "changes": (
        "有追蹤修訂：收入 {inserted} 處新增，略去 {deleted} 處刪除；請先在 Word 接受或拒絕",
        "有修订记录：收入 {inserted} 处新增，略去 {deleted} 处删除；请先在 Word 接受或拒绝",
    ),
    "comments": ("{n} 個註解沒有收入", "{n} 个批注没有收入"),
    "objects": ("{n} 個內嵌物件沒有收入", "{n} 个嵌入对象没有收入"),
    "external": ("有 {n} 處指向檔案之外；沒有讀取", "有 {n} 处指向文件之外；没有读取"),
    "no-headings": ("沒有標題，全文算作一節；把標題設為標題樣式，回答會更準", "没有标题，全文算作一节；把标题设为标题样式，回答会更准"),
    "more": ("還有 {n} 項類似的提示", "还有 {n} 项类似的提示"),
}  # fmt: skip

_BARE: Final = re.compile(r"\{(\w+)[^}]*\}")
"""A field with how Python formats it; the page fills in fields alone."""

IMPORT_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "content.view.import": ("匯入", "导入", "Import"),
    "import.drop": ("把檔案拖到這裡，或按一下選擇", "把文件拖到这里，或点一下选择", "Drop files here, or click to choose"),
    "import.drop.body": (
        "CSV、Excel（.xlsx）問答表，網頁（HTML），Word（.docx）；每個最大 {most} MB",
        "CSV、Excel（.xlsx）问答表，网页（HTML），Word（.docx）；每个最大 {most} MB",
        "FAQ lists as CSV or Excel (.xlsx), web pages (HTML), Word (.docx); up to {most} MB each",
    ),
    "import.options": ("所有檔案的設定", "所有文件的设置", "For all files"),
    "import.option.lang": ("語言", "语言", "Language"),
    "import.option.told": ("按文字判斷", "按文字判断", "Told from the text"),
    "import.option.category": ("分類（留空：按檔案）", "分类（留空：按文件）", "Category (empty: as the file says)"),
    "import.option.owner": ("負責人", "负责人", "Owner"),
    "import.option.into": ("放進哪個資料夾", "放进哪个文件夹", "Into which folder"),
    "import.empty": ("還沒有文章", "还没有文章", "No articles yet"),
    "import.empty.body": (
        "放進檔案後，這裡會顯示它們會變成甚麼文章。按「建立草稿」之前甚麼都不會儲存。",
        "放进文件后，这里会显示它们会变成什么文章。点“建立草稿”之前什么都不会保存。",
        "Here you see what articles your files would become. Nothing is saved before you create the drafts.",
    ),
    "import.reading": ("讀取中…", "读取中…", "Reading…"),
    "import.found": ("{n} 篇文章", "{n} 篇文章", "Articles: {n}"),
    "import.notes": ("{n} 項提示", "{n} 项提示", "Remarks: {n}"),
    "import.remove": ("移除這個檔案", "移除这个文件", "Remove this file"),
    "import.columns": ("各欄是甚麼", "各列是什么", "Which column is what"),
    "import.column": ("{letter} 欄是甚麼", "{letter} 列是什么", "What column {letter} is"),
    "import.header": ("標題行", "标题行", "Header"),
    "import.header.none": ("沒有", "没有", "none"),
    "import.role.none": ("{letter}：不用", "{letter}：不用", "{letter}: not used"),
    "import.role.question": ("問題", "问题", "Question"),
    "import.role.answer": ("答案", "答案", "Answer"),
    "import.role.language": ("語言", "语言", "Language"),
    "import.role.category": ("分類", "分类", "Category"),
    "import.role.product": ("產品", "产品", "Product"),
    "import.take": ("收入這一篇", "收入这一篇", "Take this one in"),
    "import.field.title": ("標題", "标题", "Title"),
    "import.field.id": ("編號（也是檔案路徑）", "编号（也是文件路径）", "Id (also its path)"),
    "import.field.category": ("分類", "分类", "Category"),
    "import.field.owner": ("負責人", "负责人", "Owner"),
    "import.field.lang": ("語言", "语言", "Language"),
    "import.foot": ("草稿要發佈後才會用來回答客人。", "草稿要发布后才会用来回答客人。", "Customers are answered from drafts only once they are published."),
    "import.write": ("建立 {n} 篇草稿", "建立 {n} 篇草稿", "Create drafts: {n}"),
    "import.written": ("已建立 {n} 篇草稿", "已建立 {n} 篇草稿", "Drafts created: {n}"),
    "import.not_written": ("一篇也沒有建立。", "一篇也没有建立。", "None was created."),
    "import.colon": ("：", "：", ": "),
    **{f"import.place.{kind}": row for kind, row in _PLACES.items()},
    **{f"import.refused.{code}": (*_REFUSED[code], _BARE.sub(r"{\1}", f"{what}; {fix}")) for code, (what, fix) in REFUSALS.items()},
    **{f"import.note.{code}": (*_NOTED[code], _BARE.sub(r"{\1}", said)) for code, said in NOTES.items()},
}  # fmt: skip

__all__ = ["IMPORT_TEXTS"]
