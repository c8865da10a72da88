"""An artist's own statements. The ledger's doors are in api_ledger.py."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.models import Statement
from consent.selectors.history import statements_of
from consent.serializers import StatementsSerializer, problems

MAX_STATEMENTS = 500


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
