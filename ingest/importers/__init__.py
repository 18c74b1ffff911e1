"""Files that were written elsewhere → article drafts: FAQ lists (CSV, XLSX), web pages, Word documents.

`understand` says what a file would become; `kinds` what it is, `archive` what may be inside it, `csv_file`, `xlsx`, `html`, `docx` read it, `faq` and
`drafts` make articles of it. A file that is not taken in is refused whole, with a code, a place and what to do.
"""

from ingest.importers.drafts import ArticleDraft, draft_text
from ingest.importers.faq import ROLES, Layout, Role, Wishes
from ingest.importers.kinds import LARGEST_FILE
from ingest.importers.notes import NOTES, REFUSALS, ImportRefused, Note, Place
from ingest.importers.understand import Understood, understand

__all__ = [
    "LARGEST_FILE", "NOTES", "REFUSALS", "ROLES", "ArticleDraft", "ImportRefused", "Layout", "Note", "Place", "Role", "Understood", "Wishes",
    "draft_text", "understand",
]  # fmt: skip
