"""The QR code in the terminal: what is drawn in half blocks is the code of the address, with white around it."""

import qrcode

from edge import qr

ADDRESS = "https://fedart.example/devices/confirm/?user_code=BCDF-GHJK"
HALVES = {" ": (True, True), "█": (False, False), "▀": (False, True), "▄": (True, False)}
"""Light modules are drawn: True is a dark one."""


def test_the_code_in_half_blocks_is_the_code_of_the_address() -> None:
    rows: list[list[bool]] = []
    for line in qr.drawn(ADDRESS).splitlines():
        pairs = [HALVES[letter] for letter in line.removeprefix(qr.LIGHT_ON_DARK).removesuffix(qr.PLAIN)]
        rows += [[upper for upper, _ in pairs], [lower for _, lower in pairs]]
    code = qrcode.QRCode(border=qr.QUIET, error_correction=qrcode.ERROR_CORRECT_L)
    code.add_data(ADDRESS)
    code.make()
    assert rows[: len(code.get_matrix())] == code.get_matrix()
    assert qr.size(ADDRESS) == len(rows[0]) < 80
