"""The artist's own computer: the real agent as processes of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge.vault.ring import Ring


class Computer:
    """One machine with three pictures."""

    def __init__(self, url: str, email: str, folder: Path) -> None:
        from tests.edge.agents import pictures

        self.url, self.email, self.folder = url, email, folder
        self.home, self.works = folder / "home", pictures(folder / "works")

    def edge(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        """Run a command of the agent; its lines."""
        from tests.edge.test_cli import edge

        return edge(self.home, *arguments, code=code)

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        from tests.edge.test_cli import ROOT, command

        return subprocess.Popen(command(self.home, *arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def enrol(self) -> None:
        """The artist confirms what the agent shows."""
        from fedart_site.demo.artists import confirm_device
        from fedart_site.demo.visitor import Visitor
        from tests.people import PASSWORD

        visitor = Visitor(self.url, self.email, PASSWORD, "vault")
        visitor.sign_up_or_in()
        enrol = ("enrol", "--server", self.url, "--name", "Studio PC", "--pictures", str(self.works))
        with self._start(*enrol) as process:
            assert process.stdout is not None
            lines = (json.loads(line) for line in process.stdout)
            shown = next(line for line in lines if "user_code" in line)
            confirm_device(visitor, shown["user_code"], shown["fingerprint"])
            assert any(line.get("enrolled") for line in lines)
        visitor.http.close()

    @contextmanager
    def joining(self, fingerprint: str) -> Iterator[str]:
        """The agent asks to be let in; within, the artist does so. Gives the fingerprint that the agent shows."""
        with self._start("vault", "join", "--fingerprint", fingerprint) as process:
            assert process.stdout is not None
            yield str(json.loads(process.stdout.readline())["fingerprint"])
            assert json.loads(process.stdout.readline())["joined"] is True
        assert process.returncode == 0

    def fetch(self, name: str, *more: str) -> bytes:
        """An adapter, decrypted by the agent."""
        file = self.folder / "fetched.safetensors"
        self.edge("vault", "get", name, "--to", str(file), *more)
        return file.read_bytes()

    def list_seed(self) -> str:
        """The list key as it stands inside keyring.age, where only members read it."""
        from federation.protocol.keys import to_b64url

        return to_b64url(self.ring.seed)

    @property
    def ring(self) -> Ring:
        """What this computer could open last."""
        from edge.vault.ring import loads

        return loads((self.folder / "keys.txt").read_text())
