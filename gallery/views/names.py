"""The names that prompts may not hold: the table, and its changes by moderators."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consent.staff import staff_required
from gallery.errors import Refusal
from gallery.forms import NameForm
from gallery.models import RefusedName
from gallery.models.artist import MODERATOR
from gallery.prompt_policy import key_of
from gallery.services import policy
from gallery.views.common import me, say

NAMES_PAGE = 100


@staff_required(MODERATOR)
@require_safe
@never_cache
def names(request: HttpRequest) -> HttpResponse:
    """The table, searchable."""
    text = request.GET.get("text", "")[:100]
    rows = RefusedName.objects.filter(key__contains=key_of(text))
    page = Paginator(rows, NAMES_PAGE).get_page(request.GET.get("page"))
    query = urlencode({"text": text}) + "&" if text else ""
    context = {"page": page, "form": NameForm(), "text": text, "query": query}
    return render(request, "moderate/names.html", context)


@staff_required(MODERATOR)
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a name in."""
    form = NameForm(request.POST)
    words = form.cleaned_data if form.is_valid() else {}
    try:
        row = policy.add_name(
            name=words.get("name", ""),
            source=words.get("source", ""),
            moderator=me(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, f"From now on prompts that name {row.name} are refused.")
    return redirect("gallery:moderate-names")


@staff_required(MODERATOR)
@require_POST
def change(request: HttpRequest, name_id: int) -> HttpResponse:
    """Switch a name on or off."""
    row = get_object_or_404(RefusedName, pk=name_id)
    on = request.POST.get("in_force") == "yes"
    policy.set_in_force(row=row, in_force=on, moderator=me(request), at=timezone.now())
    messages.success(request, f"Prompts that name {row.name} are {'refused' if on else 'taken'} from now on.")
    return redirect("gallery:moderate-names")
