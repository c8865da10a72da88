"""What was spent and what is left: selectors over the charges. Epsilon is derived here and stored nowhere."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count

from federation.models import ArtistCap, Campaign, Charge
from federation.privacy import accounting, claims, noise
from federation.privacy.accounting import LARGEST_DELTA, NOTHING, ZCDP, Budget
from federation.privacy.claims import Claim
from federation.privacy.noise import Noise
from federation.terms import claim_of, decimal_text, honest_floor, noise_of, numbers_of

MULTIPLIERS = ("1", "2", "3", "5", "8", "12", "20")
ROUNDS = (1, 5, 20, 100)


@dataclass(frozen=True)
class Price:
    """What the next round of a campaign costs: for the artist who was in most rounds before (`noise`, which carries
    epsilon after it), for a new one (`first`), and how many rounds the campaign's cap leaves either of them.

    `noise` is None where none is added; then nothing is claimed and nothing can be counted.
    """

    noise: Noise | None
    first: str
    claim: Claim
    rounds_left: int
    rounds_new: int

    @property
    def said(self) -> str:
        """The price in words, with delta and adjacency; or the words for no claim."""
        if self.noise is None or not self.claim.holds:
            return claims.NO_CLAIM
        return claims.said(float(self.noise.epsilon), self.noise.delta_exact)


@dataclass(frozen=True)
class Spent:
    """What an artist has spent on this server: her charges, epsilon over those with noise, and how many had none."""

    charges: list[Charge]
    cost: ZCDP
    delta: Fraction
    without_noise: int
    cap: Decimal | None

    @property
    def epsilon(self) -> float:
        """Over all rounds that added noise."""
        return accounting.epsilon(self.cost, self.delta)

    @property
    def claimed(self) -> bool:
        """Whether an epsilon may be shown: every round that was charged supports a claim."""
        held = bool(self.charges) and all(charge_claim(one).holds for one in self.charges)
        return held and self.epsilon <= claims.LARGEST_EPSILON

    @property
    def said(self) -> str:
        """The sum in words; the words for no claim where one round supports none."""
        return claims.said(self.epsilon, self.delta) if self.claimed else claims.NO_CLAIM


def most_rounds(campaign: Campaign) -> int:
    """In how many rounds of the campaign any one artist was charged, at most. Of erased artists only the rounds are
    known, so all of them count as one artist's."""
    rows = Charge.objects.filter(round__campaign=campaign)
    counts = (
        rows.exclude(artist=None).values("artist").annotate(times=Count("id")).values_list("times", flat=True)
    )
    return max(*counts, rows.filter(artist=None).values("round").distinct().count(), 0)


def _next_count(campaign: Campaign) -> int:
    """The same once the next round is over: those over a cap are not in it."""
    rows = Charge.objects.filter(round__campaign=campaign).exclude(artist=None)
    counts = dict(rows.values("artist").annotate(times=Count("id")).values_list("artist", "times"))
    over = over_cap(campaign=campaign, artist_ids=list(counts))
    able = max((times for artist, times in counts.items() if artist not in over), default=0)
    return max(most_rounds(campaign), able + 1)


def price_of(campaign: Campaign) -> Price:
    """The price of the campaign's next round."""
    rounds = _next_count(campaign)
    found, first = noise_of(campaign, rounds), noise_of(campaign, 1)
    if found is None or first is None:
        return Price(None, "", claim_of(campaign, 0.0, rounds=rounds), 0, 0)
    each, cap = (
        found.event(numbers_of(campaign)).cost,
        Budget(float(campaign.epsilon_cap), Fraction(campaign.delta)),
    )
    return Price(
        noise=found,
        first=first.epsilon,
        claim=claim_of(campaign, float(found.epsilon), rounds=rounds),
        rounds_left=cap.rounds_left(each.times(most_rounds(campaign)), each),
        rounds_new=cap.rounds_left(NOTHING, each),
    )


def charge_claim(charge: Charge) -> Claim:
    """What may be said of one charge by itself."""
    return claim_of(charge.round.campaign, 0.0, rounds=1)


def over_cap(*, campaign: Campaign, artist_ids: Collection[int | None]) -> frozenset[int]:
    """Who of `artist_ids` would be over a cap, the campaign's or her own, with one more round of it; two queries."""
    found = noise_of(campaign, 1)
    if found is None:
        return frozenset()
    asked = [one for one in artist_ids if one is not None]
    each = found.event(numbers_of(campaign)).cost
    own = dict(ArtistCap.objects.filter(artist_id__in=asked).values_list("artist_id", "epsilon"))
    costs = _costs(asked)
    over = []
    for artist_id in asked:
        cap = min(campaign.epsilon_cap, own.get(artist_id, campaign.epsilon_cap))
        budget = Budget(float(cap), Fraction(campaign.delta))
        if not budget.admits(costs.get(artist_id, NOTHING) + each):
            over.append(artist_id)
    return frozenset(over)


