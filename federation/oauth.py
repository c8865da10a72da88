"""The OAuth doors of the device flow (RFC 8628), over django-oauth-toolkit, with its open ends closed.

Closed here: a redeemed device code is dead (its row goes in the same transaction that makes the tokens); polling too
fast is answered with slow_down; codes expire; the device proves that it holds the key it enrols; guessing is limited.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from oauth2_provider.models import DeviceGrant, RefreshToken
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.oauth2 import DeviceApplicationServer, Server
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.visitors import address_of
from federation import states
from federation.api.schema import ok
from federation.limits import hit
from federation.models import Device, DeviceEnrolment
from federation.protocol.errors import Refusal
from federation.services import enrol
from federation.signing import server_public_key

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOW_DOWN_S = 5  # RFC 8628 section 3.5
EARLY = timedelta(milliseconds=300)  # a poll may be this much early: networks are not that even
WORDS = {
    "authorization_pending": "The artist has not answered yet.",
    "slow_down": "Poll less often: the interval is five seconds longer from now on.",
    "access_denied": "The artist said that this device is not hers.",
    "expired_token": "The code has expired. Start again.",
    "invalid_grant": "This code is not known, or was redeemed already. Start again.",
    "invalid_client": "There is no such client.",
    "invalid_request": "The request is not well formed.",
    "unsupported_grant_type": "Only the device grant and refresh tokens are used here.",
}


class OAuthErrorSerializer(serializers.Serializer[Any]):
    """RFC 6749 section 5.2; `code` and `fix` are ours, where there is more to say."""

    error = serializers.CharField()
    error_description = serializers.CharField()
    code = serializers.CharField(required=False)
    fix = serializers.CharField(required=False)


class DeviceAuthorizationRequestSerializer(serializers.Serializer[Any]):
    """RFC 8628 section 3.1, and who the device is."""

    client_id = serializers.CharField(max_length=100, help_text="fedart-agent")
    scope = serializers.CharField(max_length=100, default="agent")
    public_key = serializers.CharField(max_length=64, help_text="Ed25519, 32 raw bytes in base64url.")
    device_name = serializers.CharField(max_length=200)
    proof = serializers.CharField(
        max_length=128, help_text="Ed25519 over 'fedart/enrol/v1', 0, client_id, 0, the raw key; base64url."
    )


class DeviceAuthorizationSerializer(serializers.Serializer[Any]):
    """RFC 8628 section 3.2, and the fingerprint that the artist compares."""

    device_code = serializers.CharField()
    user_code = serializers.CharField()
    verification_uri = serializers.CharField()
    verification_uri_complete = serializers.CharField()
    expires_in = serializers.IntegerField()
    interval = serializers.IntegerField()
    fingerprint = serializers.CharField()


class TokenRequestSerializer(serializers.Serializer[Any]):
    """Either grant_type device_code with device_code, or refresh_token with refresh_token."""

    grant_type = serializers.CharField()
    client_id = serializers.CharField()
    device_code = serializers.CharField(required=False)
    refresh_token = serializers.CharField(required=False)


class TokenSerializer(serializers.Serializer[Any]):
    """RFC 6749 section 5.1, and what the agent pins."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    scope = serializers.CharField()
    refresh_token = serializers.CharField()
    device_id = serializers.UUIDField()
    server_key = serializers.CharField()
    origin = serializers.CharField()


ERRORS = {
    status: OpenApiResponse(OAuthErrorSerializer, description=words)
    for status, words in ((400, "Refused; see `error`."), (401, "No such client."), (429, "Too many tries."))
}


class OAuthDoor(OAuthLibMixin, APIView):  # type: ignore[misc]
    """Form-encoded, open to everybody, limited by address; errors in the form of RFC 6749."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (FormParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuses NUL in any field: the toolkit asks PostgreSQL for a client id as it came, which raises."""
        super().initial(request, *args, **kwargs)
        if any("\0" in text for name, values in request.data.lists() for text in (name, *values)):
            raise ParseError("A field holds a NUL character.")

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Refusal):
            return oauth_error("invalid_request", error.status, error.why, code=error.code, fix=error.fix)
        if isinstance(error, APIException):
            status = 400 if error.status_code == 415 else error.status_code
            return oauth_error("invalid_request", status, str(error.detail))
        return super().handle_exception(error)


class DeviceAuthorizationView(OAuthDoor):
    """A device asks to belong to somebody."""

    server_class = DeviceApplicationServer

    @extend_schema(
        operation_id="device_authorization",
        tags=["enrolment"],
        summary="Ask for a device code",
        description="RFC 8628 section 3.1. The artist compares the fingerprint at `verification_uri`.",
        request={"application/x-www-form-urlencoded": DeviceAuthorizationRequestSerializer},
        responses={200: ok(DeviceAuthorizationSerializer), **ERRORS},
    )
    def post(self, request: Request) -> Response:
        hit("enrol", address_of(request), limit=60, window_s=600)
        _, answer, status = self.create_device_authorization_response(form_request(request))
        if status != 200:
            found = json.loads(answer) if isinstance(answer, str) else dict(answer)
            return oauth_error(
                found.get("error", "invalid_request"), status, found.get("error_description", "")
            )
        form = DeviceAuthorizationRequestSerializer(data=request.data)
        if not form.is_valid():
            return oauth_error(
                "invalid_request", 400, f"Missing or too long: {', '.join(sorted(form.errors))}."
            )
        if form.validated_data["scope"] != "agent":
            return oauth_error("invalid_scope", 400, "The only scope is agent.")
        interval = settings.OAUTH2_PROVIDER["DEVICE_FLOW_INTERVAL"]
        asked = enrol.ask(**form.validated_data, interval_s=interval, at=timezone.now())
        uri, code = settings.OAUTH2_PROVIDER["OAUTH_DEVICE_VERIFICATION_URI"], enrol.spelled(asked.user_code)
        return no_store(
            {
                "device_code": asked.device_code,
                "user_code": code,
                "verification_uri": uri,
                "verification_uri_complete": f"{uri}?user_code={code}",
                "expires_in": int(enrol.LIFETIME.total_seconds()),
                "interval": interval,
                "fingerprint": asked.enrolment.fingerprint,
            }
        )


