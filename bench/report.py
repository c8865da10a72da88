"""How every bench says what it measured: a table for people, or one JSON object with --json.

Each script begins with `from report import Figure, report` (its own folder is on the path when it is run as a script;
importing this module also puts the project's root there) and ends with `sys.exit(report("name", figures, as_json))`.
"""

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Figure:
    """One measured figure. `target` is text such as "<= 0.04", or empty where there is none."""

    name: str
    value: float
    unit: str
    target: str = ""

    @property
    def holds(self) -> bool:
        """Whether the value keeps its target; true where there is none."""
        if not self.target:
            return True
        sign, bound = self.target.split()
        return {
            "<=": self.value <= float(bound),
            ">=": self.value >= float(bound),
            "==": self.value == float(bound),
            "<": self.value < float(bound),
            ">": self.value > float(bound),
        }[sign]


def machine() -> dict[str, object]:
    """What these figures were measured on: nothing that names the machine."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "load_1m": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def report(bench: str, figures: Sequence[Figure], as_json: bool) -> int:
    """Prints the figures and returns the exit code: 1 where a target does not hold."""
    if as_json:
        rows = [asdict(figure) | {"holds": figure.holds} for figure in figures]
        print(json.dumps({"bench": bench, "machine": machine(), "figures": rows}))
    else:
        width = max(len(figure.name) for figure in figures)
        for figure in figures:
            verdict = "" if not figure.target else "holds" if figure.holds else "MISSED"
            value = f"{figure.value:.6g} {figure.unit}"
            print(f"{figure.name:<{width}}  {value:<22} {figure.target:<12} {verdict}".rstrip())
    return 0 if all(figure.holds for figure in figures) else 1


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
