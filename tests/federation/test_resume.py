"""A process is killed between two steps: what it had not committed never happened, and the next one goes on."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from federation.protocol.steps import Step
from tests.federation import world as w
from tests.federation.protocol.terms import small_spec

pytestmark = pytest.mark.usefixtures("world")


class Killed(BaseException):
    """What stands for SIGKILL: nothing catches it, the transaction is gone."""


def kill_at(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """The process dies when it calls that function."""

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    monkeypatch.setattr(module, name, die)


def killed(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, run: Callable[[], Any]) -> None:
    """Runs until the process dies at that function."""
    with monkeypatch.context() as patch:
        kill_at(patch, module, name)
        with pytest.raises(Killed):
            run()


@pytest.fixture
def summed() -> tuple[list[w.Agent], Any]:
    """A round whose five steps are done; three updates wait to be added."""
    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    for step in Step:
        round_ = w.run_step(agents, round_.id, step)
    return agents, round_


def check_published(round_: Any) -> None:
    """Version 1 is there once, and it is exactly the mean."""
    from federation.models import AdapterVersion
    from federation.services.publish import tensors_of

    assert round_.state == "published"
    version = AdapterVersion.objects.get(number=1)
    tensors = tensors_of(version, small_spec())
    found = np.concatenate([tensors[name].ravel() for name, _ in small_spec().tensors])
    mean = np.mean([w.update_of(number) for number in range(3)], axis=0)
    np.testing.assert_allclose(found, mean, atol=1 / round_.manifest["scale"])


def test_everything_may_run_twice(summed: Any) -> None:
    """Tasks come twice, in any order; one version comes out."""
    from federation.models import AdapterVersion, Fold
    from federation.services.aggregate import fold_and_finish
    from federation.services.folding import fold_batch
    from federation.services.publish import publish_round

    _, round_ = summed
    at = timezone.now()
    publish_round(round_id=round_.id, at=at)  # too early: does nothing
    for _ in range(2):
        fold_and_finish(round_id=round_.id, at=at)
    assert fold_batch(round_id=round_.id, at=at) == 0
    for _ in range(2):
        publish_round(round_id=round_.id, at=at)
        w.advance(round_.id)
        fold_and_finish(round_id=round_.id, at=at)
    assert sorted(Fold.objects.values_list("count", "removal")) == [(0, 0), (3, None)]
    assert AdapterVersion.objects.filter(number=1).count() == 1
    round_.refresh_from_db()
    check_published(round_)


def test_small_batches_give_the_same_sum(summed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three partial sums of one message each."""
    from federation.models import Fold
    from federation.services import folding

    monkeypatch.setattr(folding, "BATCH", 1)
    monkeypatch.setattr(folding.fold_batch, "__kwdefaults__", {"most": 1})
    round_ = w.aggregate(summed[1].id)
    assert [fold.count for fold in Fold.objects.filter(removal=None)] == [1, 1, 1]
    check_published(round_)


def test_a_sum_that_lacks_somebody_is_not_finished(summed: Any) -> None:
    """The senders in the partial sums are compared with the survivors before anything is published."""
    from federation.models import Message
    from federation.services import aggregate
    from federation.services.folding import fold_batch

    _, round_ = summed
    while fold_batch(round_id=round_.id, at=timezone.now()):
        pass
    lost = Message.objects.filter(step="masked-input").latest("pk")
    lost.fold = None
    lost.save()
    assert aggregate.finish(round_id=round_.id, at=timezone.now()).state == "aggregating"


def test_a_damaged_file_stops_the_sum(summed: Any) -> None:
    """What storage gives back must have the hash that came in."""
    from django.core.files.base import ContentFile

    from federation.models import Message
    from federation.protocol.errors import Refusal
    from federation.services.folding import fold_batch
    from federation.store import updates

    name = Message.objects.filter(step="masked-input").latest("pk").storage_name
    size = updates().size(name)
    updates().delete(name)
    updates().save(name, ContentFile(b"x" * size))
    with pytest.raises(Refusal, match="blob-damaged"):
        fold_batch(round_id=summed[1].id, at=timezone.now())


def test_a_half_written_file_is_written_again() -> None:
    """A process killed while it wrote leaves a short file under the name."""
    from django.core.files.base import ContentFile

    from federation.store import put_bytes, read_all, updates

    updates().save("a/b", ContentFile(b"hal"))
    assert put_bytes(updates(), "a/b", b"half and whole") == "a/b"
    assert read_all(updates(), "a/b") == b"half and whole"


def test_poison_ends(summed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that kills every worker is not tried for ever."""
    from federation.services import aggregate
    from federation.services.folding import fold_batch

    _, round_ = summed
    at = timezone.now()
    while fold_batch(round_id=round_.id, at=at):
        pass
    aggregate._remove_masks(round_, at)
    with monkeypatch.context() as patch:
        kill_at(patch, aggregate, "put_array")
        for _ in range(aggregate.MAX_ATTEMPTS):
            with pytest.raises(Killed):
                aggregate.finish(round_id=round_.id, at=at)
    round_ = aggregate.finish(round_id=round_.id, at=at)
    assert (round_.state, round_.state_reason) == ("aborted", "server-failed")


def test_ticks_bring_lost_work_back(
    summed: Any,
    sent_tasks: list[tuple[str, tuple[Any, ...]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    """The message that said "add" is lost: the next looks queue it again, but not twice within seconds."""
    from datetime import timedelta

    from federation.services.stages import NUDGE_S
    from federation.services.sweep import tick

    _, round_ = summed
    sent_tasks.clear()
    at = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        assert tick(at=at) == 1
    assert ("rounds.advance", (str(round_.id),)) in sent_tasks
    with django_capture_on_commit_callbacks(execute=True):
        w.advance(round_.id, at)
    assert not [task for task in sent_tasks if task[0] == "aggregate.fold"]
    with django_capture_on_commit_callbacks(execute=True):
        w.advance(round_.id, at + timedelta(seconds=NUDGE_S + 1))
    assert ("aggregate.fold", (str(round_.id),)) in sent_tasks
