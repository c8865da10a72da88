"""Refusals of secure aggregation. Each of them means that somebody does not keep to the protocol."""

from federation.protocol.codes.entry import Code

_OPERATOR = "Nothing was opened. Ask the operator of the server before you go on."

SECAGG: dict[str, Code] = {
    "own-round-keys-changed": Code(
        "The server shows other round keys for this device than the device had offered.", _OPERATOR, 409
    ),
    "round-keys-unsigned": Code(
        "Round keys are not signed by their device for this round, roster and terms.", _OPERATOR, 403
    ),
    "round-keys-equal": Code("Two round keys are equal.", _OPERATOR, 409),
    "round-key-weak": Code("A round key is one with which anybody could read along.", _OPERATOR, 409),
    "roster-changed": Code("The roster of the round changed after this device had begun.", _OPERATOR, 409),
    "share-from-stranger": Code("A share comes from a device that offered no keys.", _OPERATOR, 409),
    "share-not-authentic": Code(
        "A share was not made by the device that it is said to be from, for this round and this device.",
        _OPERATOR,
        403,
    ),
    "share-invalid": Code("A share is not a number of the field.", _OPERATOR),
    "lists-overlap": Code("A device is named as survivor and as dropped at once.", _OPERATOR, 409),
    "lists-incomplete": Code("A device that had shared its keys is on neither list.", _OPERATOR, 409),
    "quorum-signature": Code(
        "A device is said to have signed the list of survivors, and has not.", _OPERATOR, 403
    ),
    "quorum-missing": Code(
        "Too few devices signed the same list of survivors.",
        "Nothing was opened: the round ends without a result and the next one is tried.",
        409,
    ),
    "unmask-twice": Code(
        "This device has already helped to open this round; it does so once.", _OPERATOR, 409
    ),
    "secret-wrong": Code(
        "The answers do not open what a device had advertised.",
        "The round ends without a result; see the round's page for the device.",
        409,
    ),
}
