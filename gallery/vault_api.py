"""The vault's doors, for the artist's browser (session and CSRF token) and for her devices (Bearer token)."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from federation import selectors as federation
from federation.api.rounds import OctetParser
from federation.authentication import DeviceAuthentication, IsDevice
from federation.protocol.errors import refusal
from gallery import vaults, versions
from gallery.errors import listed
from gallery.limits import VAULT_PIECE
from gallery.models import Artist, Vault, VaultObject
from gallery.serializers import ProblemSerializer
from gallery.services import vault_doors, vault_lists, vault_objects
from gallery.vault_serializers import (
    AnnounceSerializer,
    EraseSerializer,
    ErasureSerializer,
    GroundSerializer,
    JoinSerializer,
    KeptListSerializer,
    ListsSerializer,
    NewListSerializer,
    ObjectSerializer,
    VaultSerializer,
)

PROBLEM = OpenApiResponse(ProblemSerializer, description="A problem document with a code and a fix.")
PROBLEMS = {400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM}
OCTETS = "application/octet-stream"


class VaultDoor(APIView):
    """Open to the artist's own browser and her own devices; a stranger's vault does not exist."""

    authentication_classes = (DeviceAuthentication, SessionAuthentication)
    permission_classes = (IsAuthenticated,)

    @property
    def artist(self) -> Artist:
        """Whose vault this is about."""
        return cast(Artist, self.request.user)

    @property
    def device_id(self) -> UUID | None:
        """The calling device, or None for a browser."""
        return self.request.auth.pk if self.request.auth is not None else None

    @property
    def vault(self) -> Vault:
        """The caller's vault. Refuses `vault-none`."""
        return vaults.required(artist_id=self.artist.pk)


class BrowserDoor(VaultDoor):
    """Open to the artist's browser only."""

    authentication_classes = (SessionAuthentication,)


class OverviewView(VaultDoor):
    """The vault as it is."""

    @extend_schema(
        operation_id="vault_retrieve",
        summary="The newest signed list and the small files it names",
        responses={200: VaultSerializer, **PROBLEMS},
        tags=["vault"],
    )
    def get(self, request: Request) -> Response:
        """Everything needed to open the vault, for those who have a key."""
        return Response(VaultSerializer(vaults.overview(self.vault)).data)


class ListsView(VaultDoor):
    """Signed lists."""

    @extend_schema(
        operation_id="vault_lists",
        summary="The signed lists after a version",
        parameters=[OpenApiParameter("after", int, description="A version, 0 or more.")],
        responses={200: ListsSerializer, **PROBLEMS},
        tags=["vault"],
    )
    def get(self, request: Request) -> Response:
        """Whoever remembers a version can follow the chain from there."""
        text = request.query_params.get("after", "0")
        after = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
        return Response({"lists": [row.decode() for row in vaults.lists_after(self.vault, after)]})

    @extend_schema(
        operation_id="vault_lists_create",
        summary="Make a new list the newest",
        description="The one act by which a vault changes. Repeating it is harmless.",
        request=NewListSerializer,
        responses={201: KeptListSerializer, **PROBLEMS},
        tags=["vault"],
    )
    def post(self, request: Request) -> Response:
        """201 with the version."""
        form = NewListSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        kept = vault_lists.record_list(
            artist=self.artist,
            document=form.validated_data["list"].encode("utf-8", "surrogatepass"),
            small=form.validated_data.get("files", {}),
            device=self.device_id,
            at=timezone.now(),
        )
        return Response({"version": kept.version, "sha256": kept.sha256}, status=201)


