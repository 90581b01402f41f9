"""Text as word processors give it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.values.pasting import cleaned
from hanse.core.values.reading import checked_text

BULLETS = "Signs of a list are written as bullets."
HYPHENS = "Invisible hyphens and spaces are taken out."


@pytest.mark.parametrize(
    ("pasted", "plain", "notes"),
    [
        ("as typed", "as typed", ()),
        ("“Quiet” – it’s 5 °C…", "“Quiet” – it’s 5 °C…", ()),
        ("one\r\ntwo\rthree\x0bfour", "one\ntwo\nthree\nfour", ()),
        ("page\x0cnext", "page\n\nnext", ()),
        ("\uf0b7\tfirst\n\uf0a7 second", "•\tfirst\n• second", (BULLETS,)),
        ("coop\u00ader\u00adation\u200b", "cooperation", (HYPHENS,)),
        ("a\u202eb\u202c", "ab", ("Invisible marks of reading direction are taken out.",)),
        ("a\x07b", "ab", ("Control characters are taken out.",)),
        ("a\uf8ffb", "a\ufffdb", ("Signs of a special font are not text; each is marked as \ufffd.",)),
        ("a\ud800b", "a\ufffdb", ("Broken signs are each marked as \ufffd.",)),
        ("Lu\u0308beck", "Lübeck", ()),
        ("مرحبا بالعالم", "مرحبا بالعالم", ()),
        ("no\u00a0break", "no\u00a0break", ()),
    ],
)
def test_what_no_reader_sees_is_taken_out_and_said(pasted: str, plain: str, notes: tuple[str, ...]) -> None:
    found = cleaned(pasted)
    assert (found.text, found.notes) == (plain, notes)


@given(st.text(alphabet=st.characters()))
def test_a_cleaned_text_may_stand_in_a_dossier_and_stays_as_it_is(text: str) -> None:
    once = cleaned(text).text
    assert checked_text(once) == once
    assert cleaned(once).text == once
    once.encode()
