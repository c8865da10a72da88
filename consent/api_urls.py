"""Addresses of consent below /api/v1/."""

from django.urls import path, register_converter
from django.urls.converters import PathConverter, StringConverter

from consent import api, api_ledger, api_tiles


class TilePath(PathConverter):
    """A tile's number as C2SP writes it, and how much of it: `x001/067` or `x001/067.p/12`."""

    regex = r"(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[0-9]{1,3})?"


class Size(StringConverter):
    """A number that fits the ledger's indexes."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:  # type: ignore[override]
        return int(value)


register_converter(TilePath, "tile")
register_converter(Size, "size")

urlpatterns = [
    path("ledger/checkpoint", api_ledger.CheckpointView.as_view(), name="api-ledger-checkpoint"),
    path("ledger/key", api_ledger.LogKeyView.as_view(), name="api-ledger-key"),
    path("ledger/head", api_ledger.LedgerHeadView.as_view(), name="api-ledger-head"),
    path("ledger/entries", api_ledger.LedgerEntriesView.as_view(), name="api-ledger-entries"),
    path("ledger/tile/<size:level>/<tile:path>", api_tiles.TileView.as_view(), name="api-ledger-tile"),
    path("ledger/tile/entries/<tile:path>", api_tiles.EntryTileView.as_view(), name="api-ledger-entry-tile"),
    path("ledger/proof/inclusion", api_ledger.InclusionView.as_view(), name="api-ledger-inclusion"),
    path("ledger/proof/consistency", api_ledger.ConsistencyView.as_view(), name="api-ledger-consistency"),
    path("ledger/receipt", api_ledger.ReceiptView.as_view(), name="api-ledger-receipt"),
    path("ledger/openings/<size:index>", api_ledger.OpeningView.as_view(), name="api-ledger-opening"),
    path(
        "ledger/cosignatures/<size:size>",
        api_tiles.CosignaturesView.as_view(),
        name="api-ledger-cosignatures",
    ),
    path("consent/statements", api.MyStatementsView.as_view(), name="api-consent-statements"),
]
