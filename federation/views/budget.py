"""The artist's own account: what rounds have cost her, and the most she lets this server spend."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from federation import budgets, selectors
from federation.privacy.accounting import ADJACENCY
from federation.protocol.errors import Refusal, refusal
from federation.services.budget import HIGHEST_CAP, LOWEST_CAP, set_cap

SHOWN = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def budget(request: HttpRequest) -> HttpResponse:
    """What was spent, round by round; her cap can be changed at any time and holds from the next draw on."""
    assert request.user.pk is not None
    artist_id, refused = int(request.user.pk), None
    if request.method == "POST":
        try:
            set_cap(artist_id=artist_id, epsilon=_cap(request), at=timezone.now())
        except Refusal as error:
            refused = error
        else:
            messages.success(request, "Your cap is saved. It holds from the next draw on.")
            return redirect("budget")
    spent, campaign = budgets.spent_by(artist_id), selectors.current_campaign()
    context = {
        "spent": spent,
        "rows": [(one, budgets.charge_words(one)) for one in spent.charges[:SHOWN]],
        "price": budgets.price_of(campaign) if campaign else None,
        "campaign": campaign,
        "adjacency": ADJACENCY,
        "refused": refused,
        "bounds": (LOWEST_CAP, HIGHEST_CAP),
    }
    return render(request, "federation/budget.html", context, status=refused.status if refused else 200)


def _cap(request: HttpRequest) -> Decimal | None:
    """The number of the form; None where the field is empty. Raises Refusal `cap-invalid`."""
    text = request.POST.get("cap", "").strip()
    if not text:
        return None
    try:
        return Decimal(text[:20]).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise refusal("cap-invalid") from None
