"""Two people changed one text: what both wrote, put together. And what changed from one text to another, in words.

A merge is made by paragraphs first and, where both touched the same paragraphs, by words. What only one of the two
changed is taken; paragraphs that both added at one place are kept, theirs first. Where both changed the same words, the
merge is not clean: it holds both readings, and a person decides.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import Enum

MOST_TOKENS = 6_000
"""Comparing takes time with the square of the length; a longer stretch is shown as a whole instead."""

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


class Side(Enum):
    """Whose a piece of a merge is."""

    SAME = "same"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"
    CLASH = "clash"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a merge.

    Attributes:
        side: who changed it; BOTH: the same change, or additions of both; CLASH: not alike.
        mine, theirs: how it reads on each side.
        text: how it reads in the merge.
    """

    side: Side
    mine: str
    theirs: str
    text: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Two changes of one text, put together.

    Attributes:
        text: the merge; where it is not clean, both readings stand in it, theirs first.
        clean: whether no stretch was changed by both in different ways.
    """

    text: str
    clean: bool
    pieces: tuple[Piece, ...]


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Put two changes of a text together.

    Args:
        base: the text that both started from.
        mine: as the one who saves now has it.
        theirs: as it was saved meanwhile.
    """
    # A last line without its end is the same line as one with it, so that two who add below it have not changed it.
    ended = [_ended(text) for text in (base, mine, theirs)]
    pieces = list(_joined(_merged(*map(_paragraphs, ended), whole=True)))
    open_base, open_mine, open_theirs = (end != text for end, text in zip(ended, (base, mine, theirs), strict=True))
    if open_mine:
        pieces = _without_end(pieces, "mine")
    if open_theirs:
        pieces = _without_end(pieces, "theirs")
    if open_theirs if open_mine == open_base else open_mine:
        pieces = _without_end(pieces, "text")
    return Merge("".join(p.text for p in pieces), all(p.side is not Side.CLASH for p in pieces), tuple(pieces))


def _ended(text: str) -> str:
    return f"{text}\n" if text and not text.endswith("\n") else text


def _without_end(pieces: Sequence[Piece], side: str) -> list[Piece]:
    """The pieces without the line end that was put to the last line of one side."""
    last = max((place for place, piece in enumerate(pieces) if getattr(piece, side)), default=-1)
    return [
        replace(piece, **{side: getattr(piece, side).removesuffix("\n")}) if place == last else piece
        for place, piece in enumerate(pieces)
    ]


def _paragraphs(text: str) -> list[str]:
    """The lines of a text; of one with very many lines, the whole."""
    lines = text.splitlines(keepends=True)
    return lines if len(lines) <= MOST_TOKENS else [text]


def tokens(text: str) -> list[str]:
    """Words, spaces and signs of a text, in order; together they are the text."""
    return _TOKEN.findall(text)


def _merged(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str], *, whole: bool) -> Iterator[Piece]:
    """Merge stretch by stretch, between the runs that neither side touched."""
    at_base = at_mine = at_theirs = 0
    for start, in_mine, in_theirs, size in _untouched(base, mine, theirs):
        was, one, other = base[at_base:start], mine[at_mine:in_mine], theirs[at_theirs:in_theirs]
        if was or one or other:
            yield from _settled(was, one, other, whole)
        at_base, at_mine, at_theirs = start + size, in_mine + size, in_theirs + size
        if size:
            same = "".join(base[start:at_base])
            yield Piece(Side.SAME, same, same, same)


def _settled(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str], whole: bool) -> Iterator[Piece]:
    was, one, other = "".join(base), "".join(mine), "".join(theirs)
    if one == other:
        yield Piece(Side.BOTH, one, other, one)
    elif one == was:
        yield Piece(Side.THEIRS, one, other, other)
    elif other == was:
        yield Piece(Side.MINE, one, other, one)
    elif whole and not was:
        yield Piece(Side.BOTH, one, other, other + one)
    elif whole and max(map(len, (words := [tokens(text) for text in (was, one, other)]))) <= MOST_TOKENS:
        yield from _merged(*words, whole=False)
    else:
        yield Piece(Side.CLASH, one, other, other + one)


def _untouched(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Runs of the base that stand on both sides: where in each, and how long; last an empty one at the end."""
    ours, others = _matches(base, mine), _matches(base, theirs)
    at = beside = 0
    while at < len(ours) and beside < len(others):
        (start, in_mine, size), (begin, in_theirs, length) = ours[at], others[beside]
        first, last = max(start, begin), min(start + size, begin + length)
        if first < last:
            yield first, in_mine + first - start, in_theirs + first - begin, last - first
        if start + size < begin + length:
            at += 1
        else:
            beside += 1
    yield len(base), len(mine), len(theirs), 0


def _matches(base: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int]]:
    """Runs that stand in both: where in each, and how long.

    What both begin and end with is set aside first, and blanks count only beside what matches: of two texts of
    thousands of words, blanks are half of all and would be compared with each other before anything else.
    """
    least = min(len(base), len(other))
    ahead = behind = 0
    while ahead < least and base[ahead] == other[ahead]:
        ahead += 1
    while behind < least - ahead and base[-1 - behind] == other[-1 - behind]:
        behind += 1
    middle, changed = base[ahead : len(base) - behind], other[ahead : len(other) - behind]
    blocks = SequenceMatcher(str.isspace, middle, changed, autojunk=False).get_matching_blocks()
    runs = [
        (0, 0, ahead),
        *((block.a + ahead, block.b + ahead, block.size) for block in blocks),
        (len(base) - behind, len(other) - behind, behind),
    ]
    return [run for run in runs if run[2]]


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one side as one piece."""
    kept: Piece | None = None
    for piece in pieces:
        if kept is not None and kept.side is piece.side:
            kept = Piece(kept.side, kept.mine + piece.mine, kept.theirs + piece.theirs, kept.text + piece.text)
            continue
        if kept is not None:
            yield kept
        kept = piece
    if kept is not None:
        yield kept


class Change(Enum):
    """What became of a stretch from one text to the next."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch that stayed, went or came."""

    change: Change
    text: str


def differences(before: str, after: str) -> tuple[Difference, ...]:
    """What went and what came from one text to another, by words; of very long texts by paragraphs."""
    old, new = tokens(before), tokens(after)
    if max(len(old), len(new)) > MOST_TOKENS:
        old, new = _paragraphs(before), _paragraphs(after)
    found: list[Difference] = []
    at = beside = 0
    for start, begin, size in [*_matches(old, new), (len(old), len(new), 0)]:
        for change, text in (
            (Change.REMOVED, old[at:start]),
            (Change.ADDED, new[beside:begin]),
            (Change.SAME, old[start : start + size]),
        ):
            if text:
                found.append(Difference(change, "".join(text)))
        at, beside = start + size, begin + size
    return tuple(found)


def only_adds(before: str, after: str) -> bool:
    """Whether one stretch was added to a text and nothing else happened to it: the earlier text stands in the later."""
    if len(after) < len(before):
        return False
    ahead = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        ahead += 1
    rest = len(before) - ahead
    return not rest or after.endswith(before[ahead:])
