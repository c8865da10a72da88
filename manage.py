#!/usr/bin/env python
"""The door to every command of the platform: `python manage.py help` lists them."""

import os
import sys

from fedart_site.environment import prepare_process

# What changes tables is run as the account that owns them; all else as the one that may not (docs/ledger.md).
AS_OWNER = ("migrate", "setup")


def main() -> None:
    prepare_process()
    if sys.argv[1:2] and sys.argv[1] in AS_OWNER:
        os.environ["FEDART_AS_OWNER"] = "true"
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        raise SystemExit(
            f"Django is not installed here ({missing}). Run `make setup`, then use .venv/bin/python."
        ) from missing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    main()
