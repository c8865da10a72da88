"""The refusals of the vault's doors, in the form of gallery/codes.py."""

from collections.abc import Mapping

VAULT_CODES: Mapping[str, tuple[int, str, str]] = {
    "vault-already": (409, "You have a vault already.", "Load the page again to see it."),
    "vault-ask-unknown": (404, "No such computer asks to be let in.", "Load the page again."),
    "vault-file-missing": (
        409,
        "The list names a file that is not here, or not whole.",
        "Upload that file first, then send the list.",
    ),
    "vault-full": (413, "The vault has no room for this file.", "Delete an adapter you no longer need."),
    "vault-hash-differs": (
        409,
        "What arrived has another hash than was announced; it was thrown away.",
        "Upload the file again from its start.",
    ),
    "vault-moved-on": (
        409,
        "The vault was changed from elsewhere in the meantime.",
        "Load the newest list, then try again.",
    ),
    "vault-none": (404, "You have no vault yet.", "Set one up on the vault page."),
    "vault-not-allowed": (
        403,
        "You have not allowed us to keep your locked files, or everything is paused.",
        "Decide on the consent page Keep my personal style here, then send the file again.",
    ),
    "vault-not-age": (
        400,
        "Only files in the age format are stored here: the server must not be able to read them.",
        "Encrypt the file to your vault first.",
    ),
    "vault-word-missing": (400, "The word was not typed.", "Type the word that the page shows."),
    "vault-object-bad": (
        400,
        "An upload needs a SHA-256 and a size from one byte up to the limit.",
        "See docs/vault.md.",
    ),
    "vault-object-unknown": (404, "There is no such file in your vault.", "Announce it first."),
    "vault-piece-bad": (
        409,
        "That is not the piece that comes next, or it has not its length.",
        "Ask how many pieces have arrived, and go on from there.",
    ),
    "vault-too-many-uploads": (
        429,
        "Too many uploads lie unfinished.",
        "Finish or wait: what lies for two days is removed.",
    ),
}
