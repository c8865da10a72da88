"""Addresses below /compliance/."""

from django.urls import path

from consent.views import compliance, exports
from consent.views.desk import breaches, duties, holds, overview, people, requests

urlpatterns = [
    path("", overview.overview, name="compliance"),
    path("people/", people.search, name="compliance-people"),
    path("people/<slug:handle>/", people.person, name="compliance-person"),
    path("people/<slug:handle>/reason", people.give_reason, name="compliance-person-reason"),
    path("people/<slug:handle>/hold", people.hold, name="compliance-person-hold"),
    path("people/<slug:handle>/request", requests.new_request, name="compliance-request-new"),
    path("records/", compliance.record_list, name="compliance-records"),
    path("records/<uuid:statement_id>", compliance.record, name="compliance-record"),
    path("exports", exports.ask, name="compliance-exports"),
    path("exports/<uuid:export_id>", exports.watch, name="compliance-export"),
    path("exports/<uuid:export_id>/file", exports.download, name="compliance-export-file"),
    path("requests/", requests.request_queue, name="compliance-requests"),
    path("requests/<uuid:request_id>/", requests.request_page, name="compliance-request"),
    path("requests/<uuid:request_id>/<slug:name>", requests.step, name="compliance-request-step"),
    path("holds/", holds.hold_list, name="compliance-holds"),
    path("holds/<uuid:hold_id>/<slug:name>", holds.act, name="compliance-hold-act"),
    path("breaches/", breaches.breach_list, name="compliance-breaches"),
    path("breaches/new/", breaches.new_breach, name="compliance-breach-new"),
    path("breaches/<uuid:breach_id>/", breaches.breach_page, name="compliance-breach"),
    path("breaches/<uuid:breach_id>/<slug:name>", breaches.step, name="compliance-breach-step"),
    path("processing/", duties.processing, name="compliance-processing"),
    path("processing/record.csv", duties.processing_csv, name="compliance-processing-csv"),
    path("processing/record.jsonld", duties.processing_jsonld, name="compliance-processing-jsonld"),
    path("retention/", duties.retention, name="compliance-retention"),
    path("dpia/", duties.dpia, name="compliance-dpia"),
    path("dpia/dpia.md", duties.dpia_markdown, name="compliance-dpia-md"),
    path("looks/", duties.looks, name="compliance-looks"),
]
