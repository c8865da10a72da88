"""The shapes of consent's API answers, for the schema."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

_MEANING = {
    400: "The query is not well formed.",
    401: "Nobody is signed in.",
    403: "This account or token may not ask this.",
    404: "There is no such thing.",
    429: "Too many requests; wait.",
}


def problems(*statuses: int) -> dict[Any, Any]:
    """Responses for extend_schema: each of these statuses as the problem document that all errors are."""
    reference = {"$ref": "#/components/schemas/Problem"}
    return {
        (status, "application/problem+json"): OpenApiResponse(reference, description=_MEANING[status])
        for status in statuses
    }


class HeadSerializer(serializers.Serializer[dict[str, object]]):
    """Where the ledger stands."""

    size = serializers.IntegerField(help_text="How many entries the ledger has.")
    root = serializers.CharField(help_text="RFC 6962 root over all of them, hex.")


class LogKeySerializer(serializers.Serializer[dict[str, object]]):
    """Who signs the checkpoints."""

    origin = serializers.CharField(help_text="The log's name, the first line of its checkpoints.")
    key = serializers.CharField(help_text="Its verifier key (C2SP signed-note).")
    vouched = serializers.JSONField(
        help_text="A document with that key, signed eddsa-jcs-2022 by the server key which agents pin."
    )
    witnesses = serializers.ListField(
        child=serializers.CharField(),
        help_text="Verifier keys of the witnesses whose cosignatures are shown.",
    )


class InclusionSerializer(serializers.Serializer[dict[str, object]]):
    """An inclusion proof."""

    index = serializers.IntegerField()
    leaf_hash = serializers.CharField(help_text="Hex.")
    size = serializers.IntegerField(help_text="The size of the tree it is a proof for.")
    path = serializers.ListField(
        child=serializers.CharField(), help_text="Hashes in base64, the leaf's sibling first."
    )


class InclusionQuerySerializer(serializers.Serializer[dict[str, object]]):
    """Which entry, in a tree of which size."""

    index = serializers.IntegerField(min_value=0, max_value=2**62, required=False)
    leaf = serializers.RegexField(r"^[0-9a-f]{64}$", required=False)
    size = serializers.IntegerField(min_value=1, max_value=2**62, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way of naming the entry."""
        if ("index" in attrs) == ("leaf" in attrs):
            raise serializers.ValidationError({"index": ["Give either index or leaf."]})
        return attrs


class ConsistencySerializer(serializers.Serializer[dict[str, object]]):
    """A consistency proof."""

    old = serializers.IntegerField()
    new = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField(), help_text="Hashes in base64.")


class ConsistencyQuerySerializer(serializers.Serializer[dict[str, object]]):
    """Between which sizes."""

    old = serializers.IntegerField(min_value=0, max_value=2**62)
    new = serializers.IntegerField(min_value=0, max_value=2**62)


class EntrySerializer(serializers.Serializer[dict[str, object]]):
    """One entry: a commitment, nothing of a person."""

    index = serializers.IntegerField(help_text="Place in the ledger, from 0.")
    kind = serializers.CharField(help_text="What kind of thing was recorded.")
    hour = serializers.CharField(help_text="The UTC hour it was recorded in, such as 2026-11-24T05Z.")
    commitment = serializers.CharField(help_text="Salted SHA-256 of the body, hex.")
    leaf_hash = serializers.CharField(help_text="RFC 6962 leaf hash of the entry bytes, hex.")


class OpeningSerializer(EntrySerializer):
    """A public entry with what it commits to."""

    salt = serializers.CharField(help_text="32 bytes, hex.")
    body = serializers.CharField(help_text="The exact canonical JSON.")


class EntriesSerializer(serializers.Serializer[dict[str, object]]):
    """A run of entries."""

    entries = EntrySerializer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="What to ask `from` next; null at the end.")


class EntriesQuerySerializer(serializers.Serializer[dict[str, int]]):
    """Which entries are asked for."""

    start = serializers.IntegerField(
        min_value=0, max_value=2**62, default=0, help_text="Index of the first entry."
    )
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=500, help_text="How many at most.")


class StatementSerializer(serializers.Serializer[dict[str, object]]):
    """One statement of the artist who asks."""

    id = serializers.UUIDField()
    purpose = serializers.CharField(help_text="Such as fa:TrainSharedAdapter.")
    status = serializers.CharField(help_text="ConsentGiven, ConsentRefused or ConsentWithdrawn.")
    attested_by = serializers.CharField(
        help_text="browser-key (signed) or server-session (revoked without a key)."
    )
    notice = serializers.CharField(help_text="Name and version of the text that was on the screen.")
    recorded_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    entry_index = serializers.IntegerField(help_text="Its entry in the ledger.")
    receipt = serializers.CharField(help_text="Where the receipt can be downloaded.")


class StatementsSerializer(serializers.Serializer[dict[str, object]]):
    """All statements of the artist who asks, newest first."""

    statements = StatementSerializer(many=True)
