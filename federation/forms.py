"""What an operator fills in. Bounds are judged by the service; here they only help while typing."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from federation.models import Base, Campaign
from federation.privacy.claims import SMALLEST_COHORT
from federation.protocol.schemes import SCHEMES
from federation.services.campaigns import BOUNDS, Terms

PARTS = (
    ("What is taught", ("name", "base scheme", "adapter adapter_rank")),
    ("Who takes part", ("min_cohort max_cohort threshold",)),
    ("Noise and budget", ("noise_multiplier dishonest_share", "epsilon_cap")),
    ("How long it may take", ("training_window_s stage_s",)),
    ("Training at home", ("steps batch", "lr caption_dropout clip")),
    ("From a sum to the next version", ("server_step server_rate", "server_momentum ema")),
    ("Opening rounds", ("automatic", "rounds_wanted pause_between_s")),
)

ADAPTER_CHOICES = (("ffa", "FFA-LoRA: B"), ("core", "Core: r x r a layer"))
STEP_FIELDS = ("server_rate", "server_momentum", "ema")
STEPS = (("fedavg", "FedAvg"), ("fedavgm", "FedAvgM"), ("fedadam", "FedAdam"))

if TYPE_CHECKING:
    CampaignModelForm = forms.ModelForm[Campaign]
else:
    CampaignModelForm = forms.ModelForm


class CampaignForm(CampaignModelForm):
    """The terms of a new campaign."""

    base = forms.ModelChoiceField(Base.objects.order_by("-registered_at"), empty_label=None)
    scheme = forms.ChoiceField(choices=[(name, name) for name in SCHEMES])
    adapter = forms.ChoiceField(choices=ADAPTER_CHOICES, label="What is shared", initial="ffa")
    server_step = forms.ChoiceField(choices=STEPS, label="Step", initial="fedavg")

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
            "adapter",
            "adapter_rank",
            "server_step",
            "server_rate",
            "server_momentum",
            "ema",
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
            "adapter_rank": "Rank of the adapter",
            "server_step": "Step",
            "server_rate": "Rate of the step",
            "server_momentum": "Momentum",
            "ema": "Share of the old in what is drawn with",
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
            "adapter_rank": "0 is that of the base. A core adapter is small: noise hurts it less, and it learns less.",
            "server_step": "FedAvg adds the mean; FedAvgM rolls on; FedAdam evens out, knowing the noise.",
            "server_rate": "1 for FedAvg. With momentum 0.9, FedAvgM goes ten times as far; FedAdam begins near 0.01.",
            "server_momentum": "FedAvg has none.",
            "ema": "0 draws with the newest numbers. 0.9 averages over some ten rounds: less noise, later news.",
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
        for name in ("clip", "noise_multiplier", "dishonest_share", "epsilon_cap", *STEP_FIELDS):
            self.fields[name].widget.attrs["step"] = "any"
        for name in ("adapter", "adapter_rank", "server_step", *STEP_FIELDS):
            self.fields[name].required = False

    def _post_clean(self) -> None:
        """No model validation here: the service judges, in one place for pages, commands and scripts."""

    @property
    def parts(self) -> list[tuple[str, list[list[forms.BoundField]]]]:
        """The fields as the page shows them: a heading, then rows."""
        return [(title, [[self[name] for name in row.split()] for row in rows]) for title, rows in PARTS]

    @property
    def terms(self) -> Terms:
        """The cleaned terms; what was left empty is as usual."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return Terms(**{name: value for name, value in given.items() if name != "base"})
