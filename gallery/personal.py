"""What the gallery holds about people, column by column; how an account is corrected; what ends by itself."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress

from consent.errors import refusal
from consent.holdings.kinds import DELETE, UNLINK, Holding, RetentionRule
from gallery import states
from gallery.models import Artist, GenerationRequest, Report, Vault
from gallery.personal_vault import VAULT_HOLDINGS
from gallery.services import vault_doors

ACCOUNT = "GDPR 6(1)(b): the account"
PICTURES = "GDPR 6(1)(b): to make the pictures the artist asks for"
LIVES = "as long as the account"
FILES = dict.fromkeys(("file", "thumb", "avif_192", "avif_384", "avif_768"), "images")

HOLDINGS = [
    Holding(
        "gallery.Artist",
        "Account",
        ACCOUNT,
        LIVES,
        "pk",
        DELETE,
        identifies="email display_name handle",
        about="last_login date_joined is_active",
        secret="password",
        technical="id is_superuser is_staff",
        last=True,
    ),
    Holding(
        "gallery.Artist_groups",
        "Staff roles of accounts",
        ACCOUNT,
        LIVES,
        "artist",
        DELETE,
        identifies="artist",
        about="group",
        technical="id",
    ),
    Holding(
        "gallery.Artist_user_permissions",
        "Permissions of accounts (not used)",
        ACCOUNT,
        LIVES,
        "artist",
        DELETE,
        identifies="artist",
        about="permission",
        technical="id",
    ),
    Holding(
        "gallery.GenerationRequest",
        "Requests for pictures",
        PICTURES,
        "as long as the account; those that failed or were cancelled, 90 days",
        "artist",
        DELETE,
        identifies="artist",
        about="params state reason preview cancel_asked created_at sent_at started_at ended_at",
        technical="id handle version step steps attempts seconds group place work kind",
    ),
    Holding(
        "gallery.Preset",
        "Presets of the studio",
        PICTURES,
        LIVES,
        "artist",
        DELETE,
        identifies="artist",
        about="name params created_at",
        technical="id handle",
    ),
    Holding(
        "gallery.RequestEvent",
        "Steps of requests for pictures",
        PICTURES,
        "as long as the request",
        "request__artist",
        DELETE,
        about="from_state to_state reason at",
        technical="id request",
    ),
    Holding(
        "gallery.Image",
        "Pictures",
        PICTURES,
        "as long as the account, or a day after it is deleted",
        "artist",
        DELETE,
        identifies="artist",
        about="params alt recipe_public created_at published_at deleted_at file thumb "
        "avif_192 avif_384 avif_768 sha256 seed words adult held_at",
        technical="id handle request version width height thumb_width thumb_height",
        files=FILES,
    ),
    Holding(
        "gallery.Preferences",
        "What an artist wants to see, and what her files say",
        ACCOUNT,
        LIVES,
        "artist",
        DELETE,
        identifies="artist",
        about="adult prompt_in_file",
    ),
    Holding(
        "gallery.Hidden",
        "Artists and versions that a viewer hid",
        ACCOUNT,
        LIVES,
        "viewer",
        DELETE,
        identifies="viewer",
        about="version at",
        others="artist",
        technical="id",
    ),
    Holding(
        "gallery.Report",
        "Reports of pictures, by the one who reported",
        "GDPR 6(1)(c): Digital Services Act, Art. 16 and 20",
        "three years; without a name once the account is gone",
        "reporter",
        UNLINK,
        identifies="reporter",
        about="token kind words state hid reason answer appeal appealed_by_artist told at due_at decided_at",
        others="decided_by image",
        technical="id",
        blank={"reporter": None, "words": "", "appeal": ""},
    ),
    Holding(
        "gallery.ReportEvent",
        "Steps of reports",
        "GDPR 6(1)(c): Digital Services Act, Art. 16 and 20",
        "as long as the report",
        technical="id report from_state to_state reason at",
    ),
    Holding(
        "gallery.RefusedName",
        "Names that prompts may not hold",
        "GDPR 6(1)(f): living artists' interest in not being imitated by name; from public sources or at her request",
        "while in force, and switched off as a record of the change",
        others="name key source changed_by",
        technical="id in_force changed_at",
    ),
    Holding(
        "gallery.Evaluation",
        "Contact sheets of versions",
        "fixed prompts; shows nobody's pictures",
        "for good",
        technical="id version held_out_loss held_out_pictures draws sheet sheet_width sheet_height params seconds "
        "made_at",
    ),
    *VAULT_HOLDINGS,
]


def _ended(at: datetime) -> Any:
    ended = GenerationRequest.objects.filter(ended_at__lt=at, image=None)
    return ended.filter(state__in=(states.FAILED, states.CANCELLED))


RETENTION = [
    RetentionRule(
        "picture-requests",
        "Requests for pictures that failed or were cancelled",
        timedelta(days=90),
        "GDPR 5(1)(e): kept to explain what went wrong",
        _ended,
        hold="artist",
    ),
    RetentionRule(
        "picture-reports",
        "Reports of pictures that were decided",
        timedelta(days=3 * 365),
        "Digital Services Act, Art. 20(1): complaints can be made for six months; kept for claims",
        lambda at: Report.objects.filter(decided_at__lt=at).exclude(state="appealed"),
        hold="reporter",
    ),
]


def before_erasure(*, artist_id: int, at: datetime) -> None:
    """Nobody can sign in any more, nothing of hers is shown, and no worker draws for her."""
    Artist.objects.filter(pk=artist_id).update(is_active=False)
    for vault in Vault.objects.filter(artist_id=artist_id):
        vault_doors.erase_all(vault=vault, at=at)
    rows = GenerationRequest.objects.filter(artist_id=artist_id)
    rows.filter(state=states.RUNNING).update(cancel_asked=True)
    for row in rows.filter(state__in=(states.AWAITING, states.QUEUED)):
        states.move(row, to=states.CANCELLED, at=at, reason="erased", ended_at=at)


def correct(*, artist_id: int, changes: dict[str, str]) -> list[str]:
    """Put right the display name or the e-mail address. Refuses `address-taken`."""
    changed = []
    artist = Artist.objects.get(pk=artist_id)
    if name := " ".join(changes.get("display_name", "").split()):
        artist.display_name = name[:80]
        changed.append("display name")
    if email := changes.get("email", "").strip().lower():
        if _taken(email, artist_id):
            raise refusal("address-taken")
        EmailAddress.objects.filter(user_id=artist_id, email__iexact=artist.email).delete()
        EmailAddress.objects.filter(user_id=artist_id, primary=True).update(primary=False)
        EmailAddress.objects.update_or_create(
            user_id=artist_id, email=email, defaults={"verified": False, "primary": True}
        )
        artist.email = email
        changed.append("e-mail address")
    artist.save(update_fields=["display_name", "email"])
    return changed


def _taken(email: str, artist_id: int) -> bool:
    others = Artist.objects.exclude(pk=artist_id).filter(email__iexact=email)
    return (
        others.exists()
        or EmailAddress.objects.exclude(user_id=artist_id).filter(email__iexact=email).exists()
    )
