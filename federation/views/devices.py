"""An artist's devices: what they are doing, how to connect one, confirming and withdrawing."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from federation import selectors, words
from federation.limits import hit
from federation.models import Device, DeviceEnrolment
from federation.protocol.errors import Refusal
from federation.protocol.schemes import scheme
from federation.services import enrol
from federation.services.withdraw import withdraw_device

CONFIRM, REFUSE = "confirm", "deny"
TRIES, WINDOW_S = 10, 600  # RFC 8628 section 5.1: guessing user codes


@login_required
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """My devices and my part in rounds."""
    artist_id = _me(request)
    mine = [(device, words.device_status(device)) for device in selectors.devices_of(artist_id)]
    parts = [(part, words.part_line(part)) for part in selectors.my_part(artist_id)[:20]]
    context = {
        "devices": [pair for pair in mine if pair[0].state != "withdrawn"],
        "gone": [pair for pair in mine if pair[0].state == "withdrawn"],
        "parts": parts,
        "unsafe": _unsafe(),
        "origin": settings.PUBLIC_ORIGIN,
    }
    partial = getattr(request, "htmx", False) and not getattr(request.htmx, "boosted", False)  # type: ignore[attr-defined]
    return render(request, "federation/_devices.html" if partial else "federation/devices.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Whose device is this? The code comes by hand or by link; nothing happens before a button is pressed."""
    code = (request.POST if request.method == "POST" else request.GET).get("user_code", "").strip()
    if not code:
        return _ask(request, "", None)
    try:
        waiting = _find(request, code)
        if request.method == "POST" and request.POST.get("answer") in (CONFIRM, REFUSE):
            return _answer(request, waiting)
    except Refusal as refused:
        return _ask(request, code, refused)
    context = {"waiting": waiting, "user_code": enrol.spelled(enrol.bare(code))}
    return render(request, "federation/confirm.html", context)


def _find(request: HttpRequest, code: str) -> DeviceEnrolment:
    """Only codes that are not found count as tries, so nobody is locked out of her own device."""
    try:
        return enrol.find_waiting(user_code=code, at=timezone.now())
    except Refusal:
        hit("user-code", str(_me(request)), limit=TRIES, window_s=WINDOW_S)
        raise


def _answer(request: HttpRequest, waiting: DeviceEnrolment) -> HttpResponse:
    at = timezone.now()
    if request.POST["answer"] == REFUSE:
        enrol.refuse(enrolment=waiting, artist_id=_me(request), at=at)
        messages.success(request, "Refused. That device has no access, and was told so.")
    else:
        device = enrol.confirm(enrolment=waiting, artist_id=_me(request), at=at)
        messages.success(request, f"{device.name} is yours now. It connects within seconds.")
    return redirect("devices")


def _ask(request: HttpRequest, code: str, refused: Refusal | None) -> HttpResponse:
    context = {"refused": refused, "user_code": code[:20]}
    return render(request, "federation/code.html", context, status=refused.status if refused else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """The device loses its access at once."""
    device = get_object_or_404(Device, pk=device_id, artist_id=_me(request))
    withdraw_device(device=device, at=timezone.now())
    messages.success(request, f"{device.name} is withdrawn. It can no longer take part in anything.")
    return redirect("devices")


def _unsafe() -> bool:
    campaign = selectors.current_campaign()
    return campaign is not None and not scheme(campaign.scheme).safe


def _me(request: HttpRequest) -> int:
    assert request.user.pk is not None
    return int(request.user.pk)
