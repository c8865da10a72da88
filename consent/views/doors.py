"""The JSON doors of the consent page: keys, drafts, statements, revoking, receipts.

The page's own script uses them with the session and its CSRF token; so may any script of the artist's.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from consent import services
from consent.errors import refusal
from consent.ledger.canonical import MAX_STATEMENT_BYTES, parse_object
from consent.ledger.statement import WITHDRAWN, utc_text
from consent.models import Statement
from consent.purposes import PURPOSES
from consent.services.receipt_files import receipt_file as receipt_bytes
from consent.views.guards import artist_of, json_door, read_texts

CONTEXT_FILE = Path(__file__).resolve().parent.parent / "context" / "statement-v1.jsonld"
MAX_SIGNED_TWICE_BYTES = MAX_STATEMENT_BYTES + 16_384


@json_door("POST")
def keys(request: HttpRequest) -> HttpResponse:
    """Register the public key this browser made. 201, or 200 where it is known."""
    sent = read_texts(request, {"public_key": True, "label": False})
    key, made = services.register_key(artist=artist_of(request), at=timezone.now(), **sent)
    answer = {
        "id": str(key.pk),
        "key": key.multibase,
        "label": key.label,
        "created_at": utc_text(key.created_at),
    }
    return JsonResponse(answer, status=201 if made else 200)


@json_door("POST")
def withdraw_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Forget a browser's key; from a form, back to the page."""
    key = services.withdraw_key(artist=artist_of(request), key_id=key_id, at=timezone.now())
    if _is_json(request):
        return JsonResponse({"id": str(key.pk), "withdrawn_at": _time(key.withdrawn_at)})
    messages.success(request, "That browser's key is withdrawn. What it signed before stays valid.")
    return redirect("consent")


@json_door("POST")
def drafts(request: HttpRequest) -> HttpResponse:
    """The statement to sign, for one purpose and one decision."""
    sent = read_texts(request, {"purpose": True, "decision": True, "key": True})
    document, draft = services.make_draft(artist=artist_of(request), at=timezone.now(), **sent)
    return JsonResponse({"document": document, "expires_at": utc_text(draft.expires_at)}, status=201)


@json_door("POST")
def statements(request: HttpRequest) -> HttpResponse:
    """Take the signed statement: the body is exactly the signed bytes."""
    return _recorded(request, request.body, None)


@json_door("POST")
def statements_with_passkey(request: HttpRequest) -> HttpResponse:
    """The same with a second signature: `{"statement": the signed text, "passkey": the WebAuthn answer}`."""
    sent = parse_object(request.body, limit=MAX_SIGNED_TWICE_BYTES)
    statement, passkey = sent.get("statement"), sent.get("passkey")
    if (
        set(sent) != {"statement", "passkey"}
        or not isinstance(statement, str)
        or not isinstance(passkey, dict)
    ):
        raise refusal("wrong-shape", detail="a statement as text and a passkey's answer")
    return _recorded(request, statement.encode(), passkey)


def _recorded(request: HttpRequest, document: bytes, passkey: dict[str, Any] | None) -> HttpResponse:
    statement = services.record_statement(
        artist=artist_of(request), document=document, at=timezone.now(), passkey=passkey
    )
    how = "signed twice, by your browser and by your passkey," if passkey else "signed"
    said = f"{statement.get_status_display().capitalize()}, {how} and recorded as entry {statement.entry_id}."
    messages.success(request, f"{said} The receipt is below, under “What you said so far”.")
    return JsonResponse(_statement_json(statement), status=201)


@json_door("POST")
def revoke(request: HttpRequest) -> HttpResponse:
    """Take a permission back. A form is sent back to the page; JSON gets what stands now."""
    by_json = _is_json(request)
    purpose = (
        read_texts(request, {"purpose": True})["purpose"] if by_json else request.POST.get("purpose", "")
    )
    at = timezone.now()
    statement = services.revoke(artist=artist_of(request), purpose=purpose, at=at)
    changed = statement is not None and statement.status == WITHDRAWN and statement.recorded_at == at
    if by_json:
        return JsonResponse(
            {"changed": changed, "statement": _statement_json(statement) if statement else None}
        )
    if changed:
        messages.success(request, f"Revoked. {PURPOSES[purpose].undone}")
    else:
        messages.info(request, "There was nothing to revoke: no permission stands.")
    if request.POST.get("back") == "all":
        return redirect("consent")
    return redirect("consent-purpose", slug=PURPOSES[purpose].slug)


@json_door("POST")
def pause(request: HttpRequest) -> HttpResponse:
    """Pause everything; from a form, back to the page."""
    _pause, begun = services.pause_everything(artist=artist_of(request), at=timezone.now())
    if _is_json(request):
        return JsonResponse({"changed": begun, "paused": True})
    messages.success(request, "Everything is paused. Nothing of yours is used or shown until you resume.")
    return redirect("consent")


@json_door("POST")
def resume(request: HttpRequest) -> HttpResponse:
    """End the pause; from a form, back to the page."""
    ended = services.resume_everything(artist=artist_of(request), at=timezone.now())
    if _is_json(request):
        return JsonResponse({"changed": ended, "paused": False})
    messages.success(request, "Resumed. What you had granted is in force again.")
    return redirect("consent")


@json_door("GET")
def receipt_file(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """A receipt as a file to keep."""
    name, data, mime = receipt_bytes(
        artist_id=artist_of(request).pk, statement_id=statement_id, at=timezone.now()
    )
    response = HttpResponse(data, content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
def context_file(request: HttpRequest) -> HttpResponse:
    """The frozen JSON-LD context that statements name; nobody needs it to verify one."""
    return HttpResponse(CONTEXT_FILE.read_bytes(), content_type="application/ld+json")


def _statement_json(statement: Statement) -> dict[str, str | int | None]:
    return {
        "id": str(statement.pk),
        "purpose": statement.purpose,
        "status": statement.status,
        "recorded_at": utc_text(statement.recorded_at),
        "expires_at": _time(statement.expires_at),
        "entry_index": statement.entry_id,
        "receipt": f"/consent/receipts/{statement.pk}.json",
    }


def _time(at: datetime | None) -> str | None:
    return utc_text(at) if at else None


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"
