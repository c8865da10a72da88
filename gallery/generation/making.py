"""From the queue to the marked pictures: what the worker runs for "generate.image".

A message says that there is work, not which: the worker takes whoever is next in fairness, and with it those that can
be drawn in the same go.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from billiard.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from gallery import waiting
from gallery.errors import Refusal
from gallery.fairness import Waiting, together
from gallery.generation import preview as encode
from gallery.generation.params import GenerationParams
from gallery.generation.pipeline import Order, draw_batch
from gallery.generation.run import made_with, mark, source_of
from gallery.limits import BATCH_MAX, BATCH_WORK_MAX
from gallery.models import GenerationRequest
from gallery.services import finishing, notices, working

if TYPE_CHECKING:
    from PIL import Image as Picture

logger = logging.getLogger(__name__)
TOO_LONG = "The picture took longer than a worker may spend on one. Try fewer steps."
REPORT_EVERY_S = 0.25
"""Steps are told at most so often: each costs every request of the batch a write and a message."""
PREVIEW_SHARE = 0.05
"""Part of the time that may go into previews: decoding one costs as much as several steps of a small base."""
MARKED_AT_ONCE = 2


def make_image(*, request_id: int) -> None:
    """Make the next pictures, of which this request is usually one. Twice does no harm."""
    with working.sole_worker(request_id) as free:
        if free:
            working.recover(request_id=request_id, at=timezone.now())
    with ExitStack() as locks:
        batch = _take(locks)
        if batch:
            _make(batch)


def _take(locks: ExitStack) -> list[GenerationRequest]:
    """Take up the next batch; each request's lock is held until `locks` is closed."""
    order = list(waiting.in_order(at=timezone.now()))
    while order:
        wanted = together(order, at_most=BATCH_MAX, work=BATCH_WORK_MAX)
        taken = [row for one in wanted if (row := _begin(one, locks)) is not None]
        if taken:
            notices.tell_places()
            return taken
        order = [row for row in order if row not in wanted]  # somebody else is at those, or they have ended
    return []


def _begin(one: Waiting, locks: ExitStack) -> GenerationRequest | None:
    if not locks.enter_context(working.sole_worker(one.key)):
        return None
    return working.begin(request_id=one.key, at=timezone.now(), tell_others=False)


def _make(batch: Sequence[GenerationRequest]) -> None:
    """Draw and mark; every request ends, whatever happens to the others."""
    began = time.monotonic()
    alive = {row.pk: row for row in batch}
    try:
        pictures = _draw(batch, alive)
    except SoftTimeLimitExceeded:
        for row in alive.values():
            _give_up(row, TOO_LONG)
        return
    except Exception as error:
        if len(batch) > 1:  # one of them may be the cause, or memory: each then gets its own try
            logger.warning("a batch of %d failed (%s); each alone now", len(batch), type(error).__name__)
            for row in list(alive.values()):
                _make([row])
            return
        logger.exception("request %s failed", batch[0].pk)
        _give_up(batch[0], _sentence(error))
        return
    _mark_and_finish([(r, p) for r, p in zip(batch, pictures, strict=True) if p and r.pk in alive], began)


def _draw(
    batch: Sequence[GenerationRequest], alive: dict[int, GenerationRequest]
) -> "Sequence[Picture.Image | None]":
    """The pictures of the batch; a request that is cancelled on the way leaves `alive` and keeps its preview."""
    from diffusion.sample import Stopped

    orders = [Order(source_of(row.version), GenerationParams.from_json(row.params)) for row in batch]
    teller = Teller(batch, alive)
    try:
        return draw_batch(orders, on_step=teller.on_step)
    except Stopped:
        return [None] * len(batch)


@dataclass
class Teller:
    """Tells the owners of a batch how far it is, without making it much slower."""

    batch: Sequence[GenerationRequest]
    alive: dict[int, GenerationRequest]
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0
    looking: float = 0.0
    """Seconds that went into previews."""

    def on_step(self, step: int, look: "Callable[[], list[Picture.Image]]") -> bool:
        """Report where it is time to; False when nobody wants the batch any more."""
        now = time.monotonic()
        if now - self.told < REPORT_EVERY_S:
            return True
        self.told = now
        looks = self._look(look) if self._may_look(now) and step < self.batch[0].steps else None
        for number, row in enumerate(self.batch):
            small = encode.preview_png(looks[number]) if looks else None
            if row.pk in self.alive and not working.report_step(request=row, step=step, preview=small):
                looks = looks or self._look(look)
                _end_stopped(self.alive.pop(row.pk), encode.preview_png(looks[number]))
        return bool(self.alive)

    def _may_look(self, now: float) -> bool:
        """Whether one more preview, as dear as the last for a batch of this size, is within the share."""
        next_one = _look_costs.get(len(self.batch), 0.0)
        return self.looking + next_one <= PREVIEW_SHARE * (now - self.began)

    def _look(self, look: "Callable[[], list[Picture.Image]]") -> "list[Picture.Image]":
        began = time.monotonic()
        pictures = look()
        cost = time.monotonic() - began
        self.looking += cost
        _look_costs[len(self.batch)] = cost
        return pictures


_look_costs: dict[int, float] = {}


def _mark_and_finish(drawn: "Sequence[tuple[GenerationRequest, Picture.Image]]", began: float) -> None:
    """Marks are made by threads (encoding lets the interpreter go); rows are written here, one after the other."""
    with ThreadPoolExecutor(MARKED_AT_ONCE) as pool:
        marked = []
        for row, picture in drawn:
            facts = made_with(row.version, GenerationParams.from_json(row.params), artist_id=row.artist_id)
            marked.append(pool.submit(mark, picture, facts, seconds_since=began))
        for (row, picture), one in zip(drawn, marked, strict=True):
            _finish(row, picture, one)


def _finish(
    row: GenerationRequest, picture: "Picture.Image", marked: "Future[finishing.FinishedPicture]"
) -> None:
    try:
        finishing.finish(request=row, picture=marked.result(), at=timezone.now())
    except Refusal as refusal:
        # Cancelled or taken over in the very last moment: the row says how it ended.
        logger.info("request %s not finished: %s", row.pk, refusal.code)
        _end_stopped(row, encode.preview_png(picture))
    except Exception as error:
        logger.exception("request %s failed", row.pk)
        _give_up(row, _sentence(error))


def _sentence(error: Exception) -> str:
    return f"Something went wrong while drawing ({type(error).__name__}). Try again, or try another version."


def _give_up(row: GenerationRequest, reason: str) -> None:
    try:
        working.give_up(request=row, reason=reason, at=timezone.now())
    except Refusal:
        logger.info("request %s had ended already", row.pk)


def _end_stopped(row: GenerationRequest, last: bytes | None) -> None:
    try:
        working.stop(request=row, preview=last, at=timezone.now())
    except Refusal:
        return  # it had ended already, or somebody else is at it
