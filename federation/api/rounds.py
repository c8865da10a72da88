"""A device's way through a round: terms, joining, the five steps."""

import io
from typing import IO, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from federation.api.agent import DeviceView
from federation.api.schema import octets, ok, problems
from federation.api.serializers import (
    DropSerializer,
    MessageSerializer,
    SignedManifestSerializer,
    SignedRosterSerializer,
    YourPartSerializer,
)
from federation.protocol.errors import refusal
from federation.protocol.steps import Step
from federation.services import intake, rounds
from federation.services.deliver import inbox_of

STEPS = tuple(step.slug for step in Step)
SMALL = 4096
OCTETS = "application/octet-stream"
SIGNATURE = "X-FedArt-Device-Signature"
STEP = OpenApiParameter("step", str, OpenApiParameter.PATH, enum=STEPS, description="The step of the round.")
USUAL = problems(401, 403, 404, 429)


class OctetParser(BaseParser):
    """Hands the stream on unread: the service looks at the length first."""

    media_type = OCTETS

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> IO[bytes]:
        return stream


class SmallJSONParser(JSONParser):
    """JSON of at most 4 KiB: the size limit of this address is made for updates."""

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        data = stream.read(SMALL + 1)
        if len(data) > SMALL:
            raise refusal("message-too-long")
        return super().parse(io.BytesIO(data), media_type, parser_context)


class ManifestView(DeviceView):
    """The terms of a round."""

    @extend_schema(
        operation_id="round_manifest",
        tags=["rounds"],
        summary="The signed terms of a round",
        responses={200: ok(SignedManifestSerializer), **USUAL},
    )
    def get(self, request: Request, round_id: UUID) -> Response:
        round_ = intake.part_of(device=self.device, round_id=round_id).round
        return Response({"manifest": round_.manifest, "signature": round_.manifest_signature})


class RosterView(DeviceView):
    """Who takes part."""

    @extend_schema(
        operation_id="round_roster",
        tags=["rounds"],
        summary="The signed roster, once the cohort is drawn",
        responses={200: ok(SignedRosterSerializer), **USUAL, **problems(410, 425)},
    )
    def get(self, request: Request, round_id: UUID) -> Response:
        round_ = intake.part_of(device=self.device, round_id=round_id).round
        if round_.roster is None:
            raise refusal("round-over" if round_.state == "aborted" else "stage-not-yet")
        return Response({"roster": round_.roster, "signature": round_.roster_signature})


class _Step(DeviceView):
    """Before the draw: a device moves its own part."""

    parser_classes = (SmallJSONParser,)

    def move(self, round_id: UUID, to: str, reason: str = "") -> Response:
        part = intake.part_of(device=self.device, round_id=round_id)
        part = rounds.take_step(part=part, to=to, reason=reason, at=timezone.now())
        return Response({"your_part": part.state})


class JoinView(_Step):
    """The device begins to train."""

    @extend_schema(
        operation_id="round_join",
        tags=["rounds"],
        summary="Begin to train for a round",
        description="invited → training. Consent, the device and the window are checked again. Repeating is harmless.",
        request=None,
        responses={200: ok(YourPartSerializer), **USUAL, **problems(409, 410)},
    )
    def post(self, request: Request, round_id: UUID) -> Response:
        return self.move(round_id, "training")


class ReadyView(_Step):
    """The device has trained."""

    @extend_schema(
        operation_id="round_ready",
        tags=["rounds"],
        summary="Say that the update is ready",
        description="training → ready. The interactive part runs among those who are ready. Repeating is harmless.",
        request=None,
        responses={200: ok(YourPartSerializer), **USUAL, **problems(409, 410)},
    )
    def post(self, request: Request, round_id: UUID) -> Response:
        return self.move(round_id, "ready")


class DropView(_Step):
    """The device leaves."""

    @extend_schema(
        operation_id="round_drop",
        tags=["rounds"],
        summary="Leave a round",
        description="Possible until the update was sent. Costs nothing, and says why on the artist's own page.",
        request=DropSerializer,
        responses={200: ok(YourPartSerializer), **USUAL, **problems(400, 409, 410, 415)},
    )
    def post(self, request: Request, round_id: UUID) -> Response:
        form = DropSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.move(round_id, "dropped", form.validated_data["reason"])


class MessageView(DeviceView):
    """One message of one step."""

    parser_classes = (OctetParser,)

    @extend_schema(
        operation_id="round_send",
        tags=["rounds"],
        summary="Send the message of a step",
        description="The body is the wire message of docs/protocol.md. Its length is checked before it is read. "
        "201 the first time, 200 when exactly the same bytes come again, 409 for any others.",
        parameters=[
            STEP,
            OpenApiParameter(
                SIGNATURE,
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="Ed25519 by the device key over 'fedart/message/v1', 0, the round's 16 bytes, the step, "
                "0, SHA-256(body); base64url.",
            ),
        ],
        request={OCTETS: OpenApiTypes.BINARY},
        responses={
            201: ok(MessageSerializer),
            200: ok(MessageSerializer),
            **USUAL,
            **problems(400, 409, 410, 411, 413, 415, 425),
        },
    )
    def post(self, request: Request, round_id: UUID, step: str) -> Response:
        length = request.META.get("CONTENT_LENGTH") or ""
        upload = intake.Upload(
            step=step_of(step),
            length=int(length) if length.isascii() and length.isdigit() else None,
            body=request._request,  # the stream itself; DRF's parsers take an empty body for no body
            signature=request.headers.get(SIGNATURE, ""),
        )
        message, new = intake.accept_message(
            device=self.device, round_id=round_id, upload=upload, at=timezone.now()
        )
        answer = {"sha256": message.sha256, "size": message.size, "your_part": message.participation.state}
        return Response(answer, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK)


class InboxView(DeviceView):
    """What waits for a device at a step."""

    @extend_schema(
        operation_id="round_inbox",
        tags=["rounds"],
        summary="Fetch what a device needs for a step",
        description="share-keys: who advertised; masked-input: the shares; consistency: whose input arrived; "
        "unmask: who signed that list. 425 with Retry-After until the step has begun.",
        parameters=[STEP],
        responses={
            (200, OCTETS): octets("The server's message for this device."),
            **USUAL,
            **problems(409, 410, 425),
        },
    )
    def get(self, request: Request, round_id: UUID, step: str) -> HttpResponse:
        wanted = step_of(step)
        part = intake.part_of(device=self.device, round_id=round_id)
        return HttpResponse(inbox_of(part=part, step=wanted), content_type=OCTETS)


def step_of(slug: str) -> Step:
    """The step of that name in an address. Raises Refusal `step-unknown`."""
    try:
        return Step.of(slug)
    except KeyError:
        raise refusal("step-unknown") from None
