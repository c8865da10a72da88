"""The ledger for everybody: checkpoint, entries and proofs ready made (api_tiles.py has the rest of C2SP tlog-tiles).

Nothing here is about a person, nothing asks who you are, and what cannot change may be cached for ever.
"""

from base64 import b64encode

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.ledger.statement import utc_text
from consent.models import Checkpoint, Entry
from consent.selectors.checkpoints import note_of
from consent.selectors.history import entry_json, proof_of
from consent.selectors.ledger import consistency_path, find_entry, inclusion_path, ledger_head
from consent.selectors.openings import public_opening
from consent.serializers import (
    ConsistencyQuerySerializer,
    ConsistencySerializer,
    EntriesQuerySerializer,
    EntriesSerializer,
    HeadSerializer,
    InclusionQuerySerializer,
    InclusionSerializer,
    LogKeySerializer,
    OpeningSerializer,
    problems,
)
from consent.services.checkpoints import current_checkpoint
from consent.signing_keys import ledger_key, vouched_ledger_key, witness_keys

FOR_EVER = "public, max-age=31536000, immutable"
FOR_SECONDS = "public, max-age=2"
TEXT = "text/plain; charset=utf-8"
INDEX = OpenApiParameter(
    "index", OpenApiTypes.INT64, description="Index of the entry, from 0; or give `leaf`."
)
LEAF = OpenApiParameter("leaf", str, description="Its leaf hash, 64 hexadecimal digits; or give `index`.")
SIZE = OpenApiParameter(
    "size",
    OpenApiTypes.INT64,
    description="Size of the tree; that of the newest checkpoint where it is not given.",
)


class PublicView(APIView):
    """No account, no token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


def _answer(value: object, caching: str) -> Response:
    return Response(value, headers={"Cache-Control": caching})


class CheckpointView(PublicView):
    """The signed head of the ledger; keep it, and a rewritten ledger can no longer fool you."""

    @extend_schema(
        operation_id="ledger_checkpoint",
        summary="The ledger's checkpoint, a C2SP signed note with the cosignatures of witnesses",
        tags=["ledger"],
        responses={(200, "text/plain"): OpenApiTypes.STR, **problems(429)},
        auth=[],
    )
    def get(self, request: Request) -> HttpResponse:
        """Origin, size and root hash; signed anew where the ledger has grown, at most once a second."""
        data = note_of(current_checkpoint(at=timezone.now()))
        return HttpResponse(data, content_type=TEXT, headers={"Cache-Control": FOR_SECONDS})


class LogKeyView(PublicView):
    """Who signs."""

    @extend_schema(
        operation_id="ledger_key",
        summary="The key that signs checkpoints, and the witnesses whose cosignatures are shown",
        tags=["ledger"],
        responses={200: LogKeySerializer, **problems(429)},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Verifier keys as C2SP signed-note has them. Pin the log's key when you first see it."""
        key = ledger_key()
        witnesses = [one.vkey() for one in witness_keys()]
        vouched = vouched_ledger_key(created=utc_text(timezone.now()))
        told = {"origin": key.name, "key": key.vkey(), "vouched": vouched, "witnesses": witnesses}
        return _answer(told, FOR_SECONDS)