class AsksView(VaultDoor):
    """A device asks to be let in."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsDevice,)

    @extend_schema(
        operation_id="vault_ask",
        summary="Ask to become a member of the vault",
        request=JoinSerializer,
        responses={204: None, **PROBLEMS},
        tags=["vault"],
    )
    def post(self, request: Request) -> Response:
        """204; the artist answers on her vault page."""
        form = JoinSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        assert self.device_id is not None
        vault_doors.ask(
            vault=self.vault,
            device_id=self.device_id,
            recipient=form.validated_data["recipient"],
            at=timezone.now(),
        )
        return Response(status=204)


class AskView(BrowserDoor):
    """One ask."""

    @extend_schema(
        operation_id="vault_ask_destroy",
        summary="Say no to a device",
        responses={204: None, **PROBLEMS},
        tags=["vault"],
    )
    def delete(self, request: Request, device_id: UUID) -> Response:
        """204."""
        vault_doors.turn_away(vault=self.vault, device_id=device_id)
        return Response(status=204)


class ObjectsView(VaultDoor):
    """Uploads."""

    @extend_schema(
        operation_id="vault_objects_create",
        summary="Announce an encrypted file, or hear how far it has come",
        request=AnnounceSerializer,
        responses={200: ObjectSerializer, 413: PROBLEM, 429: PROBLEM, **PROBLEMS},
        tags=["vault"],
    )
    def post(self, request: Request) -> Response:
        """200 with the number of pieces that have arrived."""
        form = AnnounceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sha256, size = form.validated_data["sha256"], form.validated_data["bytes"]
        row = vault_objects.announce(vault=self.vault, sha256=sha256, size=size, at=timezone.now())
        return Response(progress(row))


class ObjectView(VaultDoor):
    """One encrypted file."""

    @extend_schema(
        operation_id="vault_object",
        summary="The bytes of an encrypted file",
        responses={
            (200, OCTETS): OpenApiResponse(OpenApiTypes.BINARY, description="The ciphertext."),
            **PROBLEMS,
        },
        tags=["vault"],
    )
    def get(self, request: Request, sha256: str) -> HttpResponseBase:
        """The ciphertext, never cached by anybody between."""
        row = vaults.whole_object(self.vault, sha256)
        headers = {"Cache-Control": "private, no-store", "Content-Length": str(row.bytes)}
        return StreamingHttpResponse(
            streamed(request, vaults.pieces_of(row)), content_type=OCTETS, headers=headers
        )


class PieceView(VaultDoor):
    """One piece of an upload."""

    parser_classes = (OctetParser, JSONParser)

    @extend_schema(
        operation_id="vault_piece_update",
        summary="Send the next piece",
        request={OCTETS: OpenApiTypes.BINARY},
        responses={200: ObjectSerializer, 411: PROBLEM, **PROBLEMS},
        tags=["vault"],
    )
    def put(self, request: Request, sha256: str, number: int) -> Response:
        """200 with how far the upload is; a piece that has arrived before is not written again."""
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length.isdigit():
            raise refusal("body-length-missing")
        if int(length) > VAULT_PIECE or request.content_type != OCTETS:
            raise listed("vault-piece-bad")
        row = vault_objects.take_piece(
            vault=self.vault,
            sha256=sha256,
            number=number,
            data=cast(Any, request.data).read(VAULT_PIECE + 1),
            at=timezone.now(),
        )
        return Response(progress(row))


class GroundView(VaultDoor):
    """What a personal adapter is trained on."""

    @extend_schema(
        operation_id="vault_ground",
        summary="The base and the newest version of the shared adapter",
        responses={200: GroundSerializer, **PROBLEMS},
        tags=["vault"],
    )
    def get(self, request: Request) -> Response:
        """The version that the studio offers first."""
        version = federation.current_version()
        if version is None:
            raise refusal("vault-no-version")
        return Response(versions.ground_of(version))


class EraseView(BrowserDoor):
    """The end of a vault."""

    @extend_schema(
        operation_id="vault_erase",
        summary="Erase the vault with everything in it",
        request=EraseSerializer,
        responses={200: ErasureSerializer, **PROBLEMS},
        tags=["vault"],
    )
    def post(self, request: Request) -> Response:
        """200 with what was counted afterwards."""
        form = EraseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        done = vault_doors.erase(artist=self.artist, word=form.validated_data["word"], at=timezone.now())
        return Response(ErasureSerializer(done).data)


def streamed(request: Request, pieces: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Under ASGI a plain generator would be read to its end before the first byte is sent."""
    return _in_threads(pieces) if isinstance(request._request, ASGIRequest) else pieces


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await sync_to_async(next, thread_sensitive=False)(pieces, b""):
        yield piece


def progress(row: VaultObject) -> dict[str, Any]:
    """How far an upload is."""
    return {
        "sha256": row.sha256,
        "bytes": row.bytes,
        "pieces": row.pieces,
        "piece_bytes": VAULT_PIECE,
        "complete": row.complete_at is not None,
    }
