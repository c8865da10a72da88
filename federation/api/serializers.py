"""The JSON of the agents' doors."""

from typing import Any

from rest_framework import serializers

from federation.services.rounds import LEAVING
from federation.states import PARTICIPATION, ROUND

REPORTED = ("idle", "training", "ready", "busy", "paused", "error")

Base = serializers.Serializer[Any]


class ServerSerializer(Base):
    """Who this server is."""

    name = serializers.CharField()
    version = serializers.CharField()
    origin = serializers.CharField(help_text="Public address of the server.")
    server_key = serializers.CharField(help_text="Ed25519 public key, base64url; pinned at enrolment.")
    api = serializers.IntegerField()
    time = serializers.DateTimeField()


class HeartbeatSerializer(Base):
    """What an agent reports."""

    state = serializers.ChoiceField(choices=REPORTED)
    reason = serializers.CharField(max_length=500, allow_blank=True, default="", help_text="A sentence.")
    agent_version = serializers.CharField(max_length=32, allow_blank=True, default="")
    step = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False, allow_null=True)
    steps = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False, allow_null=True)


class YourPartSerializer(Base):
    """Where the device stands in a round."""

    your_part = serializers.ChoiceField(choices=tuple(PARTICIPATION))


class OpenRoundSerializer(YourPartSerializer):
    """A round under way in which the device has a part."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=tuple(ROUND))
    deadline = serializers.DateTimeField(allow_null=True, help_text="Of the stage it is in.")


class TasksSerializer(Base):
    """What there is to do."""

    poll_after_s = serializers.FloatField(help_text="Seconds until the next heartbeat is due.")
    rounds = OpenRoundSerializer(many=True)


class ConsentSerializer(Base):
    """The proof of the artist's last statement about training."""

    receipt = serializers.JSONField(
        allow_null=True, help_text="As docs/ledger.md describes a receipt; or null."
    )  # type: ignore[assignment]


class WorksSerializer(Base):
    """What an agent tells of its folder."""

    commitment = serializers.RegexField(
        r"^sha256:[0-9a-f]{64}\Z", max_length=71, help_text="Salted; see edge/works.py."
    )
    count = serializers.IntegerField(min_value=1, max_value=1_000_000, help_text="Pictures in the folder.")


class DropSerializer(Base):
    """Why a device leaves a round."""

    reason = serializers.ChoiceField(choices=LEAVING)


class SignedManifestSerializer(Base):
    """The terms of a round (docs/protocol.md), and the server's signature."""

    manifest = serializers.JSONField()
    signature = serializers.CharField(
        help_text="Ed25519 over 'fedart/manifest/v1', 0, JCS(manifest); base64url."
    )


class SignedRosterSerializer(Base):
    """Who takes part, each device with its key."""

    roster = serializers.JSONField()
    signature = serializers.CharField(help_text="Ed25519 over 'fedart/roster/v1', 0, JCS(roster); base64url.")


class MessageSerializer(Base):
    """What was kept of an upload."""

    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    your_part = serializers.ChoiceField(choices=tuple(PARTICIPATION))


class ProgressSerializer(Base):
    """How much of a long message is here, in bytes."""

    received = serializers.IntegerField()
    size = serializers.IntegerField()
    accepted = serializers.BooleanField(help_text="The message is whole and was accepted.")


class BaseFileSerializer(Base):
    """One file of a base; its bytes are the blob of that hash."""

    path = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()


class BaseSerializer(Base):
    """Which files make a base."""

    hash = serializers.CharField()
    name = serializers.CharField()
    spec = serializers.JSONField(help_text="The adapter spec of this base.")
    spec_hash = serializers.CharField()
    files = BaseFileSerializer(many=True)


class VersionSerializer(Base):
    """A published version of the shared adapter."""

    campaign = serializers.UUIDField(source="campaign_id")
    number = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the safetensors file, to be had as a blob.")
    size = serializers.IntegerField()
    card = serializers.JSONField()
    evaluation = serializers.JSONField(help_text="Added after publication; empty until measured.")
    ledger_entry = serializers.IntegerField(source="entry_index", allow_null=True)


class PrivacySerializer(Base):
    """The noise of a campaign's next round and its price; the price is null where nothing is claimed."""

    mechanism = serializers.ChoiceField(choices=("skellam", "none"))
    noise_multiplier = serializers.CharField()
    epsilon_cap = serializers.CharField(
        help_text="No artist is drawn whom one more round would take over it."
    )
    delta = serializers.CharField()
    adjacency = serializers.CharField()
    epsilon_after_next_round = serializers.CharField(
        allow_null=True, help_text="Of the artist who was in most rounds, at `delta`."
    )
    rounds_left = serializers.IntegerField(allow_null=True)
    why_no_claim = serializers.CharField(allow_blank=True)


class ChargeSerializer(Base):
    """One round that was charged to the artist; epsilon is derived from the three numbers."""

    round = serializers.UUIDField(source="round_id")
    at = serializers.DateTimeField()
    length = serializers.IntegerField(allow_null=True)
    squared_sensitivity = serializers.IntegerField(allow_null=True)
    variance = serializers.IntegerField(allow_null=True, help_text="Null where the round added no noise.")


class BudgetSerializer(Base):
    """What the artist of this device has spent on this server, as the server counts."""

    said = serializers.CharField(help_text="Epsilon with delta and adjacency, or the words for no claim.")
    delta = serializers.CharField()
    adjacency = serializers.CharField()
    cap = serializers.CharField(allow_null=True)
    without_noise = serializers.IntegerField(help_text="Rounds about which nothing is claimed.")
    charges = ChargeSerializer(many=True)


class CampaignSerializer(Base):
    """The terms of a campaign and how far it is."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField()
    base = serializers.CharField(source="base.hash")
    scheme = serializers.CharField()
    privacy_claim = serializers.CharField()
    privacy = PrivacySerializer()
    min_cohort = serializers.IntegerField()
    threshold = serializers.IntegerField()
    newest_version = serializers.IntegerField(allow_null=True)
