"""The device's own key: Ed25519, born here, never sent, 0600."""

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.paths import Home, write_private
from federation.protocol.errors import refusal


def create(home: Home) -> Ed25519PrivateKey:
    """A fresh key, kept in the home folder; an old one there is replaced."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    write_private(home.key, pem)
    return key


def load(home: Home) -> Ed25519PrivateKey:
    """Raises Refusal `not-enrolled` or `home-damaged`."""
    try:
        key = form.load_pem_private_key(home.key.read_bytes(), password=None)
    except FileNotFoundError:
        raise refusal("not-enrolled") from None
    except ValueError:
        raise refusal("home-damaged", "It is device.pem.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise refusal("home-damaged", "It is device.pem.")
    return key
