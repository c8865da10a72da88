"""What `manage.py setup` does for federation; each step may be repeated."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import Application

from diffusion.base import shipped_base_dir
from federation.models import Base, Campaign
from federation.services.bases import register_base
from federation.services.campaigns import Terms, create_campaign, start_campaign

CLIENT_ID = "fedart-agent"
FIRST_LIGHT = "First light"


def make_oauth_application() -> str:
    """The one public client: every agent. It has no secret, since an agent could not keep one."""
    _, made = Application.objects.get_or_create(
        client_id=CLIENT_ID,
        defaults={
            "name": "FedArt agent",
            "client_type": Application.CLIENT_PUBLIC,
            "authorization_grant_type": Application.GRANT_DEVICE_CODE,
            "client_secret": "",
            "skip_authorization": False,
        },
    )
    return f"The OAuth client {CLIENT_ID} {'was made' if made else 'is there'}."


def base_folder_to_ship() -> Path:
    """FEDART_BASE_DIR, else the base in the repository; with FEDART_TINY_BASE=1 a random one, for tests."""
    given = os.environ.get("FEDART_BASE_DIR")
    if given:
        return Path(given)
    if os.environ.get("FEDART_TINY_BASE") == "1" and not settings.IS_PRODUCTION:
        return _tiny_base(Path(settings.STATE_DIR) / "tiny-base")
    return shipped_base_dir()


def _tiny_base(folder: Path) -> Path:
    """Written by a process of its own: no server process ever loads torch."""
    if not (folder / "model_index.json").is_file():
        code = "import sys, pathlib, diffusion.tiny as tiny; tiny.write_tiny_base(pathlib.Path(sys.argv[1]))"
        subprocess.run(
            [sys.executable, "-c", code, str(folder)], cwd=settings.BASE_DIR, check=True, timeout=300
        )
    return folder


def register_shipped_base() -> str:
    """Registers the shipped base where its weights are there."""
    folder = base_folder_to_ship()
    if not (folder / "model_index.json").is_file():
        return f"No base at {folder}: nothing to register yet."
    base = register_base(folder=folder, name="FedArt mini", at=timezone.now())
    return f"The base {base} is registered."


def start_first_campaign() -> str:
    """The campaign "First light", where FEDART_DEMO_CAMPAIGN=1 asks for it."""
    if os.environ.get("FEDART_DEMO_CAMPAIGN") != "1":
        return "No first campaign was asked for (FEDART_DEMO_CAMPAIGN=1)."
    base = Base.objects.order_by("-registered_at").first()
    if base is None:
        return "No base is registered, so no campaign was started."
    campaign = ensure_running(base=base, terms=Terms(name=FIRST_LIGHT), at=timezone.now())
    return f"The campaign {campaign.name!r} is {campaign.state}."


@transaction.atomic
def ensure_running(*, base: Base, terms: Terms, at: datetime) -> Campaign:
    """The campaign of that name, made and started where it is not there yet."""
    found = Campaign.objects.filter(name=terms.name).first()
    campaign = found or create_campaign(base=base, terms=terms, at=at)
    return start_campaign(campaign=campaign, at=at) if campaign.state in ("draft", "paused") else campaign
