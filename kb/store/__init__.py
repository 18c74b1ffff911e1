"""What is kept: people and their sessions, API clients, what was asked and answered and sent, articles as they were."""

from kb.store.attempts import Attempt
from kb.store.database import store_url
from kb.store.figures import AskRow, FeedbackRow, ReplyRow
from kb.store.people import FRAMED
from kb.store.receipts import Receipt, receipt
from kb.store.recorder import Recorder
from kb.store.records import ROLES, Action, ArticleVersion, Ask, Client, Delivery, DeliveryState, Edit, Feedback, Reply, Role, Session, User, Verdict
from kb.store.revisions import ON_DISK, Revision, RevisionKind
from kb.store.store import Store

__all__ = [
    "FRAMED", "ON_DISK", "ROLES", "Action", "ArticleVersion", "Ask", "AskRow", "Attempt", "Client", "Delivery", "DeliveryState", "Edit", "Feedback", "FeedbackRow",
    "Receipt", "Recorder", "Reply", "ReplyRow", "Revision",
    "RevisionKind", "Role",
    "Session", "Store", "User", "Verdict", "receipt", "store_url",
]  # fmt: skip
