"""The tables of federated learning, one file each."""

from federation.models.adapter import AdapterVersion
from federation.models.base import Base
from federation.models.campaign import Campaign
from federation.models.charge import ArtistCap, Charge
from federation.models.device import Device
from federation.models.enrolment import DeviceEnrolment
from federation.models.event import Event
from federation.models.message import Fold, Inbox, Message
from federation.models.participation import Participation
from federation.models.round import Round
from federation.models.upload import Upload

__all__ = [
    "AdapterVersion",
    "ArtistCap",
    "Base",
    "Campaign",
    "Charge",
    "Device",
    "DeviceEnrolment",
    "Event",
    "Fold",
    "Inbox",
    "Message",
    "Participation",
    "Round",
    "Upload",
]
