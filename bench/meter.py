"""CPU and memory of one process, split between a server and its clients. Knows nothing of either; stdlib only."""

import statistics
import time
from pathlib import Path

MIB = 1024.0


def status(field: str) -> float:
    """VmRSS or VmHWM of this process in MiB (Linux)."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / MIB
    raise LookupError(field)


class Meter:
    """`server()` and `client(who)` are blocks whose CPU seconds and peak memory count for that side."""

    def __init__(self, base: float | None = None) -> None:
        """`base`: the MiB above which the server's memory counts; what the process holds now where none is given."""
        self.base = status("VmRSS") if base is None else base
        self.server_cpu, self.server_mib, self.client_mib = 0.0, 0.0, 0.0
        self.client_cpu: dict[int, float] = {}
        self.client_up: dict[int, int] = {}
        self.last = 0.0
        self._began, self._before, self._who = 0.0, 0.0, -1

    def server(self) -> "Meter":
        """What follows is the server's."""
        self._who = -1
        return self

    def client(self, who: int) -> "Meter":
        """What follows is that client's."""
        self._who = who
        return self

    def __enter__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak counts from here
        self._before = self.base if self._who < 0 else status("VmRSS")
        self._began = time.process_time()

    def __exit__(self, *_: object) -> None:
        self.last = spent = time.process_time() - self._began
        peak = status("VmHWM") - self._before
        if self._who < 0:
            self.server_cpu += spent
            self.server_mib = max(self.server_mib, peak)
        else:
            self.client_cpu[self._who] = self.client_cpu.get(self._who, 0.0) + spent
            self.client_mib = max(self.client_mib, peak)

    def sent(self, who: int, size: int) -> None:
        """That client uploaded so many bytes."""
        self.client_up[who] = self.client_up.get(who, 0) + size

    def figures(self, alive: list[int]) -> dict[str, float]:
        """CPU seconds, MiB and bytes; of clients the median over those who stayed."""
        return {
            "server_cpu": self.server_cpu,
            "server_mib": self.server_mib,
            "client_cpu": statistics.median(self.client_cpu[one] for one in alive),
            "client_mib": self.client_mib,
            "upload": statistics.median(self.client_up[one] for one in alive),
        }
