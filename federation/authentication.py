"""Whose request is this? A bearer token belongs to one device; nothing else opens the agents' doors."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from federation.models import Device
from federation.protocol.errors import refusal

SCOPE = "agent"


class DeviceAuthentication(OAuth2Authentication):
    """Finds the device by the family of the token's refresh token; the device becomes `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Any, Device] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        user, token = found
        refresh = getattr(
            token, "refresh_token", None
        )  # raises nothing: a missing one-to-one is an AttributeError
        family = refresh.token_family if refresh is not None else None
        device = Device.objects.filter(token_family=family).first() if family else None
        if device is None or SCOPE not in token.scope.split():
            raise refusal("token-not-a-device")
        if device.state == "withdrawn":
            raise refusal("device-withdrawn")
        return user, device


class IsDevice(BasePermission):
    """Only devices, never a browser session."""

    message = "Only an enrolled device may do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Device)


class DeviceScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI page names it."""

    target_class = "federation.authentication.DeviceAuthentication"
    name = "device"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The access token of one enrolled device (RFC 8628, then /oauth/token/).",
        }
