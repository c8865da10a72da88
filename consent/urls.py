"""Addresses below /consent/."""

from django.urls import path

from consent.views import check, doors, page

urlpatterns = [
    path("", page.consent_page, name="consent"),
    path("check/", check.check_page, name="consent-check"),
    path("keys", doors.keys, name="consent-keys"),
    path("keys/<uuid:key_id>/withdraw", doors.withdraw_key, name="consent-key-withdraw"),
    path("drafts", doors.drafts, name="consent-drafts"),
    path("statements", doors.statements, name="consent-statements"),
    path("statements/with-passkey", doors.statements_with_passkey, name="consent-statements-passkey"),
    path("revoke", doors.revoke, name="consent-revoke"),
    path("pause", doors.pause, name="consent-pause"),
    path("resume", doors.resume, name="consent-resume"),
    path("receipts/<uuid:statement_id>.json", doors.receipt_file, name="consent-receipt"),
    path("ns/statement-v1.jsonld", doors.context_file, name="consent-context"),
    path("<slug:slug>/", page.purpose_page, name="consent-purpose"),
]
