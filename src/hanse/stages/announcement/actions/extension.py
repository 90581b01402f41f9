"""Moves the deadline inside the text of a call folder, and leaves every other word as it is."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, time
from itertools import pairwise

from hanse.callbook.cases import without_cases
from hanse.core.call import Call
from hanse.core.values.citation import Citation
from hanse.core.values.words import day_in_words, hour_in_words

_HEADER = re.compile(r"^[ \t]*\[{1,2}[^\[\]\n]+\]{1,2}[ \t]*(?:#.*)?$", re.MULTILINE)
_TEXT = re.compile(r'^(\s*text\s*=\s*")(?!"")', re.MULTILINE)
SOURCE = "deadline-moved"


def moved_deadline(
    texts: Mapping[str, str], call: Call, *, number: int, day: date, hour: time, decided_on: date, reason: str
) -> dict[str, str]:
    """The folder with another deadline.

    The window gets the new day and hour and cites the decision, which becomes a source. Sentences that stood on the
    source of the old deadline stay, marked as said before; a new sentence tells the new deadline.

    Args:
        number: of the edition that this makes.
        decided_on: the day on which the deadline was moved.
    """
    source = f"{SOURCE}-{number}"
    cite = f"{source}: decision"
    main = "".join(_main_parts(texts["call.toml"], call, day, hour, cite))
    when = f"{day_in_words(day)} at {hour_in_words(hour)}, {call.window.zone.rpartition('/')[2].replace('_', ' ')} time"
    main += (
        '\n[[statement]]\nsection = "until_when"\n'
        f"text = {_quoted(f'The deadline was moved. Applications close on {when}. Reason: {reason}')}\n"
        f"cite = {_quoted(cite)}\n"
    )
    sources = texts["sources.toml"].rstrip("\n") + (
        f"\n\n[[source]]\nid = {_quoted(source)}\n"
        f"title = {_quoted(f'Decision of {day_in_words(decided_on)} to move the deadline')}\n"
        'confidence = "decided in Hanse by two officers"\n'
    )
    changes = texts.get("CHANGES.md", "").rstrip("\n") + f"\n\n{day_in_words(decided_on)}: deadline moved to {when}.\n"
    return {**texts, "call.toml": main, "sources.toml": sources, "CHANGES.md": changes.lstrip("\n")}


def without_turned_cases(texts: Mapping[str, str], turned: Mapping[str, Collection[str]]) -> dict[str, str]:
    """The folder without the worked cases that turn on the old deadline. The edition before keeps them.

    Args:
        turned: their names by file.
    """
    if not turned:
        return dict(texts)
    kept = {path: without_cases(text, turned[path]) if path in turned else text for path, text in texts.items()}
    named = ", ".join(f'"{name}"' for names in turned.values() for name in names)
    kept["CHANGES.md"] += f"Worked cases left out, since they turn on the deadline before: {named}.\n"
    return {path: text for path, text in kept.items() if text}


def _main_parts(text: str, call: Call, day: date, hour: time, cite: str) -> Iterator[str]:
    """The tables of `call.toml` one by one, those about the deadline rewritten."""
    starts = [0, *(match.start() for match in _HEADER.finditer(text)), len(text)]
    old = call.window_citation
    for start, end in pairwise(starts):
        part = text[start:end]
        header = _HEADER.match(part)
        name = header.group().strip().split("#")[0].strip(" \t[]") if header else ""
        if name == "window":
            part = _with(part, closes_on=day.isoformat(), closes_at=hour.isoformat(), cite=_quoted(cite))
        elif name == "statement" and old is not None and _speaks_of(part, old):
            part = re.sub(
                r'^(\s*text\s*=\s*")', r"\1Before the deadline was moved: ", part, count=1, flags=re.MULTILINE
            )
        yield part


def _with(part: str, **values: str) -> str:
    """A table with some of its keys set anew, each on the line where it stood, else below the header."""
    for key, value in values.items():
        line = f"{key} = {value}"
        place = re.search(rf"^[ \t]*{key}[ \t]*=.*$", part, re.MULTILINE)
        if place:
            part = part[: place.start()] + line + part[place.end() :]
        else:
            header, _, rest = part.partition("\n")
            part = f"{header}\n{line}\n{rest}"
    return part


def _speaks_of(part: str, cited: Citation) -> bool:
    """Whether a statement of "until when" stands on this citation."""
    in_section = re.search(r'^\s*section\s*=\s*"until_when"', part, re.MULTILINE)
    cites = re.search(r'^\s*cite\s*=\s*"([^"]*)"', part, re.MULTILINE)
    return bool(
        in_section and cites and [part.strip() for part in cites.group(1).split(":", 1)] == [cited.source, cited.clause]
    )


def _quoted(text: str) -> str:
    """A TOML string: a JSON string is one too."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
