"""What an operator fills in. Bounds are judged by the service; here they only help while typing."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from federation.models import Base, Campaign
from federation.privacy.claims import SMALLEST_COHORT
from federation.protocol.schemes import SCHEMES
from federation.services.campaigns import BOUNDS, Terms

PARTS = (
    ("What is taught", ("name", "base scheme")),
    ("Who takes part", ("min_cohort max_cohort threshold",)),
    ("Noise and budget", ("noise_multiplier dishonest_share", "epsilon_cap")),
    ("How long it may take", ("training_window_s stage_s",)),
    ("Training at home", ("steps batch", "lr caption_dropout clip")),
    ("Opening rounds", ("automatic", "rounds_wanted pause_between_s")),
)

if TYPE_CHECKING:
    CampaignModelForm = forms.ModelForm[Campaign]
else:
    CampaignModelForm = forms.ModelForm


class CampaignForm(CampaignModelForm):
    """The terms of a new campaign."""

    base = forms.ModelChoiceField(Base.objects.order_by("-registered_at"), empty_label=None)
    scheme = forms.ChoiceField(choices=[(name, name) for name in SCHEMES])

    class Meta:
        model = Campaign
        fields: ClassVar[list[str]] = [
            "name",
            "base",
            "scheme",
            "min_cohort",
            "max_cohort",
            "threshold",
            "noise_multiplier",
            "dishonest_share",
            "epsilon_cap",
            "training_window_s",
            "stage_s",
            "steps",
            "batch",
            "lr",
            "caption_dropout",
            "clip",
            "automatic",
            "rounds_wanted",
            "pause_between_s",
        ]
        labels: ClassVar[dict[str, str]] = {
            "min_cohort": "Smallest cohort",
            "max_cohort": "Largest cohort",
            "threshold": "Fewest left at the end",
            "noise_multiplier": "Noise multiplier",
            "dishonest_share": "Not taken for honest, share",
            "epsilon_cap": "Most epsilon for one artist",
            "training_window_s": "Training window, seconds",
            "stage_s": "Each stage after it, seconds",
            "steps": "Training steps",
            "batch": "Pictures a step",
            "lr": "Learning rate",
            "caption_dropout": "Captions left out, share",
            "clip": "Largest update, L2 norm",
            "automatic": "Open rounds by itself",
            "rounds_wanted": "Versions wanted",
            "pause_between_s": "Pause between rounds, seconds",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "min_cohort": "A round with fewer ready artists ends without a version.",
            "threshold": "More than half of the smallest cohort.",
            "noise_multiplier": (
                "Noise of a sum over the largest change one artist makes to it. 0 adds none. Under a cap of 8, "
                "2.86 lasts for 20 rounds and 6.39 for 100; the campaign's page shows the price before it starts."
            ),
            "dishonest_share": "Of the largest cohort. Their noise is not counted, so the others add more.",
            "epsilon_cap": (
                "Whom one more round would take over it is not drawn. Nothing is claimed above 16, "
                f"nor with fewer than {SMALLEST_COHORT} left at the end."
            ),
            "training_window_s": "Laptops sleep: a day or more outside of trials.",
            "rounds_wanted": "0 means without end.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (low, high) in BOUNDS.items():
            if name in self.fields:
                self.fields[name].widget.attrs |= {"min": f"{low:f}", "max": f"{high:f}"}
        self.fields["lr"].widget.attrs["step"] = "any"
        self.fields["caption_dropout"].widget.attrs["step"] = "any"
        for name in ("clip", "noise_multiplier", "dishonest_share", "epsilon_cap"):
            self.fields[name].widget.attrs["step"] = "any"

    def _post_clean(self) -> None:
        """No model validation here: the service judges, in one place for pages, commands and scripts."""

    @property
    def parts(self) -> list[tuple[str, list[list[forms.BoundField]]]]:
        """The fields as the page shows them: a heading, then rows."""
        return [(title, [[self[name] for name in row.split()] for row in rows]) for title, rows in PARTS]

    @property
    def terms(self) -> Terms:
        """The cleaned terms."""
        return Terms(**{name: value for name, value in self.cleaned_data.items() if name != "base"})
