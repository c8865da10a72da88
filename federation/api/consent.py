"""What an agent asks about consent: the proof of its artist's last word, and where it tells the works in its folder."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent.purposes import TRAIN_SHARED
from consent.selectors.grants import last_statement
from consent.services import report_works
from consent.services.receipts import make_receipt
from federation.api.agent import DeviceView
from federation.api.schema import ok, problems
from federation.api.serializers import ConsentSerializer, WorksSerializer


class ConsentView(DeviceView):
    """The artist's last statement about training, with its proof."""

    @extend_schema(
        operation_id="agent_consent",
        tags=["agent"],
        summary="The artist's last word on training",
        description="The receipt of the last statement of this device's artist about `fa:TrainSharedAdapter`, whatever "
        "it says; null where there is none. The agent checks it by itself against the artist's key that was confirmed "
        "on its computer, and trains only if it holds.",
        responses={200: ok(ConsentSerializer), **problems(401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        artist_id = self.device.artist_id
        statement = last_statement(artist_id=artist_id, purpose=TRAIN_SHARED)
        if statement is None:
            return Response({"receipt": None})
        found = make_receipt(artist_id=artist_id, statement_id=statement.pk, at=timezone.now())
        return Response({"receipt": found})


class WorksView(DeviceView):
    """How many works the device's folder holds."""

    @extend_schema(
        operation_id="agent_works",
        tags=["agent"],
        summary="Tell the works in the connected folder",
        description="A count and a salted commitment; the artist's next statement about training names them. It gives "
        "away neither a picture nor a file name.",
        request=WorksSerializer,
        responses={204: None, **problems(400, 401, 403, 415, 429)},
    )
    def post(self, request: Request) -> Response:
        form = WorksSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        report_works(
            artist_id=self.device.artist_id,
            device=self.device.id,
            device_name=self.device.name,
            at=timezone.now(),
            **form.validated_data,
        )
        return Response(status=204)
