"""Text as it is pasted from word processors, made plain: what is changed is said, and no word is lost."""

import re
import unicodedata
from dataclasses import dataclass

_BULLETS = "\uf0b7\uf0a7\uf076\uf0d8\uf0fc\u25cf\u25aa\u2023"
_NOTHING = "\u00ad\u200b\u2060\ufeff\u180e"
_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_PLAIN = re.compile(r"[\t\n\x20-\x7e]*")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_STEPS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"\r\n?|\u2028|\x0b|\x85"), "\n", ""),
    (re.compile(r"\u2029|\x0c"), "\n\n", ""),
    (re.compile(f"[{_BULLETS}]"), "•", "Signs of a list are written as bullets."),
    (re.compile(f"[{_NOTHING}]"), "", "Invisible hyphens and spaces are taken out."),
    (re.compile(f"[{_MARKS}]"), "", "Invisible marks of reading direction are taken out."),
    (_CONTROL, "", "Control characters are taken out."),
    (_PRIVATE, "\ufffd", "Signs of a special font are not text; each is marked as \ufffd."),
    (_SURROGATE, "\ufffd", "Broken signs are each marked as \ufffd."),
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without what no reader sees.

    Attributes:
        notes: what was changed, as sentences; line ends are not worth one.
    """

    text: str
    notes: tuple[str, ...] = ()


def cleaned(text: str) -> Cleaned:
    """Take out what no reader sees and what no font has, and say so.

    Quotation marks, dashes, letters and spaces of every script stay. Letters and their accents are joined as fonts
    expect them (Unicode's composed form), so that equal words are equal.
    """
    if _PLAIN.fullmatch(text):
        return Cleaned(text)
    notes = []
    for pattern, instead, note in _STEPS:
        text, times = pattern.subn(instead, text)
        if times and note:
            notes.append(note)
    return Cleaned(unicodedata.normalize("NFC", text), tuple(notes))