def _costs(artist_ids: Iterable[int]) -> dict[int, ZCDP]:
    """What each artist has spent in all campaigns; equal events are counted by the database."""
    rows = (
        Charge.objects.filter(artist_id__in=artist_ids, variance__isnull=False)
        .values_list("artist_id", "length", "squared_sensitivity", "variance")
        .annotate(times=Count("id"))
    )
    found: dict[int, ZCDP] = {}
    for artist_id, length, squared, variance, times in rows:
        cost = accounting.SkellamEvent(length, squared, variance).cost.times(times)
        found[artist_id] = found.get(artist_id, NOTHING) + cost
    return found


def spent_by(artist_id: int) -> Spent:
    """The artist's own account, the newest charge first; delta is the smallest of her campaigns'."""
    charges = list(
        Charge.objects.filter(artist_id=artist_id)
        .select_related("round__campaign__base")
        .order_by("-at", "-pk")
    )
    deltas = [Fraction(one.round.campaign.delta) for one in charges]
    cap = ArtistCap.objects.filter(artist_id=artist_id).first()
    return Spent(
        charges=charges,
        cost=accounting.total(one.cost for one in charges),
        delta=min(deltas, default=LARGEST_DELTA),
        without_noise=sum(one.event is None for one in charges),
        cap=cap.epsilon if cap else None,
    )


def table_of(campaign: Campaign) -> list[tuple[str, list[str]]]:
    """For the operator: noise multipliers against epsilon after ROUNDS rounds, at the campaign's delta and size."""
    params, floor, delta = numbers_of(campaign), max(1, honest_floor(campaign)), Fraction(campaign.delta)
    chosen = {Fraction(one) for one in MULTIPLIERS} | ({Fraction(campaign.noise_multiplier)} - {Fraction(0)})
    rows = []
    for multiplier in sorted(chosen):
        event = noise.event_of(multiplier, params, floor)
        rows.append((f"{float(multiplier):g}", [f"{noise.priced(event, n, delta):.2f}" for n in ROUNDS]))
    return rows


def under_collusion(campaign: Campaign) -> list[tuple[int, str]]:
    """Epsilon after the next round if only so many of the fewest survivors are honest; the last row is one alone."""
    price = price_of(campaign)
    if price.noise is None:
        return []
    params, floor = numbers_of(campaign), price.noise.honest_floor
    share = price.noise.share_variance(params.squared_norm_bound)
    rows = []
    for honest in sorted({campaign.threshold, floor, max(1, floor // 2), 1}, reverse=True):
        event = accounting.SkellamEvent(params.length, params.squared_norm_bound, honest * share)
        rows.append((honest, f"{noise.priced(event, price.noise.rounds, price.noise.delta_exact):.2f}"))
    return rows


def facts_of(campaign: Campaign, price: Price) -> dict[str, str | int | None]:
    """The same for the API."""
    held = price.noise is not None and price.claim.holds
    return {
        "mechanism": noise.SKELLAM if price.noise else "none",
        "noise_multiplier": decimal_text(campaign.noise_multiplier),
        "epsilon_cap": decimal_text(campaign.epsilon_cap),
        "delta": decimal_text(campaign.delta),
        "adjacency": accounting.ADJACENCY,
        "epsilon_after_next_round": price.noise.epsilon if price.noise and held else None,
        "rounds_left": price.rounds_left if held else None,
        "why_no_claim": price.claim.why,
    }


def account_of(spent: Spent) -> dict[str, object]:
    """What an artist has spent, for the API."""
    return {
        "said": spent.said,
        "delta": f"{float(spent.delta):.13f}".rstrip("0"),
        "adjacency": accounting.ADJACENCY,
        "cap": decimal_text(spent.cap) if spent.cap is not None else None,
        "without_noise": spent.without_noise,
        "charges": spent.charges,
    }


def charge_words(charge: Charge) -> str:
    """What one charge cost by itself, in words."""
    if charge.event is None:
        return f"{claims.NO_CLAIM}: no noise was added"
    said = charge_claim(charge)
    if not said.holds:
        return f"{claims.NO_CLAIM}: {said.why}"
    delta = Fraction(charge.round.campaign.delta)
    return f"epsilon {float(noise.priced(charge.event, 1, delta)):.2f} by itself, at delta {float(delta):g}"
