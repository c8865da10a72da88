"""Refusals by the server's other doors: enrolment, files, campaigns. Part of the server's table."""

from federation.protocol.codes.entry import Code

_ENROL = "Start again with `fedart-edge enrol`."

DOORS: dict[str, Code] = {
    "proof-invalid": Code("The proof is not by the device key over this enrolment.", _ENROL, 400),
    "device-name-invalid": Code(
        "A device needs a name of 1 to 80 characters.", "Give it a name with --name."
    ),
    "key-in-use": Code(
        "This device key already belongs to another account.",
        "Use a fresh home folder for the agent, so that it makes a key of its own.",
        409,
    ),
    "user-code-unknown": Code(
        "No device is waiting with this code.",
        "Compare it with the code that the agent shows; it is good for ten minutes.",
        404,
    ),
    "user-code-answered": Code("This code was answered already.", _ENROL, 409),
    "user-code-expired": Code("This code has expired.", _ENROL, 410),
    "too-many-tries": Code("Too many tries in a short time.", "Wait ten minutes and try again.", 429),
    "token-not-a-device": Code("This token does not belong to a device.", _ENROL, 403),
    "not-eligible": Code(
        "This device cannot take part in that round.", "See the devices page for the reason.", 403
    ),
    "reason-unknown": Code(
        "That is not a reason a device can give.", "Send one of the codes of docs/codes.md."
    ),
    "step-unknown": Code(
        "There is no such step.",
        "The steps are advertise-keys, share-keys, masked-input, consistency and unmask.",
        404,
    ),
    "body-length-missing": Code(
        "The upload does not say how long it is.", "Send a Content-Length header.", 411
    ),
    "upload-unknown": Code(
        "No such upload was begun, or it was abandoned.", "Begin it again; the agent does so by itself.", 404
    ),
    "upload-offset": Code(
        "The part does not begin where the last one ended.", "Ask for the offset and go on from there.", 409
    ),
    "upload-hash-invalid": Code("The upload does not name its SHA-256.", "Send 64 hexadecimal digits."),
    "upload-hash-differs": Code(
        "The parts together do not have the SHA-256 that was named.",
        "Begin again: nothing of it was kept.",
    ),
    "upload-version": Code("This upload speaks another version of tus.", "Send Tus-Resumable: 1.0.0.", 412),
    "upload-header-invalid": Code(
        "A header of the upload is missing or not well formed.", "See docs/api.md, Long messages."
    ),
    "base-unknown": Code(
        "There is no such base.", "Ask for the base that the manifest of the round names.", 404
    ),
    "blob-unknown": Code("There is no such file.", "Ask for a file that a base or a version names.", 404),
    "range-invalid": Code("That part of the file does not exist.", "Ask for bytes inside the file.", 416),
    "version-unknown": Code("There is no such version.", "See the list of versions.", 404),
    "campaign-unknown": Code("There is no such campaign.", "See the list of rounds.", 404),
    "campaign-terms": Code("A term of the campaign is outside its bounds.", "Change the term and try again."),
    "budget-spent": Code(
        "The privacy budget is spent: too few artists are under their caps for another round.",
        "End this campaign, and make the next one with more noise or a cap that artists consent to anew.",
        409,
    ),
    "cap-invalid": Code("That is not a cap on epsilon.", "Give a number such as 8, or none."),
    "campaign-name-taken": Code("Another campaign has this name.", "Choose another name.", 409),
    "campaign-state": Code(
        "The campaign is not in a state that allows this.", "See its state on the page.", 409
    ),
    "round-under-way": Code(
        "A round of this campaign is under way already.", "Wait until it has ended, or end it.", 409
    ),
    "scheme-unsafe": Code(
        "This aggregation scheme lets the server read single updates. It is for development only.",
        "Choose a scheme that masks updates; in production nothing else runs.",
        409,
    ),
    "blob-damaged": Code("A stored file no longer has the content that its name says.", "Restore it.", 500),
}
