"""Two changes of one text, and what changed between two texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.values import merging
from hanse.core.values.merging import Change, Side, differences, merge, only_adds, tokens

words = st.lists(st.sampled_from(["port", "ship", "sea", "berth", "a", "\n", "\n\n", "."]), max_size=14).map(" ".join)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged", "clean"),
    [
        ("One.\nTwo.\n", "One!\nTwo.\n", "One.\nTwo!\n", "One!\nTwo!\n", True),
        ("One two three.", "One 2 three.", "One two three!", "One 2 three!", True),
        ("One two three.", "One 2 three.", "One II three.", "One II2 three.", False),
        ("", "Mine", "Theirs", "Theirs\nMine", True),
        ("First.\n", "First.\nMine.\n", "First.\nTheirs.\n", "First.\nTheirs.\nMine.\n", True),
        ("First.", "First. Mine.", "First. Theirs.", "First. Theirs. Mine.", False),
        ("First.", "First.\nMine.", "First.\nTheirs.", "First.\nTheirs.\nMine.", True),
        ("First.", "First.\nMine.\n", "First.\nTheirs.", "First.\nTheirs.\nMine.\n", True),
        ("First.\n", "First.", "First.\nTheirs.\n", "First.\nTheirs.", True),
        ("", "", "Theirs", "Theirs", True),
        ("Gone", "", "Gone\n", "", True),
        ("Gone.", "", "Gone.", "", True),
        ("Keep.\nGone.\n", "Keep.\n", "Keep.\nGone, changed.\n", "Keep.\nGone, changed.\n", False),
        ("Same.", "Same!", "Same!", "Same!", True),
    ],
)
def test_changes_are_put_together(base: str, mine: str, theirs: str, merged: str, clean: bool) -> None:
    found = merge(base, mine, theirs)
    assert (found.text, found.clean) == (merged, clean)


@given(words, words)
def test_the_one_who_changed_is_right_against_the_one_who_did_not(base: str, changed: str) -> None:
    assert merge(base, base, changed).text == changed
    assert merge(base, changed, base).text == changed
    assert merge(base, changed, changed).text == changed
    assert merge(base, base, changed).clean and merge(base, changed, changed).clean


@given(words, words, words)
def test_nothing_that_either_side_added_is_lost(base: str, mine: str, theirs: str) -> None:
    found = merge(base, mine, theirs)
    for side in (mine, theirs):
        for word in ("port", "ship", "sea", "berth"):
            added = side.split().count(word) > base.split().count(word)
            assert not added or word in found.text


@given(words, words, words)
def test_the_pieces_make_up_both_sides_and_the_merge(base: str, mine: str, theirs: str) -> None:
    found = merge(base, mine, theirs)
    assert "".join(piece.mine for piece in found.pieces) == mine
    assert "".join(piece.theirs for piece in found.pieces) == theirs
    assert "".join(piece.text for piece in found.pieces) == found.text
    assert found.clean == all(piece.side is not Side.CLASH for piece in found.pieces)
    assert merge(base, mine, theirs) == found


def test_a_very_long_stretch_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_TOKENS", 3)
    found = merge("a b c d", "a b c e", "x b c d")
    assert not found.clean
    assert found.text == "x b c d\na b c e"
    assert [d.change for d in differences("a b c d\nsame\n", "a b c e\nsame\n")] == [
        Change.REMOVED, Change.ADDED, Change.SAME,
    ]  # fmt: skip


def test_a_text_of_very_many_lines_is_compared_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_TOKENS", 3)
    many = "a\n" * 4
    assert merge(many, many + "b\n", many) == merge(many, many + "b\n", many)
    assert merge(many, many + "b\n", many).text == many + "b\n"
    assert not merge(many, many + "b\n", many + "c\n").clean
    assert [d.change for d in differences(many, many + "b")] == [Change.REMOVED, Change.ADDED]


def test_differences_are_told_by_words() -> None:
    assert [(d.change.value, d.text) for d in differences("The old port.", "The new port.")] == [
        ("same", "The "), ("removed", "old"), ("added", "new"), ("same", " port."),
    ]  # fmt: skip
    assert [(d.change.value, d.text) for d in differences("A", "A B")] == [("same", "A"), ("added", " B")]
    assert [(d.change.value, d.text) for d in differences("A B", "A")] == [("same", "A"), ("removed", " B")]
    assert differences("", "") == ()


@given(words, words)
def test_differences_give_back_both_texts(before: str, after: str) -> None:
    found = differences(before, after)
    assert "".join(d.text for d in found if d.change is not Change.ADDED) == before
    assert "".join(d.text for d in found if d.change is not Change.REMOVED) == after


@given(st.text())
def test_tokens_make_up_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize(
    ("before", "after", "adds"),
    [
        ("", "a", True),
        ("ab", "ab", True),
        ("ab", "abc", True),
        ("ab", "cab", True),
        ("ab", "acb", True),
        ("ab", "a", False),
        ("ab", "axcy", False),
        ("aba", "abba", True),
    ],
)
def test_an_addition_is_told_from_a_change(before: str, after: str, adds: bool) -> None:
    assert only_adds(before, after) is adds


def test_what_both_begin_and_end_with_stays_beside_what_changed() -> None:
    assert [(d.change.value, d.text) for d in differences("a b a", "a b a b a")] == [
        ("same", "a b a"), ("added", " b a"),
    ]  # fmt: skip
    assert [(d.change.value, d.text) for d in differences("x same y end", "z same w end")] == [
        ("removed", "x"), ("added", "z"), ("same", " same "), ("removed", "y"), ("added", "w"), ("same", " end"),
    ]  # fmt: skip
    assert [(d.change.value, d.text) for d in differences("a. b, c", "a. c, b, c")] == [
        ("same", "a. "), ("added", "c, "), ("same", "b, c"),
    ]  # fmt: skip


def test_neighbours_of_one_side_are_one_piece() -> None:
    found = merge("One two.\nSame.\n", "1 two.\nSame.\n", "One 2.\nSame.\n")
    assert [(piece.side.value, piece.text) for piece in found.pieces] == [
        ("mine", "1"), ("same", " "), ("theirs", "2"), ("same", ".\nSame.\n"),
    ]  # fmt: skip
