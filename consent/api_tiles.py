"""The ledger as C2SP tlog-tiles serves it, and the door at which witnesses leave their cosignatures."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from consent.api_ledger import FOR_EVER, PublicView
from consent.errors import refusal
from consent.ledger.tiles import WIDTH, tile_number
from consent.selectors.tiles import entry_tile, hash_tile
from consent.serializers import problems
from consent.services.checkpoints import take_cosignatures


class TileView(PublicView):
    """256 neighbouring hashes of one level (C2SP tlog-tiles)."""

    @extend_schema(
        operation_id="ledger_tile",
        summary="A tile of the tree",
        description="`path` is the tile's number as C2SP writes it, with `.p/W` behind it for a part of W hashes.",
        tags=["ledger"],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **problems(404, 429)},
        auth=[],
    )
    def get(self, request: Request, level: int, path: str) -> HttpResponse:
        """Concatenated SHA-256 hashes, 32 bytes each."""
        number, width = _tile(path)
        return _octets(hash_tile(level=level, number=number, width=width))


class EntryTileView(PublicView):
    """256 neighbouring entries (C2SP tlog-tiles)."""

    @extend_schema(
        operation_id="ledger_entry_tile",
        summary="A bundle of entries",
        description="`path` as for tiles. Each entry follows its length, a big-endian uint16.",
        tags=["ledger"],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **problems(404, 429)},
        auth=[],
    )
    def get(self, request: Request, path: str) -> HttpResponse:
        """The entries' exact bytes."""
        number, width = _tile(path)
        return _octets(entry_tile(number=number, width=width))


class CosignaturesView(PublicView):
    """Where configured witnesses leave their signatures."""

    @extend_schema(
        operation_id="ledger_cosign",
        summary="Add the cosignature of a witness to a checkpoint",
        description="The body is text: one or more signature lines as C2SP tlog-witness answers them.",
        tags=["ledger"],
        parameters=[
            OpenApiParameter(
                "size", OpenApiTypes.INT64, OpenApiParameter.PATH, description="Size of the checkpoint."
            )
        ],
        request={"text/plain": OpenApiTypes.STR},
        responses={
            204: OpenApiResponse(description="Taken, or known already."),
            **problems(400, 403, 404, 429),
        },
        auth=[],
    )
    def post(self, request: Request, size: int) -> HttpResponse:
        """Only keys in LEDGER_WITNESSES are taken."""
        try:
            lines = request._request.body.decode("utf-8")
        except UnicodeDecodeError:
            raise refusal("bad-note") from None
        take_cosignatures(size=size, lines=lines, at=timezone.now())
        return HttpResponse(status=204)


def _tile(path: str) -> tuple[int, int]:
    """(number, width) of `x001/x234/067` or `067.p/12`; refuses `no-such-tile`."""
    written, part, width = path.partition(".p/")
    if not part:
        return tile_number(written), WIDTH
    if (
        not width.isascii()
        or not width.isdigit()
        or width.startswith("0")
        or len(width) > 3
        or int(width) >= WIDTH
    ):
        raise refusal("no-such-tile")
    return tile_number(written), int(width)


def _octets(data: bytes) -> HttpResponse:
    return HttpResponse(data, content_type="application/octet-stream", headers={"Cache-Control": FOR_EVER})
