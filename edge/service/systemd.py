"""Linux: a unit of the user's own systemd (systemd.service(5), systemd.exec(5)); no root, no lingering."""

from pathlib import Path

from edge.service.plan import Plan, Service

UNIT = """\
[Unit]
Description=FedArt agent: trains on this computer, the pictures stay here

[Service]
ExecStart={command}
WorkingDirectory={folder}
Environment=OMP_WAIT_POLICY=PASSIVE
# 1: only the artist can help, `status` says how. Anything else is tried again.
Restart=on-failure
RestartPreventExitStatus=1
RestartSec=30
TimeoutStopSec=90
Nice=10
IOSchedulingClass=idle
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def plan(service: Service, home: Path) -> Plan:
    """`home` is the user's own folder."""
    unit = f"{service.name}.service"
    systemctl = ("systemctl", "--user")
    return Plan(
        path=home / ".config" / "systemd" / "user" / unit,
        content=UNIT.format(
            command=" ".join(quoted(part) for part in service.command),
            folder=service.folder.replace("%", "%%"),
        ).encode(),
        install=((*systemctl, "daemon-reload"), (*systemctl, "enable", "--now", unit)),
        remove=((*systemctl, "disable", "--now", unit),),
        after_removal=((*systemctl, "daemon-reload"),),
    )


def quoted(part: str) -> str:
    """One argument as systemd reads it: in quotes, `%` and `$` doubled (systemd.syntax(7), systemd.unit(5))."""
    text = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"'
