"""The doors for an artist's own computers: take a picture to draw, tell its steps, hand it in."""

import base64
import binascii
from typing import IO, Any, cast
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from federation.api.rounds import OctetParser
from federation.authentication import DeviceAuthentication, IsDevice
from gallery import selectors, versions
from gallery.errors import listed
from gallery.limits import DRAWN_MAX_BYTES, PREVIEW_MAX_BYTES
from gallery.models import Artist, GenerationRequest
from gallery.serializers import ProblemSerializer
from gallery.services import drawing

PROBLEM = OpenApiResponse(ProblemSerializer, description="A problem document with a code and a fix.")
PROBLEMS = {400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM}


class OrderSerializer(serializers.Serializer[Any]):
    """A picture to draw: the frozen record, and what it stands on."""

    id = serializers.UUIDField()
    attempt = serializers.IntegerField(help_text="Say it with every message about this picture.")
    params = serializers.JSONField()
    spec = serializers.JSONField(help_text="The adapter spec of the campaign.")
    version = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the shared adapter's file.")


class StepSerializer(serializers.Serializer[Any]):
    """How far it is."""

    attempt = serializers.IntegerField(min_value=1, max_value=100)
    step = serializers.IntegerField(min_value=0, max_value=1000)
    preview = serializers.CharField(
        default="", allow_blank=True, max_length=PREVIEW_MAX_BYTES * 4 // 3 + 4, help_text="PNG as base64."
    )


class GoOnSerializer(serializers.Serializer[Any]):
    """Whether to go on."""

    go_on = serializers.BooleanField()


class DrawingDoor(APIView):
    """For devices only."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsDevice,)

    @property
    def artist(self) -> Artist:
        """Whose computer this is."""
        return cast(Artist, self.request.user)

    def row(self, handle: UUID) -> GenerationRequest:
        """A request of the same artist; 404 for anybody else's."""
        row = selectors.request_of(artist_id=self.artist.pk, handle=handle)
        if row is None:
            raise Http404
        return row


class NextView(DrawingDoor):
    """What is to be drawn."""

    @extend_schema(
        operation_id="drawings_next",
        summary="Take the next picture that this artist's computer is to draw",
        request=None,
        responses={200: OrderSerializer, 204: None, **PROBLEMS},
        tags=["drawings"],
    )
    def post(self, request: Request) -> Response:
        """204 where nothing waits."""
        row = drawing.take(artist_id=self.artist.pk, at=timezone.now())
        if row is None:
            return Response(status=204)
        told = {"id": row.handle, "attempt": row.attempts, "params": row.params}
        return Response(OrderSerializer(told | versions.ground_of(row.version)).data)


class StepView(DrawingDoor):
    """Progress."""

    @extend_schema(
        operation_id="drawings_step",
        summary="Say how far the picture is, and hear whether to go on",
        request=StepSerializer,
        responses={200: GoOnSerializer, **PROBLEMS},
        tags=["drawings"],
    )
    def post(self, request: Request, handle: UUID) -> Response:
        """`go_on` is false once the artist cancelled."""
        told = StepSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        try:
            preview = base64.b64decode(told.validated_data["preview"], validate=True)
        except binascii.Error:
            raise listed("drawing-unfit") from None
        go_on = drawing.tell(
            request=self.row(handle), attempt=told.validated_data["attempt"], step=told.validated_data["step"],
            preview=preview or None, at=timezone.now(),
        )  # fmt: skip
        return Response({"go_on": go_on})


class PictureView(DrawingDoor):
    """The finished picture."""

    parser_classes = (OctetParser,)

    @extend_schema(
        operation_id="drawings_picture",
        summary="Hand the finished picture in",
        description="PNG of exactly the size asked for. It is marked like every picture and appears in the studio.",
        parameters=[OpenApiParameter("attempt", int, required=True)],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={202: None, **PROBLEMS},
        tags=["drawings"],
    )
    def put(self, request: Request, handle: UUID) -> Response:
        """202: a worker marks it."""
        row = self.row(handle)
        text = request.query_params.get("attempt", "")
        body = cast(IO[bytes], request.data).read(DRAWN_MAX_BYTES + 1)
        attempt = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        drawing.hand_in(request=row, attempt=attempt, picture=body, at=timezone.now())
        return Response(status=202)
