"""A finished mean becomes a version of the shared adapter: file, card, ledger entry, one transaction."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import F

from consent.selectors import ledger_head
from consent.services import append_entry
from federation import queue, states
from federation.adapters import files, server_step, vector
from federation.adapters.server_step import Stepped
from federation.adapters.spec import AdapterSpec
from federation.cards import card_of
from federation.gate import consenting
from federation.models import AdapterVersion, Campaign, Participation, Round
from federation.record import transcript_of
from federation.services.aggregate import MAX_ATTEMPTS, mean_of
from federation.services.intake import IN_THE_SUM
from federation.services.rounds import abort
from federation.store import blob_name, blobs, put_bytes, read_checked
from federation.terms import params_of, spec_of, step_of

Tensors = Mapping[str, np.ndarray[Any, np.dtype[np.float32]]]


def publish_first(*, campaign: Campaign, at: datetime) -> AdapterVersion:
    """Version 0: B is zero, so it draws exactly what the base draws."""
    spec = spec_of(campaign)
    zeros = np.zeros(spec.length)
    return _publish(campaign=campaign, number=0, spec=spec, stepped=Stepped(zeros, zeros, {}), at=at)[0]


def publish_round(*, round_id: UUID, at: datetime) -> Round:
    """The gate "publish": consent is read again; then previous version plus mean update is the next version."""
    Round.objects.filter(pk=round_id, state="publishing").update(attempts=F("attempts") + 1)
    with transaction.atomic():
        round_ = (
            Round.objects.select_for_update(of=("self",), no_key=True)
            .select_related("campaign__base", "previous")
            .get(pk=round_id)
        )
        if round_.state != "publishing":
            return round_
        if round_.attempts > MAX_ATTEMPTS:
            return abort(round_=round_, reason="server-failed", at=at)
        parts = list(round_.participations.select_for_update(of=("self",)).filter(state__in=IN_THE_SUM))
        revoked = _revoked(round_.campaign, parts, at)
        if len(parts) - revoked < round_.campaign.threshold:
            return abort(round_=round_, reason="too-many-revoked", at=at)
        version, kept = _publish(
            campaign=round_.campaign,
            number=round_.previous.number + 1,
            spec=spec_of(round_.campaign),
            stepped=_stepped(round_, len(parts)),
            at=at,
            round_=round_,
            revoked=revoked,
        )
        states.move_all(parts, to="counted", at=at, moved_at=at)
        data = {"version": version.number, "cohort": len(parts)}
        states.move(round_, to="published", at=at, data=data, finished_at=at, transcript=kept)
    return round_


def tensors_of(version: AdapterVersion, spec: AdapterSpec) -> Tensors:
    """The tensors of a published version, as rounds go on from them; its bytes are checked against its hash."""
    return files.loads(read_checked(blobs(), blob_name(version.sha256), version.sha256), spec)


def drawn_tensors_of(version: AdapterVersion, spec: AdapterSpec) -> Tensors:
    """The same as pictures are drawn with them: another file only where the campaign draws with a slower average."""
    return files.loads(read_checked(blobs(), blob_name(version.drawn_sha256), version.drawn_sha256), spec)


def _stepped(round_: Round, survivors: int) -> Stepped:
    """The server's step from the version before by the mean of the round."""
    spec, chosen, params = spec_of(round_.campaign), step_of(round_.campaign), params_of(round_)
    before, last = round_.previous, round_.previous.memory
    start = vector.flatten(tensors_of(before, spec), spec).astype(np.float64)
    kept = read_checked(blobs(), blob_name(last), last) if last else b""
    noise = server_step.noise_of_mean(params.noise_variance, params.scale, survivors)
    return server_step.step(
        chosen, start, mean_of(round_), server_step.loads(chosen, kept, spec.length), noise
    )


def record_evaluation(*, version_id: UUID, evaluation: Mapping[str, Any]) -> AdapterVersion:
    """What the gallery measured and drew (held-out loss, sheet); beside the card, which never changes."""
    version = AdapterVersion.objects.get(pk=version_id)
    version.evaluation = dict(evaluation)
    version.save(update_fields=["evaluation"])
    return version


def _revoked(campaign: Campaign, parts: list[Participation], at: datetime) -> int:
    granted = consenting(campaign=campaign, artist_ids=[part.artist_id for part in parts], at=at)
    return sum(part.artist_id not in granted for part in parts)


def _publish(
    *,
    campaign: Campaign,
    number: int,
    spec: AdapterSpec,
    stepped: Stepped,
    at: datetime,
    round_: Round | None = None,
    revoked: int = 0,
) -> tuple[AdapterVersion, dict[str, Any]]:
    """The version, and the transcript of the round that it came of."""
    sha256, size, drawn, memory = _put_version(campaign, number, spec, stepped)
    kept = transcript_of(round_, outcome="published", version=(number, sha256)) if round_ else {}
    card = card_of(
        campaign=campaign,
        number=number,
        round_=round_,
        sha256=sha256,
        ledger=ledger_head(),
        revoked=revoked,
        transcript=str(kept.get("hash", "")),
        at=at,
        drawn=drawn,
    )
    version = AdapterVersion.objects.create(
        campaign=campaign,
        number=number,
        round=round_,
        previous=round_.previous if round_ else None,
        sha256=sha256,
        size=size,
        drawn=drawn,
        memory=memory,
        card=card,
        cohort_size=round_.survivors if round_ else 0,
        revoked_since=revoked,
        created_at=at,
    )
    entry = append_entry(kind="version", body={"version": str(version.id), "card": card}, at=at)
    version.entry_index = entry.index
    version.save(update_fields=["entry_index"])
    queue.evaluate(version.id)
    return version, kept


def _put_version(
    campaign: Campaign, number: int, spec: AdapterSpec, stepped: Stepped
) -> tuple[str, int, str, str]:
    """The version's files into the storage: hash and size of the version, hash of what is drawn with, of the memory."""
    metadata = {
        "fedart.base": campaign.base.hash,
        "fedart.spec": spec.hash(),
        "fedart.campaign": str(campaign.id),
        "fedart.version": str(number),
    }
    sha256, size = _put(files.dumps(vector.unflatten(stepped.after, spec), spec, metadata))
    drawn = memory = ""
    if stepped.drawn is not stepped.after:
        drawn, _ = _put(
            files.dumps(vector.unflatten(stepped.drawn, spec), spec, metadata | {"fedart.drawn": "1"})
        )
    if stepped.memory:
        memory, _ = _put(server_step.dumps(step_of(campaign), stepped.memory))
    return sha256, size, drawn, memory


def _put(data: bytes) -> tuple[str, int]:
    """A file into the storage, under its hash; hash and size."""
    sha256 = hashlib.sha256(data).hexdigest()
    put_bytes(blobs(), blob_name(sha256), data)
    return sha256, len(data)
