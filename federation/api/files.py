"""Public, content-addressed things: bases, versions, campaigns, and the bytes behind them."""

import re
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db.models import Max
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from federation import budgets, selectors
from federation.api.schema import octets, ok, problems
from federation.api.serializers import BaseSerializer, CampaignSerializer, ServerSerializer, VersionSerializer
from federation.models import Base, Campaign
from federation.protocol.errors import refusal
from federation.signing import server_public_key
from federation.store import PIECE, blob_name, blobs

SHA256 = re.compile(r"[0-9a-f]{64}")
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
IMMUTABLE = "public, max-age=31536000, immutable"


class PublicView(APIView):
    """Open to everybody; limited by address."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class ServerView(PublicView):
    """Who this server is."""

    @extend_schema(
        operation_id="server",
        tags=["server"],
        summary="Name, key and time of this server",
        responses={200: ok(ServerSerializer), **problems(429)},
    )
    def get(self, request: Request) -> Response:
        return Response(
            {
                "name": "FedArt",
                "version": "0.1.0",
                "origin": settings.PUBLIC_ORIGIN,
                "server_key": server_public_key(),
                "api": 1,
                "time": timezone.now(),
            }
        )


class BaseView(PublicView):
    """Which files make a base."""

    @extend_schema(
        operation_id="base",
        tags=["files"],
        summary="The files of a base",
        parameters=[
            OpenApiParameter("hash", str, OpenApiParameter.PATH, description='"sha256:" and 64 digits')
        ],
        responses={200: ok(BaseSerializer), **problems(404, 429)},
    )
    def get(self, request: Request, hash: str) -> Response:
        base = Base.objects.filter(hash=hash).first()
        if base is None:
            raise refusal("base-unknown")
        return Response(BaseSerializer(base).data)


class CampaignView(PublicView):
    """The terms of a campaign."""

    @extend_schema(
        operation_id="campaign",
        tags=["files"],
        summary="The terms of a campaign",
        responses={200: ok(CampaignSerializer), **problems(404, 429)},
    )
    def get(self, request: Request, campaign_id: UUID) -> Response:
        campaign = (
            Campaign.objects.select_related("base")
            .exclude(started_at=None)
            .annotate(newest_version=Max("versions__number"))
            .filter(pk=campaign_id)
            .first()
        )
        if campaign is None:
            raise refusal("campaign-unknown")
        price = budgets.price_of(campaign)
        campaign.privacy_claim = price.claim.sentence  # type: ignore[attr-defined]
        campaign.privacy = budgets.facts_of(campaign, price)  # type: ignore[attr-defined]
        return Response(CampaignSerializer(campaign).data)


class VersionView(PublicView):
    """A version and its card."""

    @extend_schema(
        operation_id="version",
        tags=["files"],
        summary="A version of the shared adapter, with its card",
        responses={200: ok(VersionSerializer), **problems(404, 429)},
    )
    def get(self, request: Request, campaign_id: UUID, number: int) -> Response:
        version = selectors.version_of(campaign_id=campaign_id, number=number)
        if version is None:
            raise refusal("version-unknown")
        return Response(VersionSerializer(version).data)


class BlobView(PublicView):
    """The bytes of a hash."""

    @extend_schema(
        operation_id="blob",
        tags=["files"],
        summary="The bytes under a hash",
        description="They never change: cache them for ever. One byte range may be asked for (RFC 9110 section 14).",
        parameters=[
            OpenApiParameter("sha256", str, OpenApiParameter.PATH, description="64 hexadecimal digits"),
            OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="bytes=FIRST-LAST"),
        ],
        responses={
            (200, "application/octet-stream"): octets("All of it."),
            (206, "application/octet-stream"): octets("The part that was asked for."),
            304: OpenApiResponse(description="The copy that was named is the right one."),
            **problems(404, 416, 429),
        },
    )
    def get(self, request: Request, sha256: str) -> HttpResponseBase:
        size = selectors.blob_size(sha256) if SHA256.fullmatch(sha256) else None
        if size is None:
            raise refusal("blob-unknown")
        headers = {"ETag": f'"{sha256}"', "Cache-Control": IMMUTABLE, "Accept-Ranges": "bytes"}
        if f'"{sha256}"' in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers=headers)
        first, last = _range(request.headers.get("Range", ""), size)
        partial = (first, last) != (0, size - 1)
        headers["Content-Length"] = str(last - first + 1)
        if partial:
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        reader = _read_async if isinstance(request._request, ASGIRequest) else _read
        return StreamingHttpResponse(
            reader(sha256, first, last),
            status=206 if partial else 200,
            content_type="application/octet-stream",
            headers=headers,
        )


def _range(header: str, size: int) -> tuple[int, int]:
    """First and last byte. Anything but one simple range is answered with the whole file, as RFC 9110 allows."""
    match = RANGE.fullmatch(header.strip())
    if match is None or match.group(1) == match.group(2) == "":
        return 0, size - 1
    start, end = match.groups()
    if start == "":
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
    if first > last or first >= size:
        raise refusal("range-invalid")
    return first, last


async def _read_async(sha256: str, first: int, last: int) -> AsyncIterator[bytes]:
    """Under ASGI a plain generator would be read to its end before the first byte is sent."""
    pieces = _read(sha256, first, last)
    while piece := await sync_to_async(next, thread_sensitive=False)(pieces, b""):
        yield piece


def _read(sha256: str, first: int, last: int) -> Iterator[bytes]:
    left = last - first + 1
    with blobs().open(blob_name(sha256)) as file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
