"""The ledger for the public and auditors, and an artist's own statements."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.ledger.entries import GENESIS
from consent.models import Entry, Statement
from consent.selectors import ledger_head
from consent.selectors.history import entry_json, statements_of
from consent.serializers import (
    EntriesQuerySerializer,
    EntriesSerializer,
    HeadSerializer,
    StatementsSerializer,
    problems,
)

MAX_STATEMENTS = 500


class LedgerHeadView(APIView):
    """Size and head of the ledger; keep it, and a rewritten ledger can no longer fool you."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        summary="Head of the consent ledger",
        tags=["ledger"],
        responses={200: HeadSerializer, **problems(429)},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """How many entries the ledger has and the chain hash after the last one."""
        size, head = ledger_head()
        return Response({"size": size, "head": head, "genesis": GENESIS.hex()})


class LedgerEntriesView(APIView):
    """The entries themselves, so that anyone can recompute the head."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        summary="Entries of the consent ledger",
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
        query = {
            "start": request.query_params.get("from", 0),
            "limit": request.query_params.get("limit", 500),
        }
        asked = EntriesQuerySerializer(data=query)
        asked.is_valid(raise_exception=True)
        start, limit = asked.validated_data["start"], asked.validated_data["limit"]
        rows = list(Entry.objects.filter(index__gte=start).order_by("index")[: limit + 1])
        more = len(rows) > limit
        return Response(
            {
                "entries": [entry_json(row) for row in rows[:limit]],
                "next": rows[limit].index if more else None,
            }
        )


class MyStatementsView(APIView):
    """What the artist who asks has decided."""

    @extend_schema(
        summary="My consent statements",
        tags=["consent"],
        responses={200: StatementsSerializer, **problems(401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """The artist's own statements, newest first, at most 500."""
        assert request.user.pk is not None  # IsAuthenticated stands before this
        mine = statements_of(request.user.pk)[:MAX_STATEMENTS]
        return Response({"statements": [_statement(statement) for statement in mine]})


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "id": statement.pk,
        "purpose": statement.purpose,
        "status": statement.status,
        "attested_by": statement.attested_by,
        "notice": str(statement.notice),
        "recorded_at": statement.recorded_at,
        "expires_at": statement.expires_at,
        "entry_index": statement.entry_id,
        "receipt": f"/consent/receipts/{statement.pk}.json",
    }
