"""Reads settings from the environment and refuses bad values with a sentence that says what to write instead.

A secret may be given as NAME or, for container secrets, as a file whose path is in NAME_FILE.
"""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = ("true", "yes", "on", "1")
FALSE_WORDS = ("false", "no", "off", "0")


def text(name: str, default: str = "") -> str:
    """The value of `name` without surrounding blanks, or the default."""
    return os.environ.get(name, default).strip()


def choice(name: str, allowed: Sequence[str], default: str) -> str:
    """One of the allowed words."""
    value = text(name, default) or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to one of: {', '.join(allowed)}.")
    return value


def boolean(name: str, default: bool) -> bool:
    """True or False, in the usual words only: a misspelt "ture" must not quietly mean False."""
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE_WORDS:
        return True
    if value in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to true or false.")


def integer(name: str, default: int, *, lowest: int, highest: int) -> int:
    """A whole number within the range."""
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number.") from None
    if not lowest <= number <= highest:
        raise ImproperlyConfigured(f"{name} is {number}. Set it to a number from {lowest} to {highest}.")
    return number


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list of words divided by commas."""
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)


def origin(name: str, default: str, *, https_only: bool) -> str:
    """A web origin: scheme, host and maybe a port, no path and no slash at its end."""
    value = text(name, default) or default
    parts = urlsplit(value)
    example = "https://art.example.org"
    try:
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        port_is_fine = False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to an origin such as {example}.")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(f"{name} is {value!r}. Leave out everything after the host: {example}.")
    if https_only and parts.scheme != "https":
        raise ImproperlyConfigured(f"{name} is {value!r}. In production it must begin with https://.")
    return f"{parts.scheme}://{parts.netloc}"


def service_url(name: str, schemes: Sequence[str], default: str = "") -> str:
    """The address of a database or broker; its scheme must be one of those given. Empty when not set."""
    value = secret(name) or default
    if value and value.partition("://")[0] not in schemes:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        # The value may hold a password, so only the name is said.
        raise ImproperlyConfigured(f"{name} must begin with {wanted}.")
    return value


def secret(name: str, *, shortest: int = 0, required_because: str = "") -> str:
    """A secret from NAME or from the file named by NAME_FILE. Never shown in an error."""
    value, path = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and path:
        raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set. Unset one of them.")
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(
                f"{name}_FILE cannot be read: {error}. Fix the path or rights."
            ) from None
    if required_because and not value:
        raise ImproperlyConfigured(f"{name} is missing: {required_because}. Set {name} or {name}_FILE.")
    if value and len(value) < shortest:
        raise ImproperlyConfigured(f"{name} is too short. Use at least {shortest} random characters.")
    return value


def kept_secret(path: Path) -> str:
    """A random secret of this installation, made at first need and kept in a file only its owner can read."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(64))
    try:
        os.link(draft, path)  # atomic: of two processes starting together one wins, both read the winner's
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii")
