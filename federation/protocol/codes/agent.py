"""Refusals by the agent: the artist's own floors and caps, and everything that was not as pinned."""

from federation.protocol.codes.entry import Code

_NOTHING = "Nothing to do: nothing was sent, and the agent waits for the next round."
_OPERATOR = "Nothing was sent. Ask the operator of the server before you go on."
_ENROL = "Enrol again: `fedart-edge enrol --server URL`."

AGENT: dict[str, Code] = {
    "not-enrolled": Code(
        "This computer is not enrolled with a server.", "Run `fedart-edge enrol --server URL`."
    ),
    "enrolled-already": Code(
        "This computer is enrolled already.",
        "Run `fedart-edge leave` first, or choose another --home.",
        409,
    ),
    "enrol-refused": Code("The artist said that this device is not hers.", _ENROL, 403),
    "enrol-expired": Code("The code was not confirmed in time.", _ENROL, 410),
    "enrolment-ended": Code("The server no longer accepts this device's tokens.", _ENROL, 401),
    "agent-running": Code("The agent already runs from this home folder.", "Stop the other one first.", 409),
    "parts-missing": Code(
        "Something that training needs is not installed.",
        "Install the whole package: `pip install 'fedart-….whl[edge]'`.",
    ),
    "disk-full": Code("There is too little room on the disk.", "Make room, or choose another --home.", 507),
    "service-unavailable": Code(
        "This computer does not take the agent as a service.",
        "See `fedart-edge service show`, or start it yourself with `fedart-edge run`.",
        501,
    ),
    "service-path-unusual": Code(
        "The home folder has a name that no service can be given.", "Choose another one with --home."
    ),
    "update-no-source": Code(
        "There is no index that this program came from, so none is asked.",
        "Get the new wheel and its SHA-256 from the operator: `fedart-edge update --from FILE --sha256 HASH`.",
        404,
    ),
    "update-file-differs": Code(
        "The file is not the one that was published.",
        "Fetch it again, and compare the SHA-256 with the operator's.",
    ),
    "update-failed": Code(
        "Installing it with pip failed.", "This version still works. Try again later.", 502
    ),
    "receipt-not-proven": Code(
        "What the server shows of its ledger does not bear out this receipt.",
        "Keep the receipts, stop with `fedart-edge pause`, and ask the operator of the server.",
        409,
    ),
    "agent-not-running": Code(
        "The agent does not run, so its page is not there.", "Start it with `fedart-edge run`.", 404
    ),
    "home-not-private": Code(
        "Others on this computer can read the agent's files.", "Run `fedart-edge doctor --mend`."
    ),
    "home-damaged": Code(
        "A file of the agent cannot be read.",
        "Run `fedart-edge leave`, then enrol again. Pictures are not touched.",
    ),
    "computer-trouble": Code(
        "This computer does not let the agent work.",
        "Make room on the disk and see `fedart-edge doctor`; the agent tries again by itself.",
        500,
    ),
    "server-not-https": Code("The address is not encrypted.", "Use the https address of the server."),
    "server-unreachable": Code(
        "The server does not answer.", "Check the network; the agent tries again by itself.", 503
    ),
    "upload-stuck": Code(
        "The server does not take the rest of a message.", "The agent tries again by itself.", 503
    ),
    "server-answer": Code(
        "The server's answer cannot be understood.", "Update the agent, or check the address.", 502
    ),
    "server-too-new": Code("The server speaks a version that this agent does not.", "Update the agent.", 502),
    "server-key-changed": Code(
        "The server's key is not the one that was pinned when this device was enrolled.", _OPERATOR, 403
    ),
    "server-key-differs": Code("The server names two different keys for itself.", _OPERATOR, 403),
    "manifest-other-round": Code("The manifest is for another round than was asked for.", _OPERATOR, 409),
    "manifest-changed": Code("The terms of the round changed after this device had joined.", _OPERATOR, 409),
    "round-seen-before": Code("This round was already finished on this computer.", _NOTHING, 409),
    "round-missed": Code(
        "The round went on without this device.", "Nothing to do: the agent waits for the next round.", 410
    ),
    "cohort-under-floor": Code(
        "The round allows fewer artists than you accept.",
        "Nothing was sent. Lower your own floor with `fedart-edge rules --min-cohort N` if you want to join.",
        403,
    ),
    "artist-key-missing": Code(
        "This computer does not know which key signs for you, so it cannot check your consent.",
        "Open your consent page and enter what it shows there: `fedart-edge trust KEY`.",
        403,
    ),
    "artist-key-invalid": Code(
        "This is not a key as the consent page shows it.", "Copy the whole of it: it starts with z6Mk.", 400
    ),
    "artist-key-unknown": Code(
        "Your consent was signed with a key that you have not confirmed on this computer.",
        "Only if your consent page shows the same fingerprint: `fedart-edge trust KEY`. Else ask the operator.",
        403,
    ),
    "consent-missing": Code(
        "The server shows no consent of yours to training, so nothing is trained.",
        "Decide on your consent page. No answer is a no.",
        403,
    ),
    "consent-revoked": Code(
        "You took your consent back, so nothing is trained.",
        "Nothing to do. You can grant it again at any time.",
        403,
    ),
    "consent-expired": Code(
        "Your consent has ended by itself, so nothing is trained.",
        "Read it again on your consent page, and sign anew if you want to go on.",
        403,
    ),
    "consent-not-proven": Code("What the server shows as your consent does not hold.", _OPERATOR, 403),
    "consent-superseded": Code(
        "The server shows an older answer of yours than one that was seen here.", _OPERATOR, 403
    ),
    "consent-other-artist": Code("The consent that the server shows is another person's.", _OPERATOR, 403),
    "consent-other-terms": Code(
        "The round asks for other terms than those you signed.",
        "Nothing was sent. Read the new terms on your consent page, and sign again only if you want them.",
        403,
    ),
    "works-not-covered": Code(
        "Your consent names other works than those in the connected folder.",
        "Connect the folder you signed for, or sign again on your consent page.",
        403,
    ),
    "roster-under-floor": Code(
        "Fewer artists take part in this round than you accept.",
        "Nothing was sent. Lower your own floor with `fedart-edge rules --min-cohort N` if you want to join.",
        403,
    ),
    "roster-other-round": Code("The roster is for another round or for other terms.", _OPERATOR, 409),
    "own-key-missing": Code("This device is not on the roster of the round.", _OPERATOR, 409),
    "own-key-changed": Code("The roster shows another key for this device.", _OPERATOR, 409),
    "scheme-not-allowed": Code(
        "The round does not hide updates from the server, and you have not allowed that.",
        "Nothing was sent. To allow it: `fedart-edge rules --allow-unsafe-plain-sum`.",
        403,
    ),
    "noise-missing": Code(
        "The round adds no noise, and you take part only in rounds that do.",
        "Nothing was sent. To allow it: `fedart-edge rules --allow-without-noise`.",
        403,
    ),
    "epsilon-over-cap": Code(
        "The round would cost more privacy than your cap allows.",
        "Nothing was sent. See `fedart-edge budget`; raise your cap with `fedart-edge rules --max-epsilon N`.",
        403,
    ),
    "base-not-accepted": Code(
        "The round uses a base model that you have not accepted.",
        "Nothing was sent. To accept it: `fedart-edge rules --accept-base HASH`.",
        403,
    ),
    "base-hash-differs": Code("The files of the base are not those that the round names.", _OPERATOR, 409),
    "base-file-unsafe": Code("The base has a file that an agent never loads.", _OPERATOR, 403),
    "base-too-large": Code(
        "The base is larger than you accept.",
        "Raise the limit with `fedart-edge rules --max-base-mb N`.",
        413,
    ),
    "base-not-one": Code(
        "There is no base that can be trained there.",
        "Give a folder that diffusers wrote (it has a model_index.json), or the id of one at a hub: owner/name.",
        404,
    ),
    "base-hub": Code(
        "The base cannot be had from the model hub.", "Mend what the sentence says, and try again.", 502
    ),
    "base-does-not-fit": Code("The adapter of the round does not fit its base.", _OPERATOR, 409),
    "version-does-not-follow": Code(
        "The round does not start from the version that follows the last one seen here.", _OPERATOR, 409
    ),
    "ledger-key-unvouched": Code(
        "The server's key does not vouch for the key of the ledger it shows.", _OPERATOR, 403
    ),
    "ledger-rewritten": Code(
        "The ledger of the server is not the one this computer remembers: what was recorded has been changed.",
        "Nothing was sent. Tell the other artists: the checkpoints of two computers prove it together.",
        409,
    ),
    "training-too-long": Code(
        "The round asks for more training than you accept.",
        "Nothing was sent. Raise the limit with `fedart-edge rules --max-steps N --max-minutes N`.",
        403,
    ),
    "training-failed": Code(
        "The training on this computer failed.", "Run `fedart-edge doctor`. Nothing was sent."
    ),
    "pictures-missing": Code("No folder of pictures is connected.", "Run `fedart-edge connect FOLDER`."),
    "pictures-unusable": Code("The connected pictures cannot be used.", "Mend what the sentence names."),
    "download-truncated": Code(
        "The download broke off too often.", "Check the network; the agent tries again by itself.", 503
    ),
    "download-hash-differs": Code("A downloaded file is not the one that was asked for.", _OPERATOR, 409),
    "download-too-large": Code("A download is larger than it may be.", _OPERATOR, 413),
}
