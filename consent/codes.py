"""Every refusal of consent: code -> (HTTP status, what is wrong, what to do about it)."""

from consent.codes_desk import DESK_CODES
from consent.codes_ledger import LEDGER_CODES

CODES: dict[str, tuple[int, str, str]] = {
    **DESK_CODES,
    "too-large": (
        413,
        "This is larger than any statement or request here can be.",
        "Send the document this site prepared, unchanged.",
    ),
    "not-json": (400, "This is not a JSON object in UTF-8.", "Send the document as the page prepared it."),
    "duplicate-key": (
        400,
        "A name appears twice in one JSON object, so it could be read in two ways.",
        "Sign the draft as this site gave it.",
    ),
    "not-canonical": (
        400,
        "These bytes are not the canonical form (RFC 8785) of what they say.",
        "Serialise by RFC 8785 before signing and send exactly those bytes.",
    ),
    "wrong-shape": (
        400,
        "A field is missing, unknown or of the wrong kind.",
        "Send only the fields the documentation names.",
    ),
    "bad-proof": (
        400,
        "The proof is not a complete eddsa-jcs-2022 proof.",
        "Sign with the cryptosuite eddsa-jcs-2022 and purpose assertionMethod.",
    ),
    "bad-key": (
        400,
        "This is not an Ed25519 key in did:key form.",
        "Let the consent page make the key, or send a did:key that starts with z6Mk.",
    ),
    "bad-signature": (
        400,
        "The signature does not fit this text and this key, so nobody can be shown to have said it.",
        "Reload the consent page and decide again.",
    ),
    "unknown-purpose": (
        400,
        "No decision is asked for under this purpose.",
        "Use a purpose that the consent page shows.",
    ),
    "unknown-decision": (
        400,
        "A decision is either grant or refuse.",
        'Send "grant" or "refuse"; revoking has its own button.',
    ),
    "unknown-key": (
        403,
        "This key is not registered to your account.",
        "Reload the consent page: it makes a key for this browser and registers it.",
    ),
    "key-withdrawn": (
        403,
        "This key was withdrawn and signs nothing any more.",
        "Reload the consent page and let it make a new key.",
    ),
    "key-taken": (
        409,
        "This key already belongs to another account.",
        "Make a new key for this account; keys are never shared.",
    ),
    "too-many-keys": (
        409,
        "This account has as many live browser keys as it may have.",
        "Withdraw a key of a browser you no longer use, on the consent page.",
    ),
    "unknown-draft": (
        404,
        "No draft of yours carries this number, so this statement answers nothing we asked.",
        "Reload the consent page and decide again.",
    ),
    "draft-used": (
        409,
        "This draft was signed before; a statement counts once.",
        "Nothing is lost. Reload the consent page to see where you stand.",
    ),
    "draft-expired": (
        410,
        "This draft is too old to be signed.",
        "Reload the consent page and decide again; drafts live for ten minutes.",
    ),
    "draft-changed": (
        400,
        "The signed text is not the text of the draft.",
        "Reload the consent page and sign what it shows.",
    ),
    "superseded": (
        409,
        "You decided about this again after the draft was made; the later decision stands.",
        "Reload the consent page to see where you stand.",
    ),
    "too-many-drafts": (
        429,
        "Too many drafts were asked for in a short time.",
        "Wait a few minutes and decide again.",
    ),
    "clock-skew": (
        400,
        "The signature carries a time that is more than five minutes off.",
        "Set the clock of your computer, reload the page and decide again.",
    ),
    "notice-changed": (
        409,
        "The text you read was replaced by a newer one meanwhile.",
        "Reload the consent page, read the new text and decide again.",
    ),
    "terms-missing": (
        409,
        "There is no training to decide on yet: no campaign has published its terms.",
        "Come back when the first campaign is open. Nothing is used before you decide.",
    ),
    "terms-changed": (
        409,
        "The terms of training changed after the draft was made.",
        "Reload the consent page, read the new terms and decide again.",
    ),
    "no-passkey": (
        409,
        "Your account has no passkey, so there is nothing to sign with a second time.",
        "Add a passkey under Passkeys and codes, or sign without one.",
    ),
    "bad-passkey": (
        400,
        "The passkey's answer does not stand for this statement.",
        "Try again and touch the passkey when asked, or sign without one.",
    ),
    "sign-in-first": (401, "Nobody is signed in.", "Sign in and try again."),
    "wrong-method": (405, "This address does not answer to that kind of request.", "Use the consent page."),
    "no-receipt": (
        404,
        "You have no receipt of that number.",
        "Open the consent page; it lists every receipt of yours.",
    ),
    "reason-needed": (
        400,
        "An export of records about people needs a reason of at least ten characters.",
        "Write why the records are needed; the artists concerned will see it.",
    ),
    "unknown-format": (400, "Exports are made as csv, json, jsonld or bundle.", "Choose one of the four."),
    "bad-filter": (
        400,
        "One of the filters cannot be read.",
        "Correct the field named in the form; times look like 2026-11-24 or 2026-11-24T05:00Z.",
    ),
    "export-not-ready": (409, "The file is still being made.", "Wait until the progress bar is full."),
    "export-expired": (410, "This export has expired and its file was removed.", "Ask for a new one."),
    "export-failed": (
        409,
        "The file could not be made.",
        "Ask for a new one; if that fails too, tell the operator.",
    ),
    "unknown-kind": (
        400,
        "The ledger keeps no entries of that kind.",
        "Use one of the kinds in docs/ledger.md.",
    ),
    "bad-entry": (400, "This cannot be an entry of the ledger.", "See docs/ledger.md for the exact form."),
    "broken-ledger": (
        500,
        "The ledger does not add up.",
        "Run `manage.py verify_ledger`; it names the first break.",
    ),
    **LEDGER_CODES,
}
