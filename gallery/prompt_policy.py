"""How a name is found in a prompt, however it is written. Pure: the table of names is given.

Compared are words without case, accents and punctuation. A name of two words or more is also found with its words run
together or its letters spaced out ("greg.rutkowski", "gregrutkowski", "g r e g rutkowski"). What this does not find:
misspellings, and letters of other alphabets that only look alike.
"""

import re
import unicodedata
from collections.abc import Iterable

NAME_MIN = 3
"""Letters of a name as compared: shorter ones stand in too many words."""
RUN_TOGETHER_MIN = 8
"""Letters from which a name is also looked for without its blanks; shorter ones hide in ordinary words."""
_WORD = re.compile(r"[^\W_]+")


def key_of(text: str) -> str:
    """Words in lower case without accents and punctuation, one blank between: "Éva  O'Neil" is "eva o neil"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(_WORD.findall(plain))


def found_in(prompt: str, keys: Iterable[str]) -> str:
    """The first of these keys that the prompt names, or nothing."""
    words = key_of(prompt)
    padded, squeezed = f" {words} ", words.replace(" ", "")
    for key in keys:
        if f" {key} " in padded:
            return key
        together = key.replace(" ", "")
        if " " in key and len(together) >= RUN_TOGETHER_MIN and together in squeezed:
            return key
    return ""
