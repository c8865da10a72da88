"""Addresses below /compliance/."""

from django.urls import path

from consent.views import compliance, exports

urlpatterns = [
    path("", compliance.record_list, name="compliance"),
    path("records/<uuid:statement_id>", compliance.record, name="compliance-record"),
    path("exports", exports.ask, name="compliance-exports"),
    path("exports/<uuid:export_id>", exports.watch, name="compliance-export"),
    path("exports/<uuid:export_id>/file", exports.download, name="compliance-export-file"),
]
