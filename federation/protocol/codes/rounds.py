"""Refusals of the protocol itself: messages, lists of devices, manifests, vectors, adapters."""

from federation.protocol.codes.entry import Code

_UPDATE = "Update the software on both sides and try again."
_REPORT = "Nothing was used. If it happens again, tell the operator of the server."

ROUNDS: dict[str, Code] = {
    "message-truncated": Code(
        "The message is shorter than its header says.", "Send the whole message again."
    ),
    "message-too-long": Code("The message is longer than this step allows.", _REPORT, 413),
    "message-wrong-length": Code("The message does not have the exact length of this step.", _REPORT),
    "message-not-ours": Code("These bytes are not a FedArt message.", _REPORT),
    "message-version": Code("The message is of a version that this side does not speak.", _UPDATE),
    "message-wrong-step": Code("The message belongs to another step of the round.", _REPORT, 409),
    "message-wrong-round": Code("The message belongs to another round.", _REPORT, 409),
    "message-wrong-sender": Code("The message names another sender.", _REPORT, 403),
    "message-wrong-manifest": Code("The message was made for other terms than this round's.", _REPORT, 409),
    "list-not-canonical": Code("The list of devices is not in order, or names one twice.", _REPORT),
    "list-too-long": Code("The list names more devices than a round may have.", _REPORT),
    "vector-wrong-length": Code("The vector does not have the length of this round.", _REPORT),
    "vector-over-clip": Code("The vector is longer than the clip of this round allows.", _REPORT),
    "update-not-finite": Code(
        "The update holds a number that is not finite.",
        "Train again with a lower learning rate. Nothing was sent.",
    ),
    "update-wrong-shape": Code(
        "The update does not have the shape of this round.", "Update the agent. Nothing was sent."
    ),
    "rounding-failed": Code("No rounding of the update kept its length within bounds.", _REPORT),
    "params-invalid": Code("A parameter of the round is outside its bounds.", _REPORT),
    "params-sum-could-wrap": Code(
        "With this clip, scale and cohort the sum could wrap around.",
        "The operator must lower the scale, the clip or the largest cohort.",
    ),
    "noise-invalid": Code(
        "The noise of the round is outside its bounds.",
        "The operator must choose at most as many honest artists as must be left at the end.",
    ),
    "noise-epsilon-differs": Code(
        "The epsilon that the manifest states is not what its noise costs.",
        "Ask the operator which of the two is meant.",
        409,
    ),
    "params-threshold": Code(
        "The threshold of the round is outside its bounds.",
        "The operator must choose it above half of the smallest cohort and not above that cohort.",
    ),
    "step-out-of-order": Code("This step was done already, or is not next.", _REPORT, 409),
    "own-device-missing": Code("This device is not on the list of the step.", _REPORT, 409),
    "list-under-threshold": Code(
        "Fewer devices are left than the round needs.",
        "Nothing to do: the round ends without a result and the next one is tried.",
        409,
    ),
    "list-grew": Code("The list names a device that was not there a step earlier.", _REPORT, 409),
    "list-differs": Code("The device was shown another list than the server's.", _REPORT, 409),
    "sum-out-of-range": Code("The sum is larger than its parts could make it.", _REPORT, 409),
    "scheme-unknown": Code("The round names an aggregation scheme that is not known here.", _UPDATE),
    "manifest-invalid": Code("The manifest of the round is not well formed.", _UPDATE),
    "roster-invalid": Code("The roster of the round is not well formed.", _REPORT),
    "roster-equal-keys": Code("Two devices of the roster have the same key.", _REPORT, 409),
    "signature-invalid": Code("The signature is not by the expected key over these bytes.", _REPORT, 403),
    "key-invalid": Code(
        "This is not an Ed25519 public key.", "Send the 32 raw bytes in base64url, unpadded."
    ),
    "spec-invalid": Code("The adapter specification is not well formed.", _UPDATE),
    "adapter-invalid": Code("These bytes are not an adapter of the expected shape.", _REPORT),
    "adapter-too-large": Code("The adapter file is larger than its specification allows.", _REPORT, 413),
}
