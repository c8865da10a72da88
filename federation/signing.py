"""The server's own key: signs manifests and rosters, so that an agent that pinned it notices another server."""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from federation.protocol import keys


def server_key() -> Ed25519PrivateKey:
    """The private key from SERVER_KEY_FILE; `manage.py setup` makes it."""
    return _load(str(settings.SERVER_KEY_FILE))


def server_public_key() -> str:
    """The public half, base64url of 32 bytes; agents pin it when they enrol."""
    return keys.to_b64url(keys.raw_public(server_key()))


@cache
def _load(path: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is not an Ed25519 key")
    return key
