"""How the demo tells what it does: one progress bar a step, one table at the end."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table


class StepFailed(Exception):
    """A step did not show what it should have; the text says what was seen instead and what to do."""


@dataclass
class Row:
    """One finished step: how long it took (seconds) and what was seen."""

    step: str
    seconds: float
    seen: str
    ok: bool = True


@dataclass
class Step:
    """The step under way; the code that runs it reports here."""

    name: str
    progress: Progress
    task: int
    seen: list[str] = field(default_factory=list)

    def total(self, total: float) -> None:
        """Say how much there is to do, once it is known."""
        self.progress.update(self.task, total=total)  # type: ignore[arg-type]

    def at(self, done: float, text: str = "") -> None:
        """Move the bar to `done`, with a few words about what happens now."""
        self.progress.update(self.task, completed=done, now=text)  # type: ignore[arg-type]

    def saw(self, text: str) -> None:
        """Keep a result for the table."""
        self.seen.append(text)


class Board:
    """Runs steps one after another and remembers what each of them showed."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.rows: list[Row] = []
        self._began = time.monotonic()

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time one step and show its bar; a failure is written into the table and raised again."""
        columns = (
            SpinnerColumn(),
            TextColumn("[bold]{task.description:<34}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[now]}"),
            TimeElapsedColumn(),
        )
        began = time.monotonic()
        with Progress(*columns, console=self.console, transient=True) as progress:
            step = Step(name, progress, progress.add_task(name, total=1, now=""))
            try:
                yield step
            except BaseException as error:
                reason = str(error) or type(error).__name__
                self._finish(Row(name, time.monotonic() - began, reason, ok=False))
                raise
        self._finish(Row(name, time.monotonic() - began, "; ".join(step.seen)))

    def _finish(self, row: Row) -> None:
        self.rows.append(row)
        mark = "[green]done[/]" if row.ok else "[red]FAILED[/]"
        self.console.print(f"{mark} [bold]{row.step}[/] ({row.seconds:.1f} s)  {row.seen}", highlight=False)

    @property
    def seconds(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._began

    def table(self) -> Table:
        """The steps so far as a table for people."""
        table = Table(title=f"The demo in {self.seconds:.0f} seconds")
        table.add_column("step")
        table.add_column("seconds", justify="right")
        table.add_column("what was seen")
        for row in self.rows:
            table.add_row(row.step if row.ok else f"[red]{row.step}[/]", f"{row.seconds:.1f}", row.seen)
        return table

    def as_json(self) -> str:
        """The steps so far as one JSON object, for scripts and tests."""
        ok = all(row.ok for row in self.rows)
        return json.dumps(
            {"ok": ok, "seconds": round(self.seconds, 1), "steps": [asdict(r) for r in self.rows]}
        )
