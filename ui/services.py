"""What every face calls: one object over the settings, the published snapshot and the embedder."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Sequence

from ingest.build import Summary, ingest, publish_article
from ingest.embed import Progress
from kb.embedding import Embedder, make_embedder
from kb.errors import YoujuError
from kb.models import USUAL_STYLE, Answer, Asker, Doubt, ReplyLanguage, Source, Style, Turn
from kb.settings import Settings
from kb.snapshot import MOST_CHANGES, Overtaken, changes_behind, current_id, load_current, make_whole
from kb.store import Recorder, Store, store_url
from retriever.answer import Answerer
from retriever.llm import LanguageModelDrafter
from ui.retention import Keeper
from ui.webhook import Webhook

LOOK_EVERY = 0.1
"""Seconds between looks at CURRENT, which costs a hundredth of a millisecond: so long a newly published snapshot may go unnoticed."""

log = logging.getLogger(__name__)


class Services:
    """Thread-safe. Picks up a newly published snapshot by itself; questions under way finish on the old one."""

    def __init__(self, settings: Settings, embedder: Embedder | None, answerer: Answerer) -> None:
        self.settings = settings
        self._store: Store | None = None
        self._recorder: Recorder | None = None
        self._webhook: Webhook | None = None
        self._keeper: Keeper | None = None
        self.drafter = LanguageModelDrafter.open(settings)
        """Words drafts by a language model; None where KB_LLM names none."""
        self._embedder = embedder
        self._answerer = answerer
        self._looked = time.monotonic()
        self._complaint = ""
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        """Held while a new snapshot is loaded: the store is not waited for meanwhile."""
        self._behind = threading.Lock()
        """Held by the thread that does what nobody waits for after a publish."""
        self._stop = threading.Event()
        self._follower: threading.Thread | None = None
        self.beforehand: list[Callable[[], None]] = []
        """What is done in the background once serving begins, so that nobody waits for it later. It must not raise."""

    @classmethod
    def open(cls, settings: Settings, progress: Progress | None = None) -> Services:
        """Load the published snapshot; index the content folder first where nothing is published. Raises YoujuError."""
        embedder = make_embedder(settings)
        if current_id(settings.home) is None:
            ingest(settings.content, embedder, settings.home, settings.keep_snapshots, progress)
        return cls(settings, embedder, _warm(Answerer(load_current(settings.home), embedder)))

    @property
    def answerer(self) -> Answerer:
        """Over the newest snapshot."""
        now = time.monotonic()
        if now - self._looked > LOOK_EVERY and self._looking.acquire(blocking=False):
            try:
                self._looked = now
                self._look()
            except YoujuError as error:  # a published snapshot that cannot be read must not take away the one that answers
                if str(error) != self._complaint:
                    log.error("the earlier snapshot stays in use: %s", error)
                self._complaint = str(error)
            else:
                self._complaint = ""
            finally:
                self._looking.release()
        return self._answerer

    def _look(self) -> None:
        """Take up what is published, where it is another snapshot."""
        if current_id(self.settings.home) == self._answerer.snapshot.id:
            return
        snapshot = load_current(self.settings.home, self._answerer.snapshot)
        if self._embedder is not None and snapshot.embedder not in ("", self._embedder.identity):
            self._embedder = make_embedder(self.settings)  # the model was adapted meanwhile
        self._answerer = _warm(Answerer(snapshot, self._embedder, before=self._answerer))
        if not self._answerer.abstainer.measured:
            self._in_the_background(self._measure)
        if self._store is not None:
            self._store.order_numbers = snapshot.companions.shop.privacy.order_numbers

    def _follow(self) -> None:
        """Take up what is published without being asked: the first question after a publish need not wait for it."""
        while not self._stop.wait(LOOK_EVERY):
            _ = self.answerer

    def _measure(self) -> None:
        """Measure the snapshot that answers, where the measure of an earlier one stands in for it."""
        while not (answerer := self._answerer).abstainer.measured and not self._stop.is_set():
            answerer.abstainer.measure()
            self._answerer.abstainer.lean_on(answerer.abstainer)

    def _make_whole(self) -> None:
        """Write the published snapshot whole, where it rests on many changes."""
        try:
            if changes_behind(self.settings.home) >= MOST_CHANGES:
                make_whole(load_current(self.settings.home, self._answerer.snapshot), self.settings.home, self.settings.keep_snapshots)
        except (OSError, YoujuError) as error:  # nothing is lost: it is tried again after the next publish
            log.error("the published snapshot could not be written whole: %s", error)

    def _in_the_background(self, work: Callable[[], None]) -> None:
        """Have it done while nobody waits, after what is being done so already."""

        def run() -> None:
            with self._behind:
                work()

        threading.Thread(target=run, name="after a publish", daemon=True).start()

    def latest(self, seconds: float = 30.0) -> Answerer:
        """Over the snapshot that is published now, waited for: whoever has published sees it at once."""
        give_up = time.monotonic() + seconds
        while True:
            self._looked = 0.0
            answerer = self.answerer
            if answerer.snapshot.id == current_id(self.settings.home) or time.monotonic() > give_up:
                return answerer
            time.sleep(0.01)

    @property
    def store(self) -> Store:
        """People, programs and what was answered; opened when first asked for. Raises StoreError."""
        with self._lock:
            if self._store is None:
                self._store = Store.open(store_url(self.settings))
                self._store.order_numbers = self._answerer.snapshot.companions.shop.privacy.order_numbers
            return self._store

    @property
    def recorder(self) -> Recorder:
        """Writes to the store without keeping anybody waiting."""
        store = self.store
        with self._lock:
            if self._recorder is None:
                self._recorder = Recorder(store)
            return self._recorder

    @property
    def webhook(self) -> Webhook | None:
        """Posts sent replies to the shop's own system; None where KB_WEBHOOK_URL names none."""
        store = self.store
        with self._lock:
            if self._webhook is None:
                self._webhook = Webhook.of(self.settings, store)
            return self._webhook

    def start(self) -> None:
        """Begin what runs beside the requests. Raises YoujuError for a setting that cannot work."""
        if (webhook := self.webhook) is not None:
            webhook.start()
        self._keeper = Keeper.of(self.settings, self.store)
        if self._keeper is not None:
            self._keeper.start()
        self._stop.clear()
        self._follower = threading.Thread(target=self._follow, name="newest snapshot", daemon=True)
        self._follower.start()
        if self.beforehand:
            self._in_the_background(self._prepare)

    def _prepare(self) -> None:
        for work in self.beforehand:
            work()

    def close(self) -> None:
        """End what runs beside the requests, write what waits and let go of the store."""
        self._stop.set()
        if self._follower is not None:
            self._follower.join(30)
            self._follower = None
        if self._keeper is not None:
            self._keeper.stop()
            self._keeper = None
        with self._lock:
            if self._webhook is not None:
                self._webhook.stop()
            if self._recorder is not None:
                self._recorder.close()
            if self._store is not None:
                self._store.close()
            self._webhook = self._recorder = self._store = None

    @property
    def shop_name(self) -> dict[str, str]:
        return {str(lang): name for lang, name in self.answerer.snapshot.companions.shop.name.items()}

    def channels(self, language: ReplyLanguage) -> list[dict[str, object]]:
        """Where customers write to the shop: {"id", "name", "target_seconds"}; the name in that language."""
        found = self.answerer.snapshot.companions.shop.channels
        return [{"id": one.id, "name": one.name[language], "target_seconds": one.target_seconds} for one in found]

    def today(self) -> dt.date:
        return self.answerer.snapshot.companions.shop.current_date()

    def ingest(self, progress: Progress | None = None) -> Summary:
        """Index the content folder and publish."""
        return ingest(self.settings.content, self._embedder, self.settings.home, self.settings.keep_snapshots, progress)

    def publish_article(self, file: str) -> Summary:
        """Publish one article as its file is now, the others as they are published. One at a time: callers see to it."""
        settings = self.settings
        while True:
            before = load_current(settings.home, self._answerer.snapshot)
            try:
                summary = publish_article(settings.content, file, before, self._embedder, settings.home, settings.keep_snapshots)
            except Overtaken:
                continue
            self._in_the_background(self._make_whole)
            return summary

    def ask(
        self, text: str, *, history: Sequence[Turn] = (), as_of: dt.date | None = None, asker: Asker = "customer", lang: ReplyLanguage | None = None,
        style: Style = USUAL_STYLE,
    ) -> Answer:  # fmt: skip
        return self.answerer.answer(text, history=history, as_of=as_of, asker=asker, lang=lang, style=style)

    def check(self, text: str, answer: Answer | None, lang: ReplyLanguage | None = None) -> tuple[Doubt, ...]:
        """The checks on an edited draft, or on a text that rests on no answer; spans in characters of `text`, messages in `lang`."""
        if answer is None:
            return self.answerer.check(text, (), lang=lang)
        return self.answerer.check(text, answer.sources, f"{answer.question} {answer.as_of}", answer.disclaimers, lang)

    def context(self, source: Source, snapshot: str) -> list[dict[str, object]]:
        """The section around a source in reading order: {"text", "highlight"}. Only the source where its snapshot is no longer served."""
        current = self.answerer.snapshot
        if current.id != snapshot or source.article not in current.articles:
            return [{"text": source.quote, "highlight": True}]
        chunks = [chunk for chunk in current.chunks if chunk.article == source.article and chunk.section == source.section]
        shown: list[dict[str, object]] = []
        for chunk in chunks:
            if chunk.lines == tuple(source.lines) and source.quote in chunk.quote and source.quote != chunk.quote:
                before, after = chunk.quote.split(source.quote, 1)
                pieces = ((before, False), (source.quote, True), (after, False))
                shown += [{"text": text, "highlight": highlight} for text, highlight in pieces if text.strip()]
            else:
                shown.append({"text": chunk.quote, "highlight": chunk.lines == tuple(source.lines) and source.quote == chunk.quote})
        return shown


def _warm(answerer: Answerer) -> Answerer:
    """One question asked, so that the first customer does not wait for what is made when first used."""
    answerer.answer("退貨 退货 return?")
    return answerer


__all__ = ["Services"]
