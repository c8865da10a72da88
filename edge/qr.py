"""An address as a QR code for a terminal, so that a phone can open it."""

import io

import qrcode

QUIET = 2
"""Modules of white around it. ISO/IEC 18004 asks for 4; phones read 2, and a terminal has few lines."""
LIGHT_ON_DARK, PLAIN = "\x1b[97;40m", "\x1b[0m"
"""Said to the terminal, so that light modules are light whatever colours the artist likes."""


def size(text: str) -> int:
    """Columns that the code of `text` takes; half as many lines."""
    return len(_code(text).get_matrix())


def drawn(text: str) -> str:
    """The code in half blocks: two rows of modules a line, light modules drawn."""
    out = io.StringIO()
    _code(text).print_ascii(out=out, invert=True)
    rows = out.getvalue().replace("\xa0", " ").splitlines()
    return "\n".join(f"{LIGHT_ON_DARK}{row}{PLAIN}" for row in rows if row)


def _code(text: str) -> qrcode.QRCode:
    code = qrcode.QRCode(border=QUIET, error_correction=qrcode.ERROR_CORRECT_L)
    code.add_data(text)
    code.make()
    return code
