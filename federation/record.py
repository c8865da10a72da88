"""What the rows of a round say, as the sections of its transcript (federation/protocol/transcript.py)."""

from collections.abc import Iterator
from typing import Any

from federation.models import Fold, Inbox, Message, Round
from federation.protocol.errors import Refusal
from federation.protocol.steps import Step
from federation.protocol.transcript import Section, transcript
from federation.terms import server_of


def transcript_of(
    round_: Round, *, outcome: str, reason: str = "", version: tuple[int, str] | None = None
) -> dict[str, Any]:
    """The transcript of a round that ends, or ended, so; `version` is the number and hash that it published."""
    sections = [
        Section("manifest", [round_.manifest_hash, round_.manifest_signature]),
        Section("roster", [round_.roster, round_.roster_signature] if round_.roster else []),
        *_messages(round_),
        *_inboxes(round_),
        Section("survivors", _survivors(round_)),
        # Of an aborted round nothing was summed for good, and a worker may still have been adding.
        Section("sums", _sums(round_) if outcome == "published" else []),
        Section("mean", [round_.mean_sha256] if round_.mean_sha256 else []),
        Section("version", list(version) if version else []),
        Section("outcome", [outcome, reason]),
    ]
    return transcript(sections)


def _messages(round_: Round) -> Iterator[Section]:
    """Each message by its sender, hash, size, and whether it counted."""
    rows = Message.objects.filter(participation__round=round_).order_by("sender")
    found = list(rows.values_list("step", "sender", "sha256", "size", "counts"))
    for step in Step:
        mine = [[str(sender), *rest] for slug, sender, *rest in found if slug == step.slug]
        yield Section(f"messages of {step.slug}", mine)


def _inboxes(round_: Round) -> Iterator[Section]:
    """What each device was handed; named by the sender of its first message, since a device's row may be erased."""
    first = Message.objects.filter(participation__round=round_, step=Step.ADVERTISE_KEYS.slug)
    names = {part: str(sender) for part, sender in first.values_list("participation_id", "sender")}
    found = list(
        Inbox.objects.filter(participation__round=round_).values_list("step", "participation_id", "sha256")
    )
    for step in list(Step)[1:]:
        mine = sorted([names.get(part, ""), sha256] for slug, part, sha256 in found if slug == step.slug)
        yield Section(f"inboxes of {step.slug}", mine)


def _survivors(round_: Round) -> list[str]:
    try:
        return sorted(map(str, server_of(round_).survivors(round_.session))) if round_.session else []
    except Refusal:  # it ended before the list was closed
        return []


def _sums(round_: Round) -> list[Any]:
    """Each partial sum with the hashes of what is in it, and each part of the masks that was taken off."""
    members: dict[int, list[str]] = {}
    rows = Message.objects.filter(participation__round=round_, fold__isnull=False)
    for fold, sha256 in rows.values_list("fold_id", "sha256"):
        members.setdefault(fold, []).append(sha256)
    folds = Fold.objects.filter(round=round_).values_list("pk", "sha256", "removal")
    return sorted(
        [
            [sha256, -1 if removal is None else removal, sorted(members.get(pk, []))]
            for pk, sha256, removal in folds
        ]
    )
