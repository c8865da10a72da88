"""A base by its id at a model hub: looked at first (files, sizes, revision), then fetched into the cache that all
programs share, resumed where it broke off. Neither torch nor diffusers is loaded for it.

Only what diffusion.base.files chooses is fetched: no pickle, no script. What came is named by `base_hash` afterwards,
and whoever uses it compares that name with the one on its list.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from httpx2 import HTTPError  # huggingface_hub's own client
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from diffusion.base import base_hash
from diffusion.base.files import CLASSES, INDEX, chosen, only_pickled

MAX_FILES = 256
MAX_INDEX = 1_000_000
TRIES = 5
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


class HubError(ValueError):
    """The base cannot be had from the hub; the message says why and what to do."""


class HubUnreachable(HubError):
    """The hub does not answer; what was fetched is kept, and the next try goes on there."""


@dataclass(frozen=True)
class HubFile:
    """One file: its path in the repository, bytes, and SHA-256 where the hub tells it (for large files)."""

    path: str
    size: int
    sha256: str | None


@dataclass(frozen=True)
class Offer:
    """A base as the hub has it at one commit."""

    repository: str
    commit: str
    files: tuple[HubFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def is_hub_id(text: str) -> bool:
    """Whether it reads "owner/name"."""
    return _ID.fullmatch(text) is not None


def look(
    repository: str, *, revision: str = "main", endpoint: str | None = None, cache: Path | None = None
) -> Offer:
    """What `repository` ("owner/name") holds at `revision`; only its index is fetched.

    `endpoint` is another hub than HF_ENDPOINT names, `cache` another folder than HF_HOME says. Raises HubError.
    """
    if not is_hub_id(repository):
        raise HubError(f"{repository[:80]!r} is no id at a hub: it reads owner/name.")
    try:
        told = HfApi(endpoint=endpoint).model_info(repository, revision=revision, files_metadata=True)
        commit = str(told.sha)
        place = hf_hub_download(repository, INDEX, revision=commit, endpoint=endpoint, cache_dir=cache)
    except (OSError, HTTPError, HFValidationError) as error:
        raise _said(error, repository, revision) from None
    index = _index(Path(place))
    rows = {str(row.rfilename): row for row in told.siblings or ()}
    if pickled := only_pickled(rows, index):
        raise HubError(
            f"{repository} has {pickled[0]} only as a pickle, which could run code: choose a base with safetensors."
        )
    files = tuple(
        HubFile(path, int(rows[path].size or 0), getattr(rows[path].lfs, "sha256", None))
        for path in chosen(rows, index)
    )
    if not 2 <= len(files) <= MAX_FILES:
        raise HubError(f"{repository} holds {len(files)} files of a base: 2 to {MAX_FILES} are possible.")
    return Offer(repository, commit, files)


def fetch(
    offer: Offer,
    folder: Path,
    *,
    endpoint: str | None = None,
    cache: Path | None = None,
    on_file: Callable[[int, int], None] | None = None,
) -> str:
    """Fetches the files into the shared cache, lays them out in `folder` (links, no copies), and returns their hash.

    `on_file(bytes, of)` after each file. Raises HubError, or HubUnreachable with everything kept that came.
    """
    done, fresh = 0, folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for file in offer.files:
        place = _fetched(offer, file, endpoint, cache)
        target = fresh / file.path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        link(place.resolve(), target)
        done += file.size
        if on_file is not None:
            on_file(done, offer.size)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)
    return base_hash(folder)


def link(source: Path, target: Path) -> None:
    """A second name for a file of a cache; where the disk is another one, a pointer to it."""
    try:
        os.link(source, target)
    except OSError:
        target.symlink_to(source)


def _fetched(offer: Offer, file: HubFile, endpoint: str | None, cache: Path | None) -> Path:
    failure: Exception = OSError("never tried")
    for _ in range(TRIES):
        try:
            place = Path(
                hf_hub_download(
                    offer.repository, file.path, revision=offer.commit, endpoint=endpoint, cache_dir=cache
                )
            )
        except (OSError, HTTPError) as error:
            failure = error  # huggingface_hub keeps what came and asks for the rest
            continue
        if file.sha256 is None or _sha256(place) == file.sha256:
            return place
        place.resolve().unlink()
        place.unlink(missing_ok=True)
        failure = HubError(f"{file.path} of {offer.repository} is not what the hub says it is.")
    if isinstance(failure, HubError):
        raise failure
    raise _said(failure, offer.repository, offer.commit)


def _index(place: Path) -> dict[str, object]:
    if place.stat().st_size > MAX_INDEX:
        raise HubError(f"Its {INDEX} is too large to be one.")
    try:
        index = json.loads(place.read_text("utf-8"))
    except ValueError:
        index = None
    if not isinstance(index, dict) or index.get("_class_name") not in CLASSES:
        raise HubError(f"It is no base that can be trained here: one of {', '.join(CLASSES)} is.")
    return index


def _said(error: Exception, repository: str, revision: str) -> HubError:
    """The library's exception as a sentence."""
    if isinstance(error, GatedRepoError):
        return HubError(
            f"{repository} asks for its terms to be accepted: do so at the hub, and set HF_TOKEN."
        )
    if isinstance(error, RevisionNotFoundError):
        return HubError(f"{repository} has no revision {revision!r}.")
    if isinstance(error, RepositoryNotFoundError):
        return HubError(f"The hub knows no {repository}, or it is private: check the id, or set HF_TOKEN.")
    if isinstance(error, HfHubHTTPError) and error.response is not None and error.response.status_code == 404:
        return HubError(f"{repository} has no {INDEX}: it is not a base.")
    if isinstance(error, HfHubHTTPError | LocalEntryNotFoundError | HTTPError):
        return HubUnreachable(
            "The hub does not answer. Check the network and try again: it goes on where it was."
        )
    return HubError(f"{repository} cannot be fetched ({type(error).__name__}: {str(error)[:120]}).")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
