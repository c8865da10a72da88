"""Why the agent waits: each reason with its sentence, the unknown holds nothing up, nothing is asked in vain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from edge.config import ANY_TIME, Manners
from edge.manners import elsewhere, linux, probes
from edge.manners.hold import Gate, reasons
from edge.manners.probes import Probes
from tests.edge.manners.computers import QUIET

MONDAY_NOON = datetime(2026, 11, 23, 12, 0).astimezone()


@pytest.mark.parametrize(
    ("manners", "computer", "sentences"),
    [
        ({}, {}, []),
        ({}, {"on_battery": True}, ["Waiting: on battery. It goes on when plugged in."]),
        ({"on_battery": True}, {"on_battery": True}, []),
        ({}, {"metered": True}, ["Waiting: the network is metered. It goes on with another network."]),
        ({}, {"idle_s": 299.0}, ["Waiting: you are at the computer. It goes on when you take a break."]),
        ({}, {"idle_s": 300.0}, []),
        ({"idle_minutes": 0}, {"idle_s": 0.0}, []),
        ({}, {"programs": frozenset({"systemd", "krita"})},
         ["Waiting: a program has the computer to itself. krita is open. It goes on when that is closed."]),
        ({}, {"programs": frozenset({"adobe photoshop 2026"})},
         ["Waiting: a program has the computer to itself. photoshop is open. It goes on when that is closed."]),
        ({"hours": "daily 22:00-06:00"}, {"on_battery": True},
         ["Waiting: outside your hours. Next try 22:00.", "Waiting: on battery. Next try 22:00."]),
        ({"hours": "Sat 10:00-11:00"}, {}, ["Waiting: outside your hours. Next try Saturday 10:00."]),
        ({}, {"on_battery": None, "metered": None, "idle_s": None}, []),
    ],
)  # fmt: skip
def test_each_reason_has_its_sentence(
    manners: dict[str, Any], computer: dict[str, Any], sentences: list[str]
) -> None:
    seen = replace(QUIET, **{name: (lambda value=value: value) for name, value in computer.items()})
    assert [one.sentence for one in reasons(Manners(**manners), seen, MONDAY_NOON)] == sentences
    assert list(reasons(ANY_TIME, seen, MONDAY_NOON)) == []


def test_without_an_invitation_only_the_cheap_questions_are_asked() -> None:
    def costly() -> Any:
        raise AssertionError("asked in vain")

    gate = Gate(replace(QUIET, metered=costly, idle_s=costly, programs=costly))
    assert gate.hold(Manners(), MONDAY_NOON, thorough=False) is None


def test_a_thorough_answer_is_kept_for_seconds_and_no_longer() -> None:
    asked: list[int] = []
    gate = Gate(replace(QUIET, metered=lambda: bool(asked.append(1)) or len(asked) < 2))
    for seconds, waits in ((0, True), (3, True), (4, False)):
        found = gate.hold(Manners(), MONDAY_NOON + timedelta(seconds=seconds), thorough=True)
        assert bool(found) == waits
    assert len(asked) == 2
    gate.hold(Manners(idle_minutes=1), MONDAY_NOON + timedelta(seconds=4), thorough=True)
    assert len(asked) == 3, "other manners, asked anew"


def says(answers: dict[Sequence[str], str]) -> Any:
    return lambda command: answers.get(tuple(command))


@pytest.mark.parametrize(
    ("said", "metered"),
    [('{"type":"u","data":1}\n', True), ('{"type":"u","data":4}\n', False), ('{"type":"u","data":0}', None),
     (None, None), ("not json", None), ("[]", None), ('{"data":"x"}', None)],
)  # fmt: skip
def test_network_manager(said: str | None, metered: bool | None) -> None:
    assert linux.metered(says({linux.NETWORK: said} if said is not None else {})) is metered


def test_input_idle_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    hint = '{"type":"b","data":true}\n{"type":"t","data":1000000000}\n'
    monkeypatch.delenv("DISPLAY", raising=False)
    assert linux.idle_s(says({linux.GNOME: '{"type":"t","data":[61500]}'})) == 61.5
    assert linux.idle_s(says({linux.X11: "5000"})) is None, "no X11 here"
    assert linux.idle_s(says({linux.LOGIND: hint}), now=lambda: 1060.0) == 60.0
    assert linux.idle_s(says({linux.LOGIND: hint.replace("true", "false")})) is None
    assert linux.idle_s(says({})) is None
    monkeypatch.setenv("DISPLAY", ":0")
    assert linux.idle_s(says({linux.X11: "5000\n", linux.LOGIND: hint})) == 5.0
    assert linux.idle_s(says({linux.X11: "no display"})) is None


def test_input_idle_elsewhere() -> None:
    assert elsewhere.macos_idle_s(says({elsewhere.IOREG: '  | "HIDIdleTime" = 12000000000\n'})) == 12.0
    assert elsewhere.macos_idle_s(says({})) is None
    assert elsewhere.windows_idle_s() is None
    assert elsewhere.unknown() is None


def test_this_computer_answers_or_says_unknown() -> None:
    here = probes.here()
    assert isinstance(here, Probes)
    assert here.on_battery() in (True, False, None)
    assert here.metered() in (True, False, None)
    assert any(name.startswith(("python", "pytest")) for name in here.programs())
    assert here.free_mb() > 0
    assert here.used_mb() > 0
    assert probes.ask(["/nowhere/at/all"]) is None
    assert probes.ask(["false"]) is None
