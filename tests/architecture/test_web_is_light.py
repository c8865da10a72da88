"""A web process loads every address and view without torch."""

import subprocess
import sys

from tests.architecture import tree

PROGRAM = """
import sys
import fedart_site.asgi
from django.urls import get_resolver
get_resolver().url_patterns
from fedart_site.checks import model_libraries_loaded
loaded = model_libraries_loaded(sys.modules)
sys.exit(f"loaded: {loaded}" if loaded else 0)
"""


def test_no_model_library_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
