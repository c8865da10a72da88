"""macOS: a launch agent of the user (launchd.plist(5)). Written from the manual; it has not been tried on a Mac."""

import os
import plistlib
from pathlib import Path

from edge.service.plan import Plan, Service

PREFIX = "org.fedart."


def plan(service: Service, home: Path) -> Plan:
    """`home` is the user's own folder."""
    label = f"{PREFIX}{service.name}"
    path = home / "Library" / "LaunchAgents" / f"{label}.plist"
    domain = f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"
    told = {
        "Label": label,
        "ProgramArguments": list(service.command),
        "WorkingDirectory": service.folder,
        "EnvironmentVariables": {"OMP_WAIT_POLICY": "PASSIVE"},
        "RunAtLoad": True,
        # Started again when it was killed, not when it ended by itself: then only the artist can help.
        "KeepAlive": {"Crashed": True},
        "ThrottleInterval": 30,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Nice": 10,
    }
    return Plan(
        path=path,
        content=plistlib.dumps(told),
        install=(("launchctl", "bootstrap", domain, str(path)),),
        remove=(("launchctl", "bootout", f"{domain}/{label}"),),
    )
