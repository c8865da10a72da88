"""The gallery's tables, one file each."""

from gallery.models.artist import Artist
from gallery.models.evaluation import Evaluation
from gallery.models.event import RequestEvent
from gallery.models.image import Image
from gallery.models.name import RefusedName
from gallery.models.preset import Preset
from gallery.models.report import Report, ReportEvent
from gallery.models.request import GenerationRequest
from gallery.models.vault import Vault, VaultAsk, VaultObject, VaultSmallFile, VaultVersion
from gallery.models.viewer import Hidden, Preferences

__all__ = [
    "Artist",
    "Evaluation",
    "GenerationRequest",
    "Hidden",
    "Image",
    "Preferences",
    "Preset",
    "RefusedName",
    "Report",
    "ReportEvent",
    "RequestEvent",
    "Vault",
    "VaultAsk",
    "VaultObject",
    "VaultSmallFile",
    "VaultVersion",
]
