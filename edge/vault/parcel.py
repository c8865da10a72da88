"""A trained adapter waiting to go up: encrypted already, on disk, so that a cut or a kill loses no training."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from edge.paths import FOLDER_MODE, Home, write_private
from edge.vault.ring import seal_file
from edge.vault.shelf import Sealed
from federation.protocol.errors import refusal


def folder_of(home: Home) -> Path:
    """Where parcels lie."""
    return home.root / "vault-parcels"


def pack(home: Home, recipient: str, generation: int, contents: list[tuple[str, bytes]]) -> UUID:
    """Encrypt the files of a new adapter (kind, content) and keep only the ciphertext; the adapter's new id."""
    adapter = uuid4()
    draft = folder_of(home) / f".{adapter}"
    draft.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    names = []
    for number, (kind, content) in enumerate(contents):
        names.append([kind, f"{number}.age"])
        write_private(draft / f"{number}.age", seal_file(content, recipient))
    told = {"generation": generation, "files": names, "packed": datetime.now(UTC).isoformat()}
    write_private(draft / "parcel.json", json.dumps(told).encode())
    draft.rename(folder_of(home) / str(adapter))  # whole, or not there
    return adapter


def waiting(home: Home) -> list[UUID]:
    """Parcels that are not in the vault yet."""
    folder = folder_of(home)
    rows = sorted(folder.iterdir()) if folder.is_dir() else []
    return [UUID(path.name) for path in rows if not path.name.startswith(".")]


def unpack(home: Home, adapter: UUID) -> tuple[int, list[Sealed]]:
    """Generation and encrypted files of a parcel. Raises Refusal `home-damaged`."""
    place = folder_of(home) / str(adapter)
    try:
        told = json.loads((place / "parcel.json").read_text("utf-8"))
        files = [Sealed(str(kind), (place / str(name)).read_bytes()) for kind, name in told["files"]]
        return int(told["generation"]), files
    except (OSError, ValueError, KeyError, TypeError):
        raise refusal("home-damaged", "It is an adapter that waits to go up.") from None


def done(home: Home, adapter: UUID) -> None:
    """It is in the vault."""
    shutil.rmtree(folder_of(home) / str(adapter), ignore_errors=True)
