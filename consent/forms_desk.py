"""The fields of the compliance desk and of the page "Your data". Forms read, services decide."""

from typing import Any

from django import forms

from consent.desk_rules import (
    DENIAL_GROUNDS,
    HOLD_BASES,
    IDENTITY_METHODS,
    LONGEST_DETAILS,
    LONGEST_REASON,
    SHORTEST_ANSWER,
    SHORTEST_DENIAL,
    SHORTEST_REASON,
)
from consent.models import Breach, SubjectRequest
from consent.purposes import PURPOSES
from consent.request_states import WORDS

SEEN_BY_ARTIST = "The artist will read it, with your role and the time, without your name."
KINDS = [(value, label.capitalize()) for value, label in SubjectRequest.Kind.choices]
CHANNELS = [(value, label.capitalize()) for value, label in SubjectRequest.Channel.choices if value != "self"]


def _moment(label: str, help_text: str = "UTC") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, help_text=help_text)


def _long(
    label: str, *, help_text: str = "", required: bool = True, rows: int = 4, **more: Any
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, help_text=help_text, required=required, widget=widget, max_length=LONGEST_DETAILS, **more
    )


class PersonSearchForm(forms.Form):
    """One box for everything by which people are known."""

    q = forms.CharField(
        label="Find an artist",
        max_length=254,
        help_text="Part of the e-mail address or the name; or the whole handle, subject, browser key or reference.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )


class ReasonForm(forms.Form):
    """Why a person is looked at."""

    reason = forms.CharField(
        label="Reason",
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        help_text=SEEN_BY_ARTIST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MomentForm(forms.Form):
    """A time to look back to."""

    as_of = forms.DateTimeField(
        label="As of",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="UTC. Empty: now.",
    )


class QueueForm(forms.Form):
    """Which requests."""

    kind = forms.ChoiceField(label="Right", required=False, choices=[("", "Any"), *KINDS])
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "All open ones"), *((state, word) for state, (word, _tone) in WORDS.items())],
    )


class EnterRequestForm(forms.Form):
    """A request that came by letter, e-mail, telephone or in person."""

    kind = forms.ChoiceField(label="Right", choices=KINDS)
    channel = forms.ChoiceField(label="How it came", choices=CHANNELS)
    received_at = _moment("When it came", "UTC. The month for the answer runs from then.")
    details = _long(
        "What is asked for", required=False, help_text="In the sender's words, as far as they matter."
    )
    display_name = forms.CharField(
        label="New display name", required=False, max_length=80, help_text="For rectification only."
    )
    email = forms.EmailField(label="New e-mail address", required=False, help_text="For rectification only.")
    purpose = forms.ChoiceField(
        label="Purpose",
        required=False,
        choices=[("", "None"), *((purpose.code, purpose.title) for purpose in PURPOSES.values())],
        help_text="For an objection only.",
    )


class IdentityForm(forms.Form):
    """How it was established who asks."""

    method = forms.ChoiceField(
        label="How it was established who asks",
        choices=[
            (code, f"The sender {words}") for code, words in IDENTITY_METHODS.items() if code != "signed-in"
        ],
    )


class AnswerForm(forms.Form):
    """What will be done, in the words that the artist gets."""

    answer = _long(
        "Answer to the artist",
        min_length=SHORTEST_ANSWER,
        help_text="Sent once a second person has approved.",
    )


class DenyForm(forms.Form):
    """Why not."""

    ground = forms.ChoiceField(label="Ground", choices=list(DENIAL_GROUNDS.items()))
    reason = _long(
        "Reasons", min_length=SHORTEST_DENIAL, help_text="Sent to the artist, with the remedies she has."
    )


class HoldForm(forms.Form):
    """Why nothing may be erased."""

    basis = forms.ChoiceField(label="Basis", choices=list(HOLD_BASES.items()))
    reason = forms.CharField(
        label="Reason",
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="For the file, and for the second person who decides.",
    )


class BreachForm(forms.Form):
    """What Art. 33(3) asks for."""

    title = forms.CharField(label="In a few words", max_length=120)
    aware_at = _moment("When we became aware", "UTC. The 72 hours run from then.")
    nature = _long(
        "What happened (33(3)(a))", help_text="No names of persons: the text goes to the authority."
    )
    data = _long("Which data, and whose (33(3)(a))", rows=3)
    people = forms.IntegerField(
        label="About how many people", required=False, min_value=0, max_value=2**31 - 1
    )
    records = forms.IntegerField(
        label="About how many records", required=False, min_value=0, max_value=2**31 - 1
    )
    consequences = _long("Likely consequences (33(3)(c))", rows=3)
    measures = _long("Measures taken or proposed (33(3)(d))", rows=3)
    risk = forms.ChoiceField(
        label="Risk", choices=[(value, label.capitalize()) for value, label in Breach.Risk.choices]
    )


class ToldForm(forms.Form):
    """When somebody was told."""

    told_at = _moment("When")
    note = _long("Note", required=False, rows=2)


class NoteForm(forms.Form):
    """Anything else worth keeping."""

    note = _long("Note", required=False, rows=3)