class TokenView(OAuthDoor):
    """A device fetches its tokens, or fresh ones."""

    server_class = Server

    @extend_schema(
        operation_id="token",
        tags=["enrolment"],
        summary="Poll for tokens, or refresh them",
        description="RFC 8628 section 3.4 and RFC 6749 section 6. Refresh tokens are used once; an old one that comes "
        "again ends the whole sign-in.",
        request={"application/x-www-form-urlencoded": TokenRequestSerializer},
        responses={200: ok(TokenSerializer), **ERRORS},
    )
    def post(self, request: Request) -> Response:
        hit("token", address_of(request), limit=1200, window_s=60)
        grant_type = request.data.get("grant_type", "")
        if grant_type == DEVICE_GRANT:
            return self.poll(request, timezone.now())
        if grant_type == "refresh_token":
            return self.refresh(request)
        return oauth_error("unsupported_grant_type")

    @transaction.atomic
    def poll(self, request: Request, at: datetime) -> Response:
        """One poll. The enrolment row is locked, so two polls at once cannot both redeem the code."""
        code = enrol.code_hash(request.data.get("device_code", ""))
        row = (
            DeviceEnrolment.objects.select_for_update(of=("self",))
            .select_related("device")
            .filter(grant__device_code=code, grant__client_id=request.data.get("client_id", ""))
            .first()
        )
        if row is None:
            hit("device-code", address_of(request), limit=60, window_s=600)
            return oauth_error("invalid_grant")
        if at >= row.expires_at:
            return oauth_error("expired_token")
        too_fast = row.last_poll_at and at < row.last_poll_at + timedelta(seconds=row.interval_s) - EARLY
        row.last_poll_at = at
        row.interval_s += SLOW_DOWN_S if too_fast else 0
        row.save(update_fields=["last_poll_at", "interval_s"])
        if too_fast:
            return oauth_error("slow_down")
        if row.state in ("waiting", "refused"):
            return oauth_error("authorization_pending" if row.state == "waiting" else "access_denied")
        return self.redeem(request, row, at)

    def redeem(self, request: Request, row: DeviceEnrolment, at: datetime) -> Response:
        """Makes the tokens, ties them to the device, and forgets the code: all or nothing."""
        _, _, body, status = self.create_token_response(form_request(request))
        answer = json.loads(body)
        if status != 200:
            return oauth_error(answer.get("error", "invalid_grant"), status)
        device = row.device
        assert device is not None
        refresh = refresh_row(answer["refresh_token"])
        Device.objects.filter(pk=device.pk).update(token_family=refresh.token_family)
        states.move(row, to="redeemed", at=at)
        DeviceGrant.objects.filter(pk=row.grant_id).delete()
        return tokens(answer, device)

    def refresh(self, request: Request) -> Response:
        """A fresh pair for a device that still belongs to somebody."""
        _, _, body, status = self.create_token_response(form_request(request))
        answer = json.loads(body)
        if status != 200:
            return oauth_error(answer.get("error", "invalid_grant"), status)
        family = refresh_row(answer["refresh_token"]).token_family
        device = Device.objects.filter(token_family=family).exclude(state="withdrawn").first()
        return tokens(answer, device) if device else oauth_error("invalid_grant")


def form_request(request: Request) -> Any:
    """Django's own request, which oauthlib reads the form from; DRF has parsed it once."""
    _ = request.data
    return request._request


def refresh_row(token: str) -> RefreshToken:
    """The row of a refresh token that was just made; rows keep the checksum only."""
    return RefreshToken.objects.get(token_checksum=hashlib.sha256(token.encode()).hexdigest(), revoked=None)


def tokens(answer: dict[str, Any], device: Device) -> Response:
    """The token response with what the agent pins."""
    more = {
        "device_id": str(device.id),
        "server_key": server_public_key(),
        "origin": settings.PUBLIC_ORIGIN,
    }
    return no_store(answer | more)


def no_store(data: dict[str, Any]) -> Response:
    """RFC 6749 section 5.1: tokens and codes are not to be cached."""
    return Response(data, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def oauth_error(error: str, status: int = 400, words: str = "", **more: str) -> Response:
    """RFC 6749 section 5.2."""
    data = {"error": error, "error_description": words or WORDS.get(error, error), **more}
    return Response(data, status=status, headers={"Cache-Control": "no-store"})
