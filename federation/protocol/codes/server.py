"""Refusals by the server's doors for devices. Services add their own facts as `detail`."""

from federation.protocol.codes.entry import Code

_WAIT = "The agent asks again by itself."

SERVER: dict[str, Code] = {
    "device-withdrawn": Code(
        "This device was withdrawn from the artist's account.",
        "Enrol again with `fedart-edge enrol` if that was not meant.",
        403,
    ),
    "device-unknown": Code("No such device is enrolled here.", "Enrol with `fedart-edge enrol`.", 403),
    "not-in-round": Code("This device has no part in that round.", "Nothing to do.", 403),
    "round-unknown": Code("There is no such round.", "Nothing to do: the agent looks for the next one.", 404),
    "round-over": Code("The round is over.", "Nothing to do: the agent looks for the next one.", 410),
    "stage-not-yet": Code("That step of the round has not begun.", _WAIT, 425),
    "stage-over": Code(
        "The deadline of that step has passed.", "Nothing to do: this round goes on without the device.", 409
    ),
    "message-twice": Code(
        "Another message was already sent for this step.", "Nothing to do: the first counts.", 409
    ),
    "no-live-grant": Code(
        "The artist has not consented to training under these terms, or has revoked it.",
        "The artist can grant it on the consent page.",
        403,
    ),
}
