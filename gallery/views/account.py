"""What an artist does with her account beyond signing in: end one of her sessions, leave."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consent.deadlines import first_due
from consent.forms_your_data import PlainForm
from consent.selectors.requests import open_erasure
from federation import selectors as federation
from gallery import selectors, vaults
from gallery.services import accounts
from gallery.user_agents import browser_name
from gallery.views.common import me


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one other browser out."""
    ended = accounts.end_session(artist=me(request), session_id=pk, but=request.session.session_key or "")
    if ended is None:
        raise Http404
    messages.success(request, f"{browser_name(ended.user_agent)} is signed out.")
    return redirect("usersessions_list")


@login_required
@require_safe
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Delete my account: what becomes of what, what could be done instead, and the door to erasure."""
    artist = me(request)
    now = timezone.now()
    context = {
        "form": PlainForm(prefix="erase"),
        "asked": open_erasure(artist.pk),
        "answer_by": first_due(now),
        "counts": selectors.picture_counts(artist_id=artist.pk),
        "has_vault": vaults.vault_of(artist_id=artist.pk) is not None,
        "devices": federation.devices_of(artist.pk).filter(withdrawn_at=None).count(),
    }
    return render(request, "gallery/leave.html", context)
