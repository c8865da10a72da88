"""The fields of the compliance pages. Forms read, services decide."""

from typing import Any

from django import forms

from consent.ledger.statement import STATUSES
from consent.models import Notice, Statement
from consent.purposes import PURPOSES
from consent.selectors.records import IN_FORCE, RecordFilter

DECISIONS = [(value, label.capitalize()) for value, label in Statement.Status.choices if value in STATUSES]


def notice_choices() -> list[tuple[str, str]]:
    """Every version of every text, the newest first."""
    rows = Notice.objects.order_by("name", "-valid_from").values_list("name", "version").distinct()
    return [
        ("", "Any"),
        *((f"{name} {version}", f"{name} {version}") for name, version in dict.fromkeys(rows)),
    ]


class RecordFilterForm(forms.Form):
    """Which consent records; everything optional. `chosen()` after `is_valid()`."""

    artist = forms.CharField(
        label="Artist",
        required=False,
        max_length=254,
        help_text="Part of the e-mail address, or the whole subject.",
    )
    purpose = forms.ChoiceField(
        label="Purpose",
        required=False,
        choices=[("", "Any"), *((purpose.code, purpose.title) for purpose in PURPOSES.values())],
    )
    status = forms.ChoiceField(
        label="Decision",
        required=False,
        choices=[("", "Any"), (IN_FORCE, "Granted and in force"), *DECISIONS],
    )
    notice = forms.ChoiceField(label="Text", required=False, choices=notice_choices)
    since = forms.DateTimeField(
        label="From",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="UTC",
    )
    until = forms.DateTimeField(
        label="Before",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="UTC",
    )
    as_of = forms.DateTimeField(
        label="As of",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="UTC. What was known, and in force, at that time.",
    )

    def clean(self) -> dict[str, Any]:
        """A period must not end before it starts."""
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until <= since:
            self.add_error("until", "This is before the beginning of the period.")
        return values

    def chosen(self) -> RecordFilter:
        """What was asked for."""
        return RecordFilter(**self.cleaned_data)


class ExportForm(forms.Form):
    """Which file, and why."""

    format = forms.ChoiceField(
        label="File",
        choices=[
            ("csv", "CSV, for a spreadsheet"),
            ("json", "JSON, each record with its receipt"),
            ("jsonld", "JSON-LD (ISO/IEC TS 27560 in W3C DPV)"),
            ("bundle", "Signed bundle that verifies offline, without names"),
        ],
    )
    reason = forms.CharField(
        label="Reason",
        min_length=10,
        max_length=300,
        help_text="The artists in the file will see it, with your role and the time, without your name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
