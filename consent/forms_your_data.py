"""The fields with which an artist exercises her rights."""

from django import forms

from consent.desk_rules import LONGEST_DETAILS
from consent.purposes import PURPOSES


def _words(label: str, *, required: bool, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_DETAILS, widget=widget, help_text=help_text
    )


class CorrectForm(forms.Form):
    """What is wrong, and how it is right."""

    display_name = forms.CharField(label="Name, as it should be", required=False, max_length=80)
    email = forms.EmailField(label="E-mail address, as it should be", required=False)
    details = _words("Anything else", required=False)


class ObjectForm(forms.Form):
    """Against which processing, and why."""

    purpose = forms.ChoiceField(
        label="Against", choices=[(purpose.code, purpose.title) for purpose in PURPOSES.values()]
    )
    details = _words("Your reasons", required=True)


class PlainForm(forms.Form):
    """A few words, if there is something to say."""

    details = _words("Anything we should know", required=False, help_text="No reason is needed.")
