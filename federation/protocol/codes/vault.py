"""Refusals about vaults: said by the server to whoever sends a list, and by agents about what a server shows them."""

from federation.protocol.codes.entry import Code

_STOP = "Nothing was changed. Ask the operator of the server, and compare the fingerprint on your vault page."
_JOIN = "Run `fedart-edge vault join`."

VAULT: dict[str, Code] = {
    "vault-list-invalid": Code(
        "The vault's list has not the form that docs/vault.md describes.",
        "Load the page again, or update the agent.",
    ),
    "vault-list-signature": Code("The vault's list is not signed by the vault's own list key.", _STOP, 403),
    "vault-list-chain": Code(
        "The vault's list does not follow the one before it.", "Load the newest list, then try again.", 409
    ),
    "vault-no-way-back": Code(
        "The vault would be left without a passphrase, a passkey or a recovery code.",
        "Add one of them first: a browser's storage and a computer can be lost.",
        409,
    ),
    "vault-device-may-not": Code(
        "A device may add and remove files of a vault, but not change who opens it.",
        "Do that on the vault page.",
        403,
    ),
    "vault-rolled-back": Code(
        "The server shows an older list of the vault than this computer has seen before.", _STOP, 409
    ),
    "vault-swapped": Code("A file of the vault is not the one that its signed list names.", _STOP, 409),
    "vault-fingerprint-differs": Code(
        "The vault that the server shows has another fingerprint than the one you gave.", _STOP, 409
    ),
    "vault-not-joined": Code("This computer is not a member of your vault.", _JOIN, 409),
    "vault-not-confirmed": Code(
        "The vault page did not confirm this computer in time.",
        f"Open the vault page there, then: {_JOIN}",
        408,
    ),
    "vault-cannot-open": Code(
        "This computer's key no longer opens the vault: it was removed, or the vault was erased.", _JOIN, 409
    ),
    "vault-adapter-unknown": Code(
        "There is no such adapter in the vault.", "See `fedart-edge vault list`.", 404
    ),
    "vault-adapter-invalid": Code("The file holds no adapter.", "Train it anew.", 400),
    "vault-nothing-to-train": Code(
        "There is nothing to train on.", "Connect a folder first: `fedart-edge connect FOLDER`."
    ),
    "vault-training-stopped": Code("The training was stopped before its last step.", "Start it again.", 409),
    "vault-no-version": Code(
        "There is no shared adapter yet to train on top of.", "Wait for a campaign, then try again.", 409
    ),
}
