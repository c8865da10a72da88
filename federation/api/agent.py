"""The agent's heartbeat."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from federation import budgets, selectors
from federation.api.schema import ok, problems
from federation.api.serializers import BudgetSerializer, HeartbeatSerializer, TasksSerializer
from federation.authentication import DeviceAuthentication, IsDevice
from federation.models import Device
from federation.protocol.errors import Refusal
from federation.services.devices import Report, heartbeat, poll_after
from federation.services.withdraw import withdraw_device

TOO_EARLY, RETRY_S = 425, 1


class DeviceView(APIView):
    """A door for devices only."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsDevice,)

    @property
    def device(self) -> Device:
        """The device that is calling."""
        assert isinstance(self.request.auth, Device)
        return self.request.auth

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Refusal) and error.status == TOO_EARLY:
            error.retry_after = RETRY_S  # type: ignore[attr-defined]
        return super().handle_exception(error)


class HeartbeatView(DeviceView):
    """How the agent is, and what there is to do."""

    @extend_schema(
        operation_id="agent_heartbeat",
        tags=["agent"],
        summary="Report and hear what there is to do",
        description="The agent calls this every `poll_after_s` seconds, with jitter of its own. The state and the "
        "reason appear on the artist's page of devices.",
        request=HeartbeatSerializer,
        responses={200: ok(TasksSerializer), **problems(400, 401, 403, 415, 429)},
    )
    def post(self, request: Request) -> Response:
        form = HeartbeatSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        at = timezone.now()
        device = heartbeat(device=self.device, report=Report(**form.validated_data), at=at)
        rounds: list[dict[str, Any]] = [
            {
                "id": part.round_id,
                "state": part.round.state,
                "deadline": part.round.deadline,
                "your_part": part.state,
            }
            for part in selectors.open_rounds_of(device)
        ]
        tasks = {"poll_after_s": poll_after(device=device, at=at), "rounds": rounds}
        return Response(TasksSerializer(tasks).data)


class BudgetView(DeviceView):
    """What the artist has spent."""

    @extend_schema(
        operation_id="agent_budget",
        tags=["agent"],
        summary="What the server has charged the artist",
        description="The events of every round that took her masked input, and what they come to. The agent keeps an "
        "account of its own and goes by that.",
        responses={200: ok(BudgetSerializer), **problems(401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        spent = budgets.spent_by(self.device.artist_id)
        return Response(BudgetSerializer(budgets.account_of(spent)).data)


class LeaveView(DeviceView):
    """The artist takes the device away, from the device's own side."""

    @extend_schema(
        operation_id="agent_leave",
        tags=["agent"],
        summary="Leave for good",
        description="Withdraws the calling device: its tokens end, its part in open rounds ends where it still can. "
        "An agent may as well leave without saying so; its device is then shown as silent.",
        request=None,
        responses={204: None, **problems(401, 403, 429)},
    )
    def post(self, request: Request) -> Response:
        withdraw_device(device=self.device, at=timezone.now())
        return Response(status=204)
