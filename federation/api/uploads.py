"""Long messages in parts, after tus 1.0 (https://tus.io/protocols/resumable-upload): core and creation.

What tus leaves open is decided so: the metadata holds the message's SHA-256 and signature, and the address of an upload
follows from them, so a device that was killed finds its upload again without having written anything down.
"""

import base64
import binascii
import re
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from federation.api.agent import DeviceView
from federation.api.rounds import STEP, USUAL, OctetParser, step_of
from federation.api.schema import ok, problems
from federation.api.serializers import ProgressSerializer
from federation.protocol.errors import refusal
from federation.services import uploads

TUS = "1.0.0"
OFFSET_OCTETS = "application/offset+octet-stream"
WHOLE = re.compile(r"[0-9]{1,15}")


class OffsetParser(OctetParser):
    """The same stream under the name that tus gives it."""

    media_type = OFFSET_OCTETS


def _header(name: str, words: str, *, required: bool = True) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=words)


VERSION = _header("Tus-Resumable", "1.0.0")
SHA256 = OpenApiParameter("sha256", str, OpenApiParameter.PATH, description="64 hexadecimal digits")


class _Tus(DeviceView):
    """Speaks tus 1.0.0 and no other version."""

    parser_classes = (OffsetParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.headers.get("Tus-Resumable") != TUS:
            raise refusal("upload-version")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = response["Tus-Version"] = TUS
        response["Cache-Control"] = "no-store"
        return response

    def whole(self, name: str) -> int:
        """A header that is a whole number."""
        text = self.request.headers.get(name, "")
        if not WHOLE.fullmatch(text):
            raise refusal("upload-header-invalid", f"It is {name}.")
        return int(text)


class UploadsView(_Tus):
    """A message is announced."""

    @extend_schema(
        operation_id="upload_begin",
        tags=["rounds"],
        summary="Announce a long message, to be sent in parts",
        description="The signature is that of the message (see round_send) and is checked before a byte is sent, as "
        "are stage, consent and length. 201 the first time, 200 when it is there already; Location and Upload-Offset "
        "say where to go on. Another message for the step replaces one that never became whole.",
        parameters=[
            STEP,
            VERSION,
            _header("Upload-Length", "Bytes of the whole message."),
            _header(
                "Upload-Metadata",
                "sha256 and signature, each a name and the base64 of its text (tus, creation).",
            ),
        ],
        request=None,
        responses={201: None, 200: None, **USUAL, **problems(400, 409, 410, 412, 413, 425)},
    )
    def post(self, request: Request, round_id: UUID, step: str) -> Response:
        told = _metadata(request.headers.get("Upload-Metadata", ""))
        wish = uploads.Wish(
            step_of(step), self.whole("Upload-Length"), told.get("sha256", ""), told.get("signature", "")
        )
        found, new = uploads.begin_upload(device=self.device, round_id=round_id, wish=wish, at=timezone.now())
        place = reverse("api-upload", args=[round_id, step, wish.sha256])
        headers = {"Location": place, "Upload-Offset": str(found.received), "Upload-Length": str(found.size)}
        return Response(status=201 if new else 200, headers=headers)


class UploadView(_Tus):
    """A message on its way."""

    @extend_schema(
        operation_id="upload_progress",
        tags=["rounds"],
        summary="How much of a long message is here",
        description="HEAD gives the same without a body, as tus has it. Upload-Offset equals Upload-Length once the "
        "message is whole and accepted.",
        parameters=[STEP, SHA256, VERSION],
        responses={200: ok(ProgressSerializer), **USUAL, **problems(412)},
    )
    def get(self, request: Request, round_id: UUID, step: str, sha256: str) -> Response:
        found = uploads.progress_of(device=self.device, round_id=round_id, step=step_of(step), sha256=sha256)
        body = {"received": found.received, "size": found.size, "accepted": found.message is not None}
        headers = {"Upload-Offset": str(found.received), "Upload-Length": str(found.size)}
        return Response(body, headers=headers)

    @extend_schema(
        operation_id="upload_part",
        tags=["rounds"],
        summary="Send the next part of a long message",
        description=f"At most {uploads.MAX_PART >> 20} MiB. 409 `upload-offset` where it does not begin at the offset: "
        "ask for it and go on from there. The part that completes the message is answered as round_send would be.",
        parameters=[STEP, SHA256, VERSION, _header("Upload-Offset", "Where this part begins, in bytes.")],
        request={OFFSET_OCTETS: OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(description="Kept; Upload-Offset says how much is here."),
            **USUAL,
            **problems(400, 409, 410, 411, 412, 413, 415, 425),
        },
    )
    def patch(self, request: Request, round_id: UUID, step: str, sha256: str) -> Response:
        if (request.content_type or "").partition(";")[0].strip() != OFFSET_OCTETS:
            raise UnsupportedMediaType(request.content_type or "")
        length = request.META.get("CONTENT_LENGTH") or ""
        part = uploads.Part(
            step=step_of(step),
            sha256=sha256,
            offset=self.whole("Upload-Offset"),
            length=int(length) if WHOLE.fullmatch(length) else None,
            body=request._request,
        )
        found = uploads.add_part(device=self.device, round_id=round_id, part=part, at=timezone.now())
        return Response(status=204, headers={"Upload-Offset": str(found.received)})


def _metadata(header: str) -> dict[str, str]:
    """tus, section creation: `key base64(value), key base64(value)`. Raises Refusal `upload-header-invalid`."""
    found: dict[str, str] = {}
    for pair in header.split(",") if header else ():
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            raise refusal("upload-header-invalid", "It is Upload-Metadata.") from None
    return found
