"""The agent as a service: what each system would be given, that it says what is meant, and that it goes away again."""

import plistlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from edge.commands import DEFAULT_HOME
from edge.paths import Home
from edge.service import launchd, systemd, windows
from edge.service.plan import Plan, Service, install, plan_here, run_here, service_of, uninstall
from federation.protocol.errors import Refusal

ODD = Service(
    "fedart-edge", (sys.executable, "-m", "edge", "--home", '/home/a "b" 50% $HOME\\x/<&>', "run"), "/opt/50%"
)


def plan_of(system: str, folder: Path) -> Plan:
    return {"systemd": systemd, "launchd": launchd, "windows": windows}[system].plan(ODD, folder)


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    plan = systemd.plan(service_of(Home(tmp_path / "a home 50%"), DEFAULT_HOME), tmp_path)
    unit = tmp_path / plan.path.name
    unit.write_bytes(plan.content)
    assert f'"{sys.executable}" "-m" "edge" "--home" "{tmp_path}/a home 50%%" "run"' in plan.content.decode()
    checker = shutil.which("systemd-analyze")
    if checker:
        environment = {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [checker, "--user", "verify", str(unit)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert unit.name not in done.stderr, done.stderr


def test_systemd_gets_each_argument_as_it_is() -> None:
    assert systemd.quoted('a "b" 50% $HOME\\x') == '"a \\"b\\" 50%% $$HOME\\\\x"'


def test_the_launch_agent_is_read_back_whole(tmp_path: Path) -> None:
    told = plistlib.loads(plan_of("launchd", tmp_path).content)
    assert told["ProgramArguments"] == list(ODD.command)
    assert told["Label"] == "org.fedart.fedart-edge"
    assert told["KeepAlive"] == {"Crashed": True}


def test_the_task_is_read_back_whole(tmp_path: Path) -> None:
    root = Xml.fromstring(plan_of("windows", tmp_path).content)
    found = {element.tag.rpartition("}")[2]: element.text for element in root.iter()}
    assert found["Arguments"] == subprocess.list2cmdline(ODD.command[1:])
    assert found["RunLevel"] == "LeastPrivilege"
    assert found["DisallowStartIfOnBatteries"] == "false"


@pytest.mark.parametrize("system", ["systemd", "launchd", "windows"])
def test_what_was_installed_is_removed_again(tmp_path: Path, system: str) -> None:
    plan, ran = plan_of(system, tmp_path), list[Sequence[str]]()
    install(plan, ran.append)
    install(plan, ran.append)
    assert plan.path.read_bytes() == plan.content
    assert ran == [*plan.install, *plan.install]
    ran.clear()
    assert uninstall(plan, ran.append)
    assert not plan.path.exists()
    assert ran == [*plan.remove, *plan.after_removal]
    assert not uninstall(plan, ran.append)


def test_each_home_has_its_own_service_and_odd_names_are_refused(tmp_path: Path) -> None:
    usual, other = service_of(Home(DEFAULT_HOME), DEFAULT_HOME), service_of(Home(tmp_path), DEFAULT_HOME)
    assert usual.name == "fedart-edge"
    assert other.name.startswith("fedart-edge-")
    with pytest.raises(Refusal, match="service-path-unusual"):
        service_of(Home(tmp_path / "two\nlines"), DEFAULT_HOME)


def test_a_system_that_does_not_take_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="service-unavailable"):
        run_here(["/nowhere/systemctl"])
    with pytest.raises(Refusal, match="no bus here"):
        run_here([sys.executable, "-c", "import sys; sys.exit('no bus here')"])
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(Refusal, match="service-unavailable"):
        plan_here(ODD)
