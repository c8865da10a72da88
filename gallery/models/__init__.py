"""The gallery's tables, one file each."""

from gallery.models.artist import Artist
from gallery.models.evaluation import Evaluation
from gallery.models.event import RequestEvent
from gallery.models.image import Image
from gallery.models.preset import Preset
from gallery.models.request import GenerationRequest
from gallery.models.vault import Vault, VaultAsk, VaultObject, VaultSmallFile, VaultVersion

__all__ = [
    "Artist",
    "Evaluation",
    "GenerationRequest",
    "Image",
    "Preset",
    "RequestEvent",
    "Vault",
    "VaultAsk",
    "VaultObject",
    "VaultSmallFile",
    "VaultVersion",
]
