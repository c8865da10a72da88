"""The two keys this server signs with: one for the ledger's checkpoints, one for files and manifests."""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from consent.ledger.notes import COSIGNATURE, Key, parse_vkey
from consent.ledger.signing import sign
from consent.ledger.vouching import vouch


def ledger_private_key() -> Ed25519PrivateKey:
    """From LEDGER_KEY_FILE; `manage.py setup` makes it. It signs checkpoints and nothing else: one key,
    one kind of signature (C2SP signed-note)."""
    return _load(str(settings.LEDGER_KEY_FILE))


def ledger_key() -> Key:
    """The public half, named after the log's origin."""
    return Key(settings.LEDGER_ORIGIN, ledger_private_key().public_key().public_bytes_raw())


def vouched_ledger_key(*, created: str) -> dict[str, object]:
    """That document by which the server key vouches for the ledger's key; agents check it when they enrol."""
    return vouch(ledger_key(), sign=lambda document: sign_document(document, created=created))


def witness_keys() -> list[Key]:
    """The witnesses whose cosignatures are taken and shown: LEDGER_WITNESSES. Refuses `bad-vkey`."""
    keys = [parse_vkey(text) for text in settings.LEDGER_WITNESSES]
    return [key for key in keys if key.kind == COSIGNATURE]


def sign_document(document: dict[str, object], *, created: str) -> dict[str, object]:
    """The document with an eddsa-jcs-2022 proof by the server key, such as a bundle's manifest."""
    return sign(document, private_key=_load(str(settings.SERVER_KEY_FILE)), created=created)


@cache
def _load(path: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is not an Ed25519 key")
    return key
