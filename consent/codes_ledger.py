"""Every refusal of the ledger, its proofs and its files: code -> (HTTP status, what is wrong, what to do)."""

LEDGER_CODES: dict[str, tuple[int, str, str]] = {
    "bad-body": (
        400,
        "The body of an entry has not exactly the fields of its kind.",
        "Use the fields in docs/ledger.md.",
    ),
    "no-such-leaf": (404, "The tree has no leaf there.", "Ask for an index below the size of the tree."),
    "no-such-size": (
        404,
        "The ledger has never had that size.",
        "Ask for sizes up to that of the checkpoint.",
    ),
    "no-such-tile": (
        404,
        "There is no such tile.",
        "Ask for tiles that the checkpoint's size needs, as C2SP names them.",
    ),
    "bad-vkey": (
        400,
        "This is not a verifier key in the form of C2SP signed notes.",
        "Copy the whole line name+id+key; the id must fit the key.",
    ),
    "bad-note": (
        400,
        "This is not a signed note as C2SP has it.",
        "Use the file exactly as it was downloaded.",
    ),
    "bad-note-signature": (
        400,
        "A signature under the note does not hold for its text.",
        "Do not trust the note. Fetch it again from where it came.",
    ),
    "bad-checkpoint": (
        400,
        "The note is not a checkpoint of a log: origin, size and root hash on three lines.",
        "Use the file exactly as it was downloaded.",
    ),
    "unsigned-checkpoint": (
        400,
        "No key that is known for this log has signed the checkpoint.",
        "Give the key the log publishes, and look for its origin.",
    ),
    "bad-proof-file": (
        400,
        "This is not a tlog-proof as C2SP has it.",
        "Use the file exactly as it was downloaded.",
    ),
    "not-included": (
        400,
        "The path does not lead from the entry to the root of the checkpoint.",
        "Ask the log for a new proof; if that fails too, the log does not hold the entry.",
    ),
    "not-consistent": (
        409,
        "The checkpoint does not grow out of the one known before: history was rewritten.",
        "Keep both checkpoints; together they prove it. Tell the other artists.",
    ),
    "no-checkpoint": (404, "No checkpoint was signed yet.", "Try again in a moment."),
    "unvouched-key": (
        403,
        "The server's own key does not vouch for this key of a ledger.",
        "Do not trust the ledger. Ask the operator, and compare with what other artists see.",
    ),
    "unknown-witness": (
        403,
        "No witness with that name and key is known here.",
        "Ask the operator to add its key to LEDGER_WITNESSES.",
    ),
    "bad-bundle": (
        400,
        "This is not a bundle in the form of docs/ledger.md.",
        "Use the file exactly as it was downloaded.",
    ),
    "bundle-too-large": (
        413,
        "The bundle says or does more than a bundle may: its sizes are beyond every limit.",
        "Do not open it with other tools either. Ask for a new one.",
    ),
    "bundle-path": (
        400,
        "A name in the bundle is not a plain relative path, or stands there twice.",
        "Do not unpack it. Ask for a new one.",
    ),
}
