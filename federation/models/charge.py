"""What rounds cost artists: the events from which epsilon is derived, and the caps that artists set."""

from django.conf import settings
from django.db import models

from federation.privacy.accounting import NOTHING, ZCDP, SkellamEvent


class Charge(models.Model):
    """One artist's part in one round, written when her masked input was taken: from then on it may be in a sum.

    Never taken back, also where the round ends without a version. The three numbers are those of
    privacy.accounting.SkellamEvent; empty where the round added no noise. Epsilon is nowhere stored.
    """

    artist = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="charges"
    )
    round = models.ForeignKey("federation.Round", on_delete=models.CASCADE, related_name="charges")
    length = models.PositiveIntegerField(null=True)
    squared_sensitivity = models.PositiveBigIntegerField(null=True)
    variance = models.PositiveBigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["artist", "round"], name="federation_charged_once_a_round"),
        )

    def __str__(self) -> str:
        return f"charge of round {self.round_id}"

    @property
    def event(self) -> SkellamEvent | None:
        """The event; None where nothing hid what was sent."""
        if self.length is None or self.squared_sensitivity is None or self.variance is None:
            return None
        return SkellamEvent(self.length, self.squared_sensitivity, self.variance)

    @property
    def cost(self) -> ZCDP:
        """Its cost. A round without noise has none that could be counted: it is said beside every sum."""
        return self.event.cost if self.event else NOTHING


class ArtistCap(models.Model):
    """The most epsilon that an artist lets this server spend; the agent keeps a cap of its own."""

    artist = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="epsilon_cap"
    )
    epsilon = models.DecimalField(max_digits=6, decimal_places=2)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"at most {self.epsilon}"
