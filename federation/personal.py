"""What federation holds about people, column by column, and what ends by itself."""

from datetime import datetime, timedelta

from consent.holdings.kinds import DELETE, UNLINK, Holding, RetentionRule
from federation.models import Device, DeviceEnrolment
from federation.services.withdraw import withdraw_device

OPERATION = "GDPR 6(1)(b): the artist's computer takes part"
PUBLIC = "terms and results of training; names nobody"

HOLDINGS = [
    Holding(
        "federation.Device",
        "Devices",
        OPERATION,
        "as long as the account",
        "artist",
        DELETE,
        identifies="artist name public_key fingerprint",
        about="state state_reason reported_state reported_reason agent_version step steps enrolled_at last_seen_at "
        "withdrawn_at",
        secret="token_family",
        technical="id",
    ),
    Holding(
        "federation.DeviceEnrolment",
        "Computers that asked to be connected",
        OPERATION,
        "30 days where nobody confirmed it, else as long as the device",
        "device__artist",
        DELETE,
        identifies="device_name public_key fingerprint",
        about="state state_reason last_poll_at created_at expires_at",
        secret="grant",
        technical="id device interval_s",
    ),
    Holding(
        "federation.Participation",
        "Parts in rounds",
        "GDPR 6(1)(a): training",
        "for good, without the artist",
        "artist",
        UNLINK,
        identifies="artist device",
        about="state state_reason invited_at moved_at",
        technical="id round",
        blank={"artist": None, "device": None},
    ),
    Holding(
        "federation.Charge",
        "What rounds cost in privacy",
        "GDPR 6(1)(a): training; counted so that a cap on it can be kept",
        "for good, without the artist",
        "artist",
        UNLINK,
        identifies="artist",
        about="at length squared_sensitivity variance",
        technical="id round",
        blank={"artist": None},
    ),
    Holding(
        "federation.ArtistCap",
        "Caps on what rounds may cost in privacy",
        "GDPR 6(1)(a): training; the artist's own limit",
        "as long as the account",
        "artist",
        DELETE,
        identifies="artist",
        about="epsilon changed_at",
        technical="id",
    ),
    Holding(
        "federation.Message",
        "Messages of devices in rounds",
        "a masked or clipped list of numbers; the file goes when its round is over",
        "the file until the round is over",
        "participation__artist",
        UNLINK,
        about="sender step sha256 size received_at counts",
        technical="id participation storage_name signature facts fold",
    ),
    Holding(
        "federation.Inbox",
        "What devices fetch in rounds",
        "messages of other devices, sealed to this one; the file goes when its round is over",
        "the file until the round is over",
        "participation__artist",
        UNLINK,
        technical="id participation step sha256 size storage_name",
    ),
    Holding(
        "federation.Upload",
        "Messages that are being sent in parts",
        "a masked or clipped list of numbers on its way",
        "swept when abandoned",
        "participation__artist",
        UNLINK,
        about="step sha256 size begun_at touched_at",
        technical="id participation signature received parts",
    ),
    Holding(
        "federation.Event",
        "Moves of devices and rounds",
        OPERATION,
        "as long as the device",
        "device__artist",
        DELETE,
        about="at kind from_state to_state reason data device",
        technical="id round campaign",
    ),
    Holding(
        "federation.Round",
        "Rounds",
        "the roster names devices by random numbers; without the device's row nobody can say whose",
        "for good",
        technical="id campaign number previous state state_reason opened_at stage_began_at deadline finished_at "
        "manifest manifest_signature manifest_hash roster roster_signature session delivered transcript cohort_size "
        "survivors mean_sha256 attempts nudged_at cleared_at",
    ),
    Holding(
        "federation.Fold",
        "Partial sums",
        "a sum over several devices",
        "until the round is over",
        technical="id round sha256 storage_name count removal made_at",
    ),
    Holding(
        "federation.Campaign",
        "Campaigns",
        PUBLIC,
        "for good",
        technical="id name base state state_reason scheme steps batch lr caption_dropout clip scale min_cohort "
        "max_cohort threshold noise_multiplier dishonest_share delta epsilon_cap consent_terms training_window_s "
        "adapter adapter_rank server_step server_rate server_momentum ema stage_s automatic rounds_wanted "
        "pause_between_s "
        "created_at started_at ended_at",
    ),
    Holding(
        "federation.AdapterVersion",
        "Versions of the shared adapter",
        PUBLIC,
        "for good",
        technical="id campaign number round previous sha256 size drawn memory card cohort_size revoked_since "
        "entry_index evaluation evaluation_asked_at created_at",
    ),
    Holding(
        "federation.Base",
        "Bases",
        PUBLIC,
        "for good",
        technical="id hash name spec spec_hash files registered_at",
    ),
]

RETENTION = [
    RetentionRule(
        "enrolments",
        "Computers that nobody confirmed",
        timedelta(days=30),
        "GDPR 5(1)(e): of no use any more",
        lambda at: DeviceEnrolment.objects.filter(device=None, expires_at__lt=at),
    ),
]


def before_erasure(*, artist_id: int, at: datetime) -> None:
    """Withdraw every device: its tokens die, and its part in open rounds ends where it still can."""
    for device in Device.objects.filter(artist_id=artist_id).exclude(state="withdrawn"):
        withdraw_device(device=device, at=at, reason="erased")
