"""The certificate authority that signs this installation's pictures: a root and one leaf, kept in files.

Public C2PA viewers do not know our root, so they call the signature "untrusted"; the pages say "signed by this
FedArt", and the root can be fetched. The traps that shaped the certificates (found by signing with c2pa-python):
the leaf needs the extended key usage emailProtection, or signing itself fails under the SDK's default settings;
a self-signed leaf is refused; the leaf needs an authority key identifier and an organisation name.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_LIFE = timedelta(days=20 * 365)
# Without a time-stamping authority a picture's signature reads "expired" once the leaf is: hence ten years.
LEAF_LIFE = timedelta(days=10 * 365)
RENEW_AFTER = timedelta(days=365)
ORGANISATION = "FedArt"


@dataclass(frozen=True)
class Authority:
    """What signing needs: the chain (leaf first) and the leaf's private key, all PEM, and the root for checking."""

    chain_pem: str
    key_pem: str
    root_pem: str


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _root(*, at: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("FedArt content credentials root")
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _leaf(
    root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, *, at: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    certificate = (
        x509.CertificateBuilder(
            root.subject, _name("FedArt picture signer"), key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(min(at + LEAF_LIFE, root.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(issuer_id, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return certificate, key


def _write(path: Path, text: str) -> None:
    """Write for the owner's eyes only, whole or not at all."""
    partial = path.with_suffix(path.suffix + ".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    os.replace(partial, path)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def ensure_authority(folder: Path, *, at: datetime) -> str:
    """Make the root once and a leaf once a year below `folder` (0700, files 0600); say what was done."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root_path, key_path, leaf_path = folder / "root.pem", folder / "root.key", folder / "leaf.pem"
    made_root = not (root_path.exists() and key_path.exists())
    if made_root:
        root, root_key = _root(at=at)
        _write(key_path, _key_pem(root_key))
        _write(root_path, _pem(root))
    elif leaf_path.exists():
        leaf = x509.load_pem_x509_certificate(leaf_path.read_bytes())
        if at - leaf.not_valid_before_utc < RENEW_AFTER:
            return "the picture-signing certificate was there already"
    root = x509.load_pem_x509_certificate(root_path.read_bytes())
    loaded = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{key_path} holds no elliptic-curve key; remove the folder and run setup again")
    leaf, leaf_key = _leaf(root, loaded, at=at)
    _write(folder / "leaf.key", _key_pem(leaf_key))
    _write(leaf_path, _pem(leaf))
    return "made the certificate authority that marks pictures" if made_root else "renewed the picture signer"


def load_authority(folder: Path) -> Authority:
    """Read what `ensure_authority` wrote; FileNotFoundError when set-up has not run."""
    root_pem = (folder / "root.pem").read_text()
    return Authority(
        chain_pem=(folder / "leaf.pem").read_text() + root_pem,
        key_pem=(folder / "leaf.key").read_text(),
        root_pem=root_pem,
    )