class LedgerHeadView(PublicView):
    """Size and root, unsigned: for a glance."""

    @extend_schema(
        operation_id="ledger_head",
        summary="Size and root of the ledger, unsigned",
        tags=["ledger"],
        responses={200: HeadSerializer, **problems(429)},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """How many entries the ledger has and the root over them."""
        size, root = ledger_head()
        return _answer({"size": size, "root": root}, FOR_SECONDS)


class LedgerEntriesView(PublicView):
    """The entries themselves, so that anyone can recompute the root."""

    @extend_schema(
        operation_id="ledger_entries",
        summary="Entries of the ledger",
        tags=["ledger"],
        parameters=[
            OpenApiParameter("from", OpenApiTypes.INT64, description="Index of the first entry, from 0."),
            OpenApiParameter("limit", OpenApiTypes.INT32, description="How many at most, 1 to 1000 (500)."),
        ],
        responses={200: EntriesSerializer, **problems(400, 429)},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Entries in order from an index on. They hold salted commitments and the hour, nothing of a person."""
        sent = request.query_params
        asked = EntriesQuerySerializer(data={"start": sent.get("from", 0), "limit": sent.get("limit", 500)})
        asked.is_valid(raise_exception=True)
        start, limit = asked.validated_data["start"], asked.validated_data["limit"]
        rows = list(Entry.objects.filter(index__gte=start).order_by("index")[: limit + 1])
        more = len(rows) > limit
        shown = {
            "entries": [entry_json(row) for row in rows[:limit]],
            "next": rows[limit].index if more else None,
        }
        return _answer(shown, FOR_EVER if more else FOR_SECONDS)


class InclusionView(PublicView):
    """That an entry is in the ledger."""

    @extend_schema(
        operation_id="ledger_inclusion",
        summary="Inclusion proof of an entry",
        tags=["ledger"],
        parameters=[INDEX, LEAF, SIZE],
        responses={200: InclusionSerializer, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """RFC 6962 section 2.1.1: the hashes from the leaf's sibling up to the root's child, base64."""
        asked = InclusionQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        entry = find_entry(index=asked.validated_data.get("index"), leaf=asked.validated_data.get("leaf"))
        given = asked.validated_data.get("size")
        size = given or current_checkpoint(at=timezone.now(), covering=entry.index).size
        path = inclusion_path(index=entry.index, size=size)
        shown = {
            "index": entry.index,
            "leaf_hash": bytes(entry.leaf_hash).hex(),
            "size": size,
            "path": _base64(path),
        }
        return _answer(shown, FOR_EVER if given else FOR_SECONDS)


class ConsistencyView(PublicView):
    """That the ledger only grew."""

    @extend_schema(
        operation_id="ledger_consistency",
        summary="Consistency proof between two sizes",
        tags=["ledger"],
        parameters=[
            OpenApiParameter("old", OpenApiTypes.INT64, required=True, description="The smaller size."),
            OpenApiParameter("new", OpenApiTypes.INT64, required=True, description="The larger size."),
        ],
        responses={200: ConsistencySerializer, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """RFC 6962 section 2.1.2; empty where the sizes are equal or the smaller one is 0."""
        asked = ConsistencyQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        old, new = asked.validated_data["old"], asked.validated_data["new"]
        shown = {"old": old, "new": new, "path": _base64(consistency_path(old=old, new=new))}
        return _answer(shown, FOR_EVER)


class ReceiptView(PublicView):
    """A receipt of any entry, without the salt that opens it."""

    @extend_schema(
        operation_id="ledger_receipt",
        summary="A C2SP tlog-proof of an entry",
        tags=["ledger"],
        parameters=[INDEX, LEAF],
        responses={(200, "text/plain"): OpenApiTypes.STR, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Request) -> HttpResponse:
        """Checks offline. An artist's own receipt, which also opens the entry, is on her consent page."""
        asked = InclusionQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        entry = find_entry(index=asked.validated_data.get("index"), leaf=asked.validated_data.get("leaf"))
        checkpoint: Checkpoint = current_checkpoint(at=timezone.now(), covering=entry.index)
        data = proof_of(entry, checkpoint=checkpoint, salt=None).dump()
        return HttpResponse(data, content_type=TEXT, headers={"Cache-Control": FOR_SECONDS})


class OpeningView(PublicView):
    """What a public entry says: notices, campaigns, rounds and versions."""

    @extend_schema(
        operation_id="ledger_opening",
        summary="Body and salt of a public entry",
        tags=["ledger"],
        responses={200: OpeningSerializer, **problems(404, 429)},
        auth=[],
    )
    def get(self, request: Request, index: int) -> Response:
        """The exact body and the salt; entries about a person are never opened here."""
        entry, body, salt = public_opening(index)
        shown = {**entry_json(entry), "salt": salt.hex(), "body": body.decode("utf-8")}
        return _answer(shown, FOR_EVER)


def _base64(hashes: list[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]
