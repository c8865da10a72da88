"""The gallery's forms. They only read fields; what is allowed is decided once, by GenerationParams and the services."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.http import HttpRequest

from gallery import sizes, vaults, versions
from gallery.errors import Refusal
from gallery.generation import params as limits
from gallery.generation.params import GenerationParams
from gallery.models import Artist
from gallery.report_rules import KINDS, WORDS_MAX
from gallery.services.pictures import ALT_MAX

DISPLAY_NAME_MAX = 80
FREE = ("prompt", "negative", "personal", "version", "strength", "seed", "steps", "guidance", "count")
"""Fields of the form that are fields of the record as they stand; size is two of the record's."""


class ArtistSignupForm(SignupForm):  # type: ignore[misc]
    """Sign-up with a name to show, if the artist wants one."""

    display_name = forms.CharField(
        max_length=DISPLAY_NAME_MAX,
        required=False,
        label="Name to show",
        help_text="Shown beside pictures that you publish. You can leave it empty.",
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    field_order = ("email", "display_name", "password1")

    def save(self, request: HttpRequest) -> Artist:
        """The new account with its name."""
        artist: Artist = super().save(request)
        artist.display_name = " ".join(self.cleaned_data["display_name"].split())
        artist.save(update_fields=["display_name"])
        return artist


OWN_SIZE = "0x0"
SIZE = re.compile(r"[0-9]{2,4}x[0-9]{2,4}")


def _sizes(recalled: Any) -> list[tuple[str, str]]:
    """What the base offers, and the size of a picture that is recalled."""
    base = versions.base_offered()
    found = sizes.choices(base) if base is not None else [(OWN_SIZE, "The base's own")]
    if isinstance(recalled, str) and SIZE.fullmatch(recalled) and recalled not in dict(found):
        found.append((recalled, recalled.replace("x", " × ")))
    return found


def _styles(adapters: Mapping[str, int]) -> list[tuple[str, str]]:
    """None, and each personal adapter: the server does not know what it is called."""
    named = [(key, f"Adapter {key[:8]} ({size // 1024} kB)") for key, size in adapters.items()]
    return [("", "None"), *named]


class StudioForm(forms.Form):
    """Everything that decides a picture. `params()` is the frozen record, or an error beside its field."""

    prompt = forms.CharField(
        max_length=limits.PROMPT_MAX,
        label="What should be in the picture?",
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": limits.PROMPT_MAX, "autocomplete": "off"}),
        error_messages={
            "required": "The prompt is empty. Say what should be in the picture, for example: a red apple.",
            "max_length": f"At most {limits.PROMPT_MAX} characters can be used. Keep the words that matter most.",
        },
    )
    negative = forms.CharField(
        max_length=limits.PROMPT_MAX,
        required=False,
        label="What should not be in it?",
        widget=forms.TextInput(attrs={"maxlength": limits.PROMPT_MAX, "autocomplete": "off"}),
    )
    size = forms.ChoiceField(
        label="Size", error_messages={"invalid_choice": "There is no such size. Choose one of the list."}
    )
    count = forms.TypedChoiceField(
        coerce=int,
        choices=[(number, str(number)) for number in range(1, limits.COUNT_MAX + 1)],
        label="Pictures",
        help_text="Each gets the next seed.",
    )
    personal = forms.ChoiceField(
        required=False,
        label="Your own style",
        help_text="From your vault. It is drawn on your own computer, where the agent runs: nobody here can open it.",
        error_messages={
            "invalid_choice": "There is no such personal adapter in your vault. Choose one of the list."
        },
    )
    personal_strength = forms.FloatField(
        required=False,
        label="Strength of your style",
        widget=forms.NumberInput(
            attrs={"min": limits.STRENGTH_MIN, "max": limits.STRENGTH_MAX, "step": "0.05"}
        ),
    )
    version = forms.TypedChoiceField(
        coerce=int,
        label="Version of the shared adapter",
        error_messages={"invalid_choice": "There is no such version. Choose one of the list."},
    )
    strength = forms.FloatField(
        label="Strength",
        help_text="0 is the base alone, 1 what the artists taught it, above that exaggerates.",
        widget=forms.NumberInput(
            attrs={"min": limits.STRENGTH_MIN, "max": limits.STRENGTH_MAX, "step": "0.05"}
        ),
    )
    seed = forms.IntegerField(
        label="Seed",
        help_text="The same seed and settings make the same picture again.",
        widget=forms.NumberInput(attrs={"min": limits.SEED_MIN, "max": limits.SEED_MAX, "step": "1"}),
    )
    steps = forms.IntegerField(
        label="Steps",
        help_text="More steps take longer; 16 is usually enough.",
        widget=forms.NumberInput(attrs={"min": limits.STEPS_MIN, "max": limits.STEPS_MAX, "step": "1"}),
    )
    guidance = forms.FloatField(
        label="Guidance",
        help_text="How closely the prompt is followed. Around 4 suits most prompts.",
        widget=forms.NumberInput(
            attrs={"min": limits.GUIDANCE_MIN, "max": limits.GUIDANCE_MAX, "step": "0.5"}
        ),
    )
    keep_seed = forms.BooleanField(
        required=False,
        label="Keep this seed for the next picture",
        help_text="Otherwise each picture gets a seed of its own.",
    )

    def __init__(self, *args: Any, artist_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.styles = vaults.adapters_of(artist_id=artist_id)
        self.fields["personal"].choices = _styles(self.styles)  # type: ignore[attr-defined]
        # Read at each use: the list grows while the server runs.
        self.fields["version"].choices = [(row.number, row.label) for row in versions.choices()]  # type: ignore[attr-defined]
        self.fields["size"].choices = _sizes(self.data.get("size") or self.initial.get("size"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Let GenerationParams judge; its sentence goes beside the field it names."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                width, _, height = data["size"].partition("x")
                free = {name: data[name] for name in FREE}
                if data["personal"] and data["personal_strength"] is not None:
                    free["personal_strength"] = data["personal_strength"]
                data["params"] = GenerationParams(**free, width=int(width), height=int(height)).validate()
            except Refusal as refusal:
                self.refuse(refusal)
        return data

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal beside its field, or above the form."""
        field = {"width": "size", "height": "size"}.get(refusal.field, refusal.field)
        self.add_error(field if field in self.fields else None, str(refusal))

    @property
    def params(self) -> GenerationParams:
        """The record of a valid form."""
        found: GenerationParams = self.cleaned_data["params"]
        return found


def fresh_seed() -> int:
    """A seed for a new picture, the whole range."""
    return secrets.randbelow(limits.SEED_MAX + 1)


def starting_values(params: GenerationParams | None = None) -> dict[str, Any]:
    """What the form shows at first: helpful defaults, or every field of a record that is recalled."""
    if params is not None:
        free = {name: getattr(params, name) for name in FREE}
        size = f"{params.width}x{params.height}"
        return {**free, "size": size, "personal_strength": params.personal_strength}
    return {
        "prompt": "",
        "negative": "",
        "personal": "",
        "personal_strength": limits.STRENGTH_DEFAULT,
        "size": OWN_SIZE,
        "count": 1,
        "version": versions.newest(),
        "strength": limits.STRENGTH_DEFAULT,
        "seed": fresh_seed(),
        "steps": limits.STEPS_DEFAULT,
        "guidance": limits.GUIDANCE_DEFAULT,
    }


class PublishForm(forms.Form):
    """The act of publishing: what the public will read beside the picture. Nothing is ticked in advance."""

    alt = forms.CharField(
        max_length=ALT_MAX,
        required=False,
        label="Describe the picture",
        help_text="Read aloud to people who cannot see it, and shown on its page.",
    )
    show_recipe = forms.BooleanField(
        required=False,
        label="Show prompt and settings, so that others can remix it",
    )


class ReportForm(forms.Form):
    """What is wrong with a reported picture, said afterwards."""

    kind = forms.ChoiceField(choices=list(KINDS.items()), label="What is wrong?")
    words = forms.CharField(
        max_length=WORDS_MAX, required=False, label="In your words", widget=forms.Textarea(attrs={"rows": 3})
    )


class AppealForm(forms.Form):
    """Why a decision should be looked at again."""

    words = forms.CharField(max_length=WORDS_MAX, label="Why?", widget=forms.Textarea(attrs={"rows": 3}))


class NameForm(forms.Form):
    """A name that prompts may not hold."""

    name = forms.CharField(max_length=120, label="Name", help_text="As it would stand in a prompt.")
    source = forms.CharField(
        max_length=300,
        label="Source",
        help_text="Who asked for it, or where she said that she does not agree.",
    )


class PreferencesForm(forms.Form):
    """An artist's switches; all off until she turns them on."""

    adult = forms.BooleanField(
        required=False,
        label="Make and show adult pictures",
        help_text="While this is off, a picture of yours that the picture check calls adult is not kept, "
        "and you see none of others.",
    )
    prompt_in_file = forms.BooleanField(
        required=False,
        label="Write the prompt into the credential of my new pictures",
        help_text="Everybody who has the file can then read it. Your name is never written into a file.",
    )


class ProfileForm(forms.Form):
    """The name shown beside published pictures."""

    display_name = forms.CharField(
        max_length=DISPLAY_NAME_MAX,
        required=False,
        label="Name to show",
        help_text="Empty: no name is shown.",
    )
