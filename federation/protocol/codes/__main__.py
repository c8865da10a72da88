"""Prints docs/codes.md: `python -m federation.protocol.codes > docs/codes.md`."""

import sys

from federation.protocol.codes.page import codes_page

if __name__ == "__main__":
    sys.stdout.write(codes_page())
