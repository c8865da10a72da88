"""What git keeps is what people wrote: nothing that .gitignore calls a by-product is committed."""

import subprocess

from tests.architecture.tree import ROOT


def test_no_ignored_file_is_committed() -> None:
    if not (ROOT / ".git").exists():
        return  # an unpacked archive: git keeps nothing here
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == []
