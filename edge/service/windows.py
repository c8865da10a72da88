"""Windows: a task that starts when the user signs in (Task Scheduler 1.2 XML). Not tried on Windows."""

import subprocess
from pathlib import Path
from xml.etree import ElementTree as Xml

from edge.service.plan import Plan, Service

SCHEMA = "http://schemas.microsoft.com/windows/2004/02/mit/task"
NEVER = "PT0S"


def plan(service: Service, home: Path) -> Plan:
    """`home` is the user's own folder."""
    task = f"FedArt\\{service.name}"
    path = home / "AppData" / "Local" / "FedArt" / f"{service.name}.xml"
    return Plan(
        path=path,
        content=document(service),
        install=(
            ("schtasks", "/Create", "/TN", task, "/XML", str(path), "/F"),
            ("schtasks", "/Run", "/TN", task),
        ),
        remove=(("schtasks", "/End", "/TN", task), ("schtasks", "/Delete", "/TN", task, "/F")),
    )


def document(service: Service) -> bytes:
    """The task as XML, UTF-16 as schtasks wants it. The agent minds batteries itself, so the system need not."""
    Xml.register_namespace("", SCHEMA)
    task = Xml.Element(f"{{{SCHEMA}}}Task", version="1.2")
    _put(task, "Triggers", LogonTrigger={"Enabled": "true"})
    _put(task, "Principals", Principal={"LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"})
    _put(
        task, "Settings", MultipleInstancesPolicy="IgnoreNew", DisallowStartIfOnBatteries="false",
        StopIfGoingOnBatteries="false", ExecutionTimeLimit=NEVER, Priority="8",
        RestartOnFailure={"Interval": "PT1M", "Count": "3"},
    )  # fmt: skip
    program = service.command[0].replace("python.exe", "pythonw.exe")  # no window
    arguments = subprocess.list2cmdline(service.command[1:])
    _put(
        task, "Actions", Exec={"Command": program, "Arguments": arguments, "WorkingDirectory": service.folder}
    )
    written: bytes = Xml.tostring(task, encoding="utf-16", xml_declaration=True)
    return written


def _put(parent: Xml.Element, tag: str, **inside: str | dict[str, str]) -> None:
    element = Xml.SubElement(parent, f"{{{SCHEMA}}}{tag}")
    for name, value in inside.items():
        if isinstance(value, dict):
            _put(element, name, **value)
        else:
            Xml.SubElement(element, f"{{{SCHEMA}}}{name}").text = value
