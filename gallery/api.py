"""The studio for scripts: ask for a picture, look at it, cancel. Session sign-in and CSRF, as in the browser."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery import selectors
from gallery.generation.params import GenerationParams
from gallery.models import Artist, GenerationRequest
from gallery.serializers import ImageSerializer, ProblemSerializer, RecordSerializer, RequestSerializer
from gallery.services import requests
from gallery.views.common import forbid_training

PROBLEM = OpenApiResponse(ProblemSerializer, description="A problem document with a code and a fix.")
NOT_FOUND = OpenApiResponse(ProblemSerializer, description="There is none that you may see.")


class StudioView(APIView):
    """Sessions only: a device's token acts for a device, and devices do not make pictures."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (IsAuthenticated,)

    def me(self, request: Request) -> Artist:
        """The signed-in artist."""
        return cast(Artist, request.user)

    def own_request(self, request: Request, handle: UUID) -> GenerationRequest:
        """The artist's own request; 404 for anybody else's."""
        row = selectors.request_of(artist_id=self.me(request).pk, handle=handle)
        if row is None:
            raise Http404
        return row


class RequestsView(StudioView):
    """Ask for a picture."""

    @extend_schema(
        operation_id="requests_create",
        summary="Ask for a picture",
        description="Puts a request on the queue. The answer comes at once; the picture when a worker is free.",
        request=RecordSerializer,
        responses={201: RequestSerializer, 400: PROBLEM, 403: PROBLEM, 429: PROBLEM},
        tags=["studio"],
    )
    def post(self, request: Request) -> Response:
        """201 with the request."""
        record = RecordSerializer(data=request.data)
        record.is_valid(raise_exception=True)
        params = GenerationParams(**record.validated_data)
        made = requests.ask(artist=self.me(request), params=params, at=timezone.now())
        return Response(RequestSerializer(made).data, status=201)


class RequestView(StudioView):
    """One request."""

    @extend_schema(
        operation_id="requests_retrieve",
        summary="How far a request is",
        responses={200: RequestSerializer, 403: PROBLEM, 404: NOT_FOUND},
        tags=["studio"],
    )
    def get(self, request: Request, handle: UUID) -> Response:
        """The caller's own request."""
        return Response(RequestSerializer(self.own_request(request, handle)).data)


class CancelView(StudioView):
    """Stop a request."""

    @extend_schema(
        operation_id="requests_cancel",
        summary="Cancel a request",
        description="A waiting request ends at once, a running one at its next step and keeps its last preview.",
        request=None,
        responses={200: RequestSerializer, 403: PROBLEM, 404: NOT_FOUND, 409: PROBLEM},
        tags=["studio"],
    )
    def post(self, request: Request, handle: UUID) -> Response:
        """The request as it stands then."""
        row = requests.cancel(request=self.own_request(request, handle), at=timezone.now())
        return Response(RequestSerializer(row).data)


class ImageView(StudioView):
    """One picture."""

    @extend_schema(
        operation_id="images_retrieve",
        summary="A picture and how it was made",
        description="The caller's own, or a published one.",
        responses={200: ImageSerializer, 403: PROBLEM, 404: NOT_FOUND},
        tags=["studio"],
    )
    def get(self, request: Request, handle: UUID) -> Response:
        """The picture's record; the file is at `file`."""
        viewer = self.me(request).pk
        image = selectors.image_for(viewer_id=viewer, handle=handle)
        if image is None:
            raise Http404
        context: dict[str, Any] = {"viewer_id": viewer}
        answer = Response(ImageSerializer(image, context=context).data)
        forbid_training(answer)
        return answer
