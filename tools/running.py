"""Run a command against the platform; where nothing answers, start the platform for it and end it afterwards.

python -m tools.running --port 8000 -- python -m tools.screenshots
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180.0


def ready(url: str) -> bool:
    """Whether the platform at the address answers and has its workers."""
    try:
        with urlopen(f"{url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def start(port: int) -> "subprocess.Popen[bytes]":
    """`manage.py up`, once it is ready.

    Raises:
        SystemExit: it ended, or took too long; its own words are on the console.
    """
    env = os.environ | {"PUBLIC_ORIGIN": f"http://localhost:{port}"}
    platform = subprocess.Popen([sys.executable, "manage.py", "up", "--port", str(port)], cwd=ROOT, env=env)
    deadline = time.monotonic() + START_SECONDS
    while not ready(f"http://localhost:{port}"):
        if platform.poll() is not None or time.monotonic() > deadline:
            platform.terminate()
            raise SystemExit("The platform did not start; see above.")
        time.sleep(0.5)
    return platform


def main() -> int:
    """Exit status of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    platform = None if ready(f"http://localhost:{options.port}") else start(options.port)
    try:
        return subprocess.run(options.command, cwd=ROOT, check=False).returncode
    finally:
        if platform:
            platform.send_signal(signal.SIGINT)
            platform.wait(60)


if __name__ == "__main__":
    sys.exit(main())
