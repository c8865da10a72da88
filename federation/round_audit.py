"""A past round, read again: what came, what was added, what was opened, and whether the record still holds."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from consent.selectors import entry_holds
from federation.models import AdapterVersion, Fold, Message, Round
from federation.privacy.claims import NO_CLAIM
from federation.protocol import keys
from federation.protocol import manifest as manifests
from federation.protocol import roster as rosters
from federation.protocol.errors import Refusal
from federation.protocol.manifest import Manifest
from federation.protocol.roster import Roster
from federation.protocol.steps import Step
from federation.protocol.transcript import first_difference
from federation.record import transcript_of
from federation.store import blob_name, blobs, pieces
from federation.terms import claim_of_round, server_of


@dataclass(frozen=True)
class Audit:
    """`lines` say what the round was, in words; `differences` what does not hold, the earliest first."""

    lines: tuple[str, ...]
    differences: tuple[str, ...]


def audit(round_: Round) -> Audit:
    """Reads every row of the round again. Takes time in proportion to the messages; changes nothing."""
    return Audit(tuple(_lines(round_)), tuple(_differences(round_)))


def _lines(round_: Round) -> Iterator[str]:
    why = f" ({round_.state_reason})" if round_.state_reason else ""
    yield f"Round {round_.number} of {round_.campaign.name}: {round_.state}{why}."
    came = Counter(_rows(round_).values_list("step", flat=True))
    steps = ", ".join(f"{came[step.slug]} {step.slug}" for step in Step)
    size = sum(_rows(round_).values_list("size", flat=True))
    yield f"Received: {sum(came.values())} messages, {size} bytes ({steps})."
    sums = Fold.objects.filter(round=round_, removal=None)
    folded = _rows(round_).filter(fold__isnull=False)
    barred = _rows(round_).filter(counts=False).count()
    yield f"Folded: {folded.count()} updates in {sums.count()} partial sums; {barred} left out in time."
    parts = Fold.objects.filter(round=round_).exclude(removal=None).count()
    yield f"Unmasked: {round_.survivors} in the sum of {round_.cohort_size} drawn; masks taken off in {parts} parts."
    yield _charged(round_)
    version = _version(round_)
    yield (
        f"Published: version {version.number}, sha256 {version.sha256}." if version else "Published: nothing."
    )
    yield f"Transcript: {round_.transcript['hash'] if round_.transcript else 'none was kept'}."


def _charged(round_: Round) -> str:
    """How many were charged, and what is claimed for them by the signed manifest."""
    charged, noise = round_.charges.count(), Manifest.from_json(round_.manifest).privacy
    if noise is None:
        return f"Charged: {charged} artists; no noise was added: {NO_CLAIM}."
    claim = claim_of_round(round_.campaign, noise)
    return f"Charged: {charged} artists, noise multiplier {noise.noise_multiplier}; {claim.sentence}."


def _differences(round_: Round) -> Iterator[str]:
    """The terms, the roster, each message against its signature, the sums, the version, the transcript."""
    yield from _signed(round_)
    yield from _counted(round_)
    version = _version(round_)
    if version is not None:
        yield from _published(round_, version)
    if not round_.transcript:
        if round_.state in ("published", "aborted"):
            yield "transcript: none was kept"
        return
    told = (version.number, version.sha256) if version else None
    found = transcript_of(round_, outcome=round_.state, reason=round_.state_reason, version=told)
    parted = first_difference(round_.transcript, found)
    if parted:
        yield f"transcript: {parted}"


def _signed(round_: Round) -> Iterator[str]:
    """Manifest and roster by the server's key of that day, messages by the keys of the roster."""
    try:
        manifest = manifests.Manifest.from_json(round_.manifest)
        server = keys.from_b64url(manifest.server_key, keys.KEY_BYTES)
        keys.verify(server, round_.manifest_signature, manifest.signed_text())
    except (Refusal, ValueError) as error:
        yield f"manifest: {error}"
        return
    if manifest.hash().hex() != round_.manifest_hash:
        yield "manifest: its hash is another"
    if round_.roster is None:
        return
    try:
        roster = rosters.open_signed({"roster": round_.roster, "signature": round_.roster_signature}, server)
    except Refusal as error:
        yield f"roster: {error}"
        return
    yield from _messages(round_, roster)


def _messages(round_: Round, roster: Roster) -> Iterator[str]:
    for message in _rows(round_).order_by("pk"):
        key = roster.keys.get(message.sender)
        if key is None:
            yield f"message {message.step} of {message.sender}: not on the roster"
            continue
        try:
            text = keys.message_text_of(round_.pk, Step.of(message.step), bytes.fromhex(message.sha256))
            keys.verify(key, message.signature, text)
        except (Refusal, ValueError, KeyError):
            yield f"message {message.step} of {message.sender}: its signature does not hold"


def _counted(round_: Round) -> Iterator[str]:
    """Each counted update in exactly one partial sum, nothing else in any; a part of the masks holds none."""
    for fold in Fold.objects.filter(round=round_).order_by("pk"):
        there = fold.messages.count()
        if there != fold.count:
            yield f"partial sum {fold.sha256}: made of {fold.count} updates, {there} say that they are in it"
    if round_.state != "published":
        return
    inside = set(_rows(round_).filter(fold__isnull=False).values_list("sender", flat=True))
    survivors = _survivors(round_)
    if inside != survivors:
        yield f"sum: {len(inside ^ survivors)} senders are in it and not among the survivors, or the other way round"


def _survivors(round_: Round) -> set[UUID]:
    return set(server_of(round_).survivors(round_.session))


def _published(round_: Round, version: AdapterVersion) -> Iterator[str]:
    """The file under its hash, the card with the transcript, the ledger's entry with the card."""
    if version.card.get("sha256") != version.sha256:
        yield "version: the card names another file"
    if _stored(version.sha256) != version.sha256:
        yield "version: the stored file has another content, or is gone"
    if round_.transcript and version.card.get("transcript") != round_.transcript["hash"]:
        yield "version: the card names another transcript"
    body = {"version": str(version.pk), "card": version.card}
    if version.entry_index is None or not entry_holds(index=version.entry_index, kind="version", body=body):
        yield "version: the ledger's entry holds another card"


def _stored(sha256: str) -> str:
    if not blobs().exists(blob_name(sha256)):
        return ""
    digest = hashlib.sha256()
    with blobs().open(blob_name(sha256)) as stream:
        for piece in pieces(stream):
            digest.update(piece)
    return digest.hexdigest()


def _version(round_: Round) -> AdapterVersion | None:
    return AdapterVersion.objects.filter(round=round_).first()


def _rows(round_: Round) -> QuerySet[Message]:
    return Message.objects.filter(participation__round=round_)
