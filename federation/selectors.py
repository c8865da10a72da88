"""What federation knows, for pages, the API and the gallery. Nothing here writes."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import QuerySet

from federation import states
from federation.models import AdapterVersion, Base, Campaign, Device, Event, Participation, Round
from federation.privacy.claims import Claim
from federation.protocol.manifest import Manifest
from federation.store import blob_name, blobs, pieces
from federation.terms import claim_of_round, terms_of


def current_campaign() -> Campaign | None:
    """The running campaign that started last; else the last that was ever started."""
    started = Campaign.objects.select_related("base").exclude(started_at=None).order_by("-started_at")
    return started.filter(state="running").first() or started.first()


def current_version() -> AdapterVersion | None:
    """The newest version of the current campaign."""
    campaign = current_campaign()
    if campaign is None:
        return None
    return _versions().filter(campaign=campaign).order_by("-number").first()


def versions() -> QuerySet[AdapterVersion]:
    """All published versions, the newest first."""
    return _versions().order_by("-created_at", "-number")


def version_of(*, campaign_id: UUID, number: int) -> AdapterVersion | None:
    """One version by its address."""
    return _versions().filter(campaign_id=campaign_id, number=number).first()


def _versions() -> QuerySet[AdapterVersion]:
    return AdapterVersion.objects.select_related("campaign__base", "round", "previous")


def base_folder(base: Base) -> Path:
    """A local diffusers folder of that base, made from the blobs once and kept under STATE_DIR/bases."""
    folder = Path(settings.STATE_DIR) / "bases" / base.hash.removeprefix("sha256:")
    if not (folder / ".complete").exists():
        _write_folder(base, folder)
    return folder


def _write_folder(base: Base, folder: Path) -> None:
    """File by file under a name of its own first, so that two processes, or a killed one, do no harm."""
    storage = blobs()
    for file in base.files:
        target, name = folder / str(file["path"]), blob_name(str(file["sha256"]))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = target.with_name(f"{target.name}.{uuid4().hex}.part")
        digest = hashlib.sha256()
        with storage.open(name) as source, part.open("wb") as sink:
            for piece in pieces(source):
                digest.update(piece)
                sink.write(piece)
        if digest.hexdigest() != file["sha256"]:
            part.unlink()
            raise ValueError(f"the stored file {name} is damaged")
        part.replace(target)
    (folder / ".complete").touch()


def training_terms() -> Mapping[str, str | int]:
    """What an artist allows when she grants training: the terms of the current campaign; empty while there is none."""
    campaign = current_campaign()
    return terms_of(campaign) if campaign else {}


def versions_with(artist_id: int) -> list[AdapterVersion]:
    """The versions in whose sum a device of this artist was counted, oldest first."""
    counted = Participation.objects.filter(artist_id=artist_id, state="counted")
    return list(_versions().filter(round__in=counted.values("round")).order_by("created_at", "number"))


def devices_of(artist_id: int) -> QuerySet[Device]:
    """An artist's devices, those in use first."""
    return Device.objects.filter(artist_id=artist_id).order_by("withdrawn_at", "-last_seen_at", "name")


def my_part(artist_id: int) -> QuerySet[Participation]:
    """In which rounds an artist's devices took part, the newest first."""
    return (
        Participation.objects.filter(artist_id=artist_id)
        .select_related("round__campaign", "round__version", "device")
        .order_by("-invited_at")
    )


def open_rounds_of(device: Device) -> QuerySet[Participation]:
    """The device's part in rounds that are under way."""
    mine = Participation.objects.filter(device=device, round__state__in=states.OPEN).select_related("round")
    return mine.defer(
        "round__manifest", "round__roster", "round__session"
    )  # long, and asked for every few seconds


def rounds() -> QuerySet[Round]:
    """All rounds, the newest first."""
    return Round.objects.select_related("campaign", "version").order_by("-opened_at")


def claim_of(round_: Round) -> Claim:
    """What may be said about the privacy of a round, by its signed manifest."""
    return claim_of_round(round_.campaign, Manifest.from_json(round_.manifest).privacy)


def round_events(round_: Round) -> QuerySet[Event]:
    """The moves of the round itself; what single devices did is nobody else's business."""
    return Event.objects.filter(round=round_, kind="round").order_by("at", "id")


def campaign_events(campaign: Campaign) -> QuerySet[Event]:
    """The moves of a campaign, the first one first."""
    return Event.objects.filter(campaign=campaign, kind="campaign").order_by("at", "id")


def part_in(round_: Round, artist_id: int) -> Participation | None:
    """The artist's own part in a round, for her eyes only."""
    return (
        Participation.objects.select_related("round__version")
        .filter(round=round_, artist_id=artist_id)
        .first()
    )


def blob_size(sha256: str) -> int | None:
    """Bytes of a public blob; None where there is none."""
    return blobs().size(blob_name(sha256)) if blobs().exists(blob_name(sha256)) else None
