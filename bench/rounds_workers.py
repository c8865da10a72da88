"""What workers do with a round after its last answer, done again and again: for bench/rounds.py.

The files of the round are linked away while it runs, for the platform deletes them at its end. Each replay lays them
out anew, forgets the partial sums, and lets that many processes add up and take masks off through the services that
the platform's workers call, on the same rows. What is not in it: waking the workers, and the publication.
"""

import multiprocessing
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID


def folder_of(round_id: UUID) -> Path:
    """Where the messages of a round lie."""
    from federation.store import updates

    return Path(updates().path(str(round_id)))


def keep(round_id: UUID, into: Path) -> None:
    """Links every file of the round that is not there yet; one that is just being deleted is not missed."""
    source = folder_of(round_id)
    for file in list(source.rglob("*")) if source.exists() else []:
        there = into / file.relative_to(source)
        if file.is_file() and not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                os.link(file, there)


def replay(round_id: UUID, kept: Path, workers: int) -> float:
    """Seconds from the first worker's start to the last one's end; all updates are in, all masks off."""
    from federation.models import Fold

    folder = folder_of(round_id)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder, copy_function=os.link)
    for fold in Fold.objects.filter(round_id=round_id):
        (folder.parent / fold.storage_name).unlink(missing_ok=True)
        fold.delete()
    spawn = multiprocessing.get_context("spawn")
    start, times = spawn.Barrier(workers), spawn.Queue()
    crew = [spawn.Process(target=_work, args=(str(round_id), start, times)) for _ in range(workers)]
    for process in crew:
        process.start()
    spans = [times.get(timeout=120) for _ in crew]
    for process in crew:
        process.join(60)
    _check(round_id)
    return max(end for _, end in spans) - min(begin for begin, _ in spans)


def _work(round_id: str, start: Any, times: Any) -> None:
    """One worker: batches while there are any, then parts; as federation/services/aggregate.py does."""
    import django

    from fedart_site.environment import prepare_process

    prepare_process()
    django.setup()
    from django.utils import timezone

    from federation.models import Round
    from federation.services import folding
    from federation.terms import server_of

    round_ = Round.objects.select_related("campaign").get(pk=round_id)
    server = server_of(round_)
    parts = server.removal_parts(round_.session)
    start.wait(60)
    began = time.monotonic()
    while folding.fold_batch(round_id=round_.pk, at=timezone.now()):
        pass
    for part in range(parts):
        folding.remove_part(round_=round_, server=server, part=part, at=timezone.now())
    times.put((began, time.monotonic()))


def _check(round_id: UUID) -> None:
    from federation.models import Fold, Round
    from federation.services import folding
    from federation.terms import server_of

    round_ = Round.objects.select_related("campaign").get(pk=round_id)
    removed = Fold.objects.filter(round=round_, removal__isnull=False).count()
    if folding.waiting(round_id) or removed != server_of(round_).removal_parts(round_.session):
        raise SystemExit("a replay left something undone")
