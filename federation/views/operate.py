"""The operator's desk: campaigns and rounds, with exact numbers."""

from collections.abc import Callable
from fractions import Fraction
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consent.staff import staff_required
from federation import budgets, selectors, states, words
from federation.forms import CampaignForm
from federation.models import Base, Campaign, Device, Round
from federation.privacy import claims
from federation.privacy.accounting import ADJACENCY
from federation.protocol.errors import Refusal
from federation.protocol.schemes import scheme
from federation.services import campaigns as services
from federation.services.rounds import abort, open_round
from federation.terms import spec_of
from federation.views.live import seen_of, unchanged

operators = staff_required("operator")
ACTS: dict[str, tuple[Callable[..., object], str]] = {
    "start": (
        services.start_campaign,
        "It runs. Artists can consent to its terms, and rounds can be opened.",
    ),
    "pause": (services.pause_campaign, "Paused. A round under way goes on to its end. Go on when you like."),
    "end": (services.end_campaign, "Ended. Its versions stay."),
    "open-round": (open_round, "A round is open."),
}


@operators
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """All campaigns, and how many devices are there."""
    found = Campaign.objects.select_related("base").order_by("-created_at")
    context = {
        "campaigns": [(one, _status(one), _open_round(one)) for one in found],
        "figures": [
            ("Devices awake", Device.objects.filter(state="active").count()),
            ("Silent", Device.objects.filter(state="silent").count()),
            ("Rounds under way", Round.objects.filter(state__in=states.OPEN).count()),
            ("Versions", selectors.versions().count()),
        ],
        "bases": Base.objects.order_by("-registered_at"),
    }
    return render(request, "federation/operate/desk.html", context)


@operators
@require_http_methods(["GET", "HEAD", "POST"])
def new_campaign(request: HttpRequest) -> HttpResponse:
    """A draft; nothing runs before it is started."""
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_campaign(
                base=form.cleaned_data["base"], terms=form.terms, at=timezone.now()
            )
        except Refusal as refused:
            form.add_error(None, f"{refused.why} {refused.fix}")
        else:
            messages.success(
                request, "The draft is saved. Start it when the terms are right: they cannot change."
            )
            return redirect("campaign", campaign_id=made.pk)
    context = {"form": form, "parts": form.parts, "bases": Base.objects.exists()}
    return render(request, "federation/operate/new.html", context, status=200 if not form.errors else 422)


@operators
@require_safe
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign: terms, rounds, what can be done."""
    found = get_object_or_404(Campaign.objects.select_related("base"), pk=campaign_id)
    rows = [
        (one, words.round_status(one), getattr(one, "version", None))
        for one in selectors.rounds().filter(campaign=found)[:50]
    ]
    context = {
        "campaign": found,
        "status": _status(found),
        "spans": (words.span(found.training_window_s), words.span(found.stage_s)),
        "rows": rows,
        "open_round": _open_round(found),
        "meaning": words.CAMPAIGN[found.state],
        "history": [words.campaign_line(event) for event in selectors.campaign_events(found)],
        "scheme": scheme(found.scheme),
    }
    if getattr(request, "htmx", False):
        return render(request, "federation/operate/_rounds.html", context)
    return render(request, "federation/operate/campaign.html", context | _price(found))


@operators
@require_POST
def act(request: HttpRequest, campaign_id: UUID, act: str) -> HttpResponse:
    """One of ACTS on a campaign."""
    if act not in ACTS:
        raise Http404
    service, said = ACTS[act]
    found = get_object_or_404(Campaign, pk=campaign_id)
    try:
        service(campaign=found, at=timezone.now())
    except Refusal as refused:
        messages.error(request, f"{refused.why} {refused.fix}")
    else:
        messages.success(request, said)
    return redirect("campaign", campaign_id=campaign_id)


@operators
@require_safe
def round_desk(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """One round with exact counts of its devices by state; never who they are."""
    found = selectors.rounds().filter(pk=round_id).first()
    if found is None:
        raise Http404
    counts: dict[str, int] = {}
    for state, reason in found.participations.values_list("state", "state_reason"):
        label = words.PART[state].rstrip(".") + (f": {words.REASONS.get(reason, reason)}" if reason else "")
        counts[label] = counts.get(label, 0) + 1
    context = {
        "round": found,
        "number": str(found.number),
        "status": words.round_status(found),
        "lines": [words.round_line(event, exact=True) for event in selectors.round_events(found)],
        "counts": sorted(counts.items()),
        "open": found.state in states.OPEN,
        "version": getattr(found, "version", None),
    }
    context["seen"] = seen_of(found.state, found.deadline, context["lines"], context["counts"])
    if unchanged(request, str(context["seen"])):
        return HttpResponse(status=204)
    partial = bool(getattr(request, "htmx", False))
    return render(request, f"federation/operate/{'_round' if partial else 'round'}.html", context)


@operators
@require_POST
def abort_round(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """The operator ends a round; nothing of it is used."""
    with transaction.atomic():
        found = get_object_or_404(Round.objects.select_for_update(no_key=True), pk=round_id)
        if found.state in states.OPEN:
            abort(round_=found, reason="by-operator", at=timezone.now())
            messages.success(request, "The round is ended. Nothing of it is used.")
        else:
            messages.error(request, "The round was over already.")
    return redirect("round-desk", round_id=round_id)


def _price(found: Campaign) -> dict[str, object]:
    """What the next round costs, and what other noise would."""
    price, cap = budgets.price_of(found), min(float(found.epsilon_cap), claims.LARGEST_EPSILON)
    return {
        "price": price,
        "plannable": set(price.claim.reasons) <= {"no-noise", "epsilon"},
        "adjacency": ADJACENCY,
        "cohort_for_signal": claims.cohort_for_signal(spec_of(found).length, cap, Fraction(found.delta)),
        "multipliers": budgets.table_of(found),
        "after_rounds": budgets.ROUNDS,
        "collusion": budgets.under_collusion(found),
    }


def _open_round(found: Campaign) -> Round | None:
    return Round.objects.filter(campaign=found, state__in=states.OPEN).first()


def _status(found: Campaign) -> words.Status:
    tone = {"running": "good", "paused": "wait", "ended": "stop"}.get(found.state, "")
    return words.Status(tone, found.state.capitalize())
