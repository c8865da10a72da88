"""How errors look in the OpenAPI page: the same problem document everywhere."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

PROBLEM = "application/problem+json"
MEANING = {
    400: "The request is not well formed; the code says what differs.",
    401: "No token, or one that is not valid (any more).",
    403: "Refused; the code says why (device-withdrawn, no-live-grant, not-in-round, signature-invalid, ...).",
    404: "There is no such thing.",
    409: "Not now: the state of the round, or an earlier message, stands against it.",
    410: "The round is over.",
    411: "The upload does not say how long it is.",
    412: "Another version of tus is spoken here.",
    413: "Longer than this step allows; nothing was read.",
    415: "Another media type is needed.",
    416: "That part of the file does not exist.",
    425: "Not yet; ask again after the seconds in Retry-After.",
    429: "Too many requests; wait.",
}


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457, with a stable code and what to do about it."""

    type = serializers.CharField(help_text="Address of the words about this code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; listed in docs/codes.md.")
    detail = serializers.CharField(help_text="A sentence for a person.")
    fix = serializers.CharField(help_text="What to do next.")


def ok(serializer: type[serializers.Serializer[Any]]) -> OpenApiResponse:
    """A good answer, in the words of its serializer."""
    return OpenApiResponse(serializer, description=serializer.__doc__ or "")


def octets(words: str) -> OpenApiResponse:
    """Plain bytes."""
    return OpenApiResponse(OpenApiTypes.BINARY, description=words)


def problems(*statuses: int) -> dict[Any, Any]:
    """Responses for extend_schema: each of these statuses as a problem document."""
    return {
        (status, PROBLEM): OpenApiResponse(ProblemSerializer, description=MEANING[status])
        for status in statuses
    }
