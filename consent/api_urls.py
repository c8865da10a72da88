"""Addresses of consent below /api/v1/."""

from django.urls import path

from consent import api

urlpatterns = [
    path("ledger/head", api.LedgerHeadView.as_view(), name="api-ledger-head"),
    path("ledger/entries", api.LedgerEntriesView.as_view(), name="api-ledger-entries"),
    path("consent/statements", api.MyStatementsView.as_view(), name="api-consent-statements"),
]
