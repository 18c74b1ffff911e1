"""What is kept: people and their sessions, API clients, what was asked and answered and sent, articles as they were."""

from kb.store.attempts import Attempt, Override
from kb.store.conflicts import UNDECIDED, ConflictAction, ConflictDecision, ConflictState
from kb.store.database import store_url
from kb.store.demonstration import DEMO, Demonstration
from kb.store.figures import Scope
from kb.store.people import FRAMED
from kb.store.plans import AssigneeKind, Assignment, Certificate, Course
from kb.store.receipts import Receipt, receipt
from kb.store.recorder import Recorder
from kb.store.records import ROLES, Action, ArticleVersion, Ask, Client, Delivery, DeliveryState, Edit, Feedback, Reply, Role, Session, User, Verdict
from kb.store.results import Result
from kb.store.retention import Erased, Erasure, Held, Sample
from kb.store.revisions import ON_DISK, Revision, RevisionKind
from kb.store.store import Store

__all__ = [
    "DEMO", "FRAMED", "ON_DISK", "ROLES", "UNDECIDED", "Action", "ArticleVersion", "Ask", "AssigneeKind", "Assignment", "Attempt", "Certificate", "Client", "ConflictAction", "ConflictDecision", "ConflictState", "Course", "Delivery", "DeliveryState", "Demonstration", "Edit", "Erased", "Erasure", "Feedback", "Held",
    "Override", "Receipt", "Recorder", "Reply", "Result", "Revision",
    "RevisionKind", "Role",
    "Sample", "Scope", "Session", "Store", "User", "Verdict", "receipt", "store_url",
]  # fmt: skip
