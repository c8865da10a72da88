"""Uploads that are refused, replaced or swept: what was not whole, signed, due and consented to is not kept."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from django.utils import timezone

from edge import uploads as sender
from edge.transport import Transport
from federation.protocol.errors import Refusal
from federation.protocol.steps import Step
from tests.edge.agents import eager_waiter
from tests.federation import world as w
from tests.federation.sending import Sending, check_kept, make_sending, parts_of, refused

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def sending(monkeypatch: pytest.MonkeyPatch) -> Sending:
    return make_sending(monkeypatch)


def test_parts_that_are_not_what_was_announced(sending: Sending) -> None:
    """The hash of the whole decides; then nothing is kept, and the true message still goes through."""
    from federation.models import Upload

    assert sending.begin().status_code == 201
    refused(sending.part(0, b"x" * len(sending.message)), 400, "upload-hash-differs")
    assert not Upload.objects.exists()
    sending.send()
    check_kept(sending)


def test_another_message_takes_the_place_of_half_a_one(sending: Sending) -> None:
    from federation.models import Upload

    assert sending.begin().status_code == 201
    assert sending.part(0, sending.message[:24]).status_code == 204
    other = Sending(
        sending.agent,
        sending.round_id,
        sending.message[:-4] + bytes([sending.message[-4] ^ 1]) + sending.message[-3:],
        sending.other,
    )
    assert other.begin().status_code == 201
    assert (Upload.objects.get().sha256, Upload.objects.get().received) == (other.sha256, 0)
    refused(sending.part(24, sending.message[24:48]), 404, "upload-unknown")
    other.send()
    refused(sending.begin(), 409, "message-twice")
    check_kept(other)


@pytest.mark.parametrize(
    ("offset", "body", "status", "code"),
    [
        ("24", b"x", 409, "upload-offset"),
        ("-1", b"x", 400, "upload-header-invalid"),
        ("", b"x", 400, "upload-header-invalid"),
        ("0", b"x" * 1000, 413, "message-too-long"),
    ],
)
def test_parts_that_do_not_fit(sending: Sending, offset: str, body: bytes, status: int, code: str) -> None:
    sending.begin()
    refused(sending.call("PATCH", f"masked-input/{sending.sha256}", body, Upload_Offset=offset), status, code)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"length": "1000000"}, 413, "message-too-long"),
        ({"length": "0"}, 413, "message-too-long"),
        ({"length": "many"}, 400, "upload-header-invalid"),
        ({"sha256": "x" * 64}, 400, "upload-hash-invalid"),
        ({"sha256": "0" * 64}, 403, "signature-invalid"),
        ({"signature": "A" * 86}, 403, "signature-invalid"),
    ],
)
def test_announcements_that_are_refused(
    sending: Sending, changes: dict[str, str], status: int, code: str
) -> None:
    """Before a byte of the message was sent."""
    from federation.models import Upload

    refused(sending.begin(**changes), status, code)
    assert not Upload.objects.exists()


def test_other_versions_and_headers(sending: Sending) -> None:
    refused(
        sending.call("GET", f"masked-input/{sending.sha256}", Tus_Resumable="0.2.2"), 412, "upload-version"
    )
    bad = sending.call("POST", "masked-input", Upload_Length="9", Upload_Metadata="sha256 ***")
    refused(bad, 400, "upload-header-invalid")
    refused(sending.call("GET", f"masked-input/{sending.sha256}"), 404, "upload-unknown")
    answer = sending.call(
        "PATCH", f"masked-input/{sending.sha256}", b"{}", **{"Content-Type": "application/json"}
    )
    assert answer.status_code == 415


def test_not_another_devices_upload(sending: Sending) -> None:
    """An address that leaked opens nothing: an upload belongs to the device that began it."""
    sending.begin()
    sending.agent.token = sending.other.token
    refused(sending.part(0, sending.message[:24]), 404, "upload-unknown")
    refused(sending.begin(), 403, "signature-invalid")


def test_late_and_revoked(sending: Sending) -> None:
    """Each part asks for the stage; the whole message asks for consent."""
    from federation.models import Message, Round

    sending.begin()
    w.revoke(sending.agent.artist)
    refused(sending.part(0, sending.message), 403, "no-live-grant")
    Round.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    refused(sending.part(0, sending.message[:24]), 409, "stage-over")
    assert not Message.objects.filter(step="masked-input").exists()


def test_abandoned_parts_are_swept(sending: Sending) -> None:
    """After a day, or at once when the stage is over."""
    from federation.models import Round, Upload
    from federation.services.uploads import ABANDONED, forget_abandoned

    sending.begin()
    sending.part(0, sending.message[:24])
    at = timezone.now()
    assert forget_abandoned(at=at) == 0
    assert forget_abandoned(at=at + ABANDONED + timedelta(minutes=1)) == 1
    assert parts_of(sending.round_id) == set()
    sending.begin()
    sending.part(0, sending.message[:24])
    Round.objects.update(state="unmasking")
    assert forget_abandoned(at=at) == 1
    assert not Upload.objects.exists()
    assert parts_of(sending.round_id) == set()


def test_a_server_that_never_takes_a_part() -> None:
    """A hostile server, played by httpx.MockTransport, is given up with a reason."""
    stuck = httpx.MockTransport(lambda _: httpx.Response(200, headers={"Upload-Offset": "0"}))
    http = httpx.Client(base_url="http://testserver", transport=stuck)
    with pytest.raises(Refusal, match=r"^upload-stuck:"):
        sender.Uploads(Transport(http, eager_waiter())).send(UUID(int=1), Step.UNMASK, b"x" * 9, "s")
