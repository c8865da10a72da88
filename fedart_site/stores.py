"""Where files and messages are kept: local folders or S3, and the four databases of one Valkey or Redis."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

from fedart_site import env

# "default" holds media, "blobs" bases and adapters by their hash, "updates" the private uploads of a round,
# "images" private pictures, "exports" the files that compliance officers ask for, "vault" the artists' ciphertext.
KEPT = ("default", "blobs", "updates", "images", "exports", "vault")


def storages(root: Path, *, production: bool) -> dict[str, dict[str, Any]]:
    """Django's STORAGES: folders below `root`, or prefixes of one S3 bucket when FEDART_STORAGE=s3."""
    kind = env.choice("FEDART_STORAGE", ("local", "s3"), "local")
    make = _s3 if kind == "s3" else _folder
    static = (
        "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if production
        else ("django.contrib.staticfiles.storage.StaticFilesStorage")
    )
    return {name: make(root, name) for name in KEPT} | {"staticfiles": {"BACKEND": static}}


def _folder(root: Path, name: str) -> dict[str, Any]:
    """A folder that nothing serves: every download passes a view that asks who wants it."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(root / name),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def _s3(root: Path, name: str) -> dict[str, Any]:
    bucket = env.text("S3_BUCKET")
    if not bucket:
        raise ImproperlyConfigured(
            "FEDART_STORAGE is s3 but S3_BUCKET is missing. Set it to the bucket's name."
        )
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "location": "/".join(part for part in (env.text("S3_PREFIX"), name) if part),
        "region_name": env.text("S3_REGION") or None,
        "endpoint_url": env.text("S3_ENDPOINT_URL") or None,
        "access_key": env.secret("S3_ACCESS_KEY") or None,
        "secret_key": env.secret("S3_SECRET_KEY") or None,
        "default_acl": None,
        "file_overwrite": False,
        "querystring_auth": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def redis_urls(url: str) -> dict[str, Any]:
    """The four databases of one server, from the number in the address on: broker, results, channels, cache."""
    parts = urlsplit(url)
    name = parts.path.strip("/") or "0"
    if not name.isdigit():
        raise ImproperlyConfigured("REDIS_URL must end in a database number, such as /0, or in nothing.")
    if parts.scheme == "rediss" and "ssl_cert_reqs" not in parts.query:
        # Celery refuses the address without it for results, and checks no certificate at all as a broker.
        parts = parts._replace(
            query="&".join(part for part in (parts.query, "ssl_cert_reqs=required") if part)
        )
    first = int(name)
    numbered = {
        use: urlunsplit(parts._replace(path=f"/{first + offset}"))
        for offset, use in enumerate(("broker", "results", "channels", "cache"))
    }
    return numbered | {"number": first}
