"""Reading one table of a TOML or JSON file into values, with every fault collected and nothing guessed.

A `Reader` takes keys one by one. A key that is wrong adds a `Fault` and yields a stand-in, so that reading
goes on and the next fault is found too. `close` reports the keys that nobody asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import Any, TypeVar

from hanse.core.values.citation import Citation, Stated, parse_citation
from hanse.core.values.faults import Fault
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Reader:
    """Reads the keys of one table.

    Args:
        table: the parsed table.
        place: the file it came from, for messages.
        path: the key path of the table inside the file, empty for the whole file.
        faults: the shared list that faults are added to.
    """

    def __init__(self, table: Mapping[str, Any], place: str, path: str, faults: list[Fault]):
        self.table, self.place, self.path, self.faults = table, place, path, faults
        self._taken: set[str] = set()

    def has(self, key: str) -> bool:
        """True if the table has the key, whatever its value."""
        return key in self.table

    def fault(self, key: str, what: str) -> None:
        """Add a fault at a key of this table."""
        self.faults.append(Fault(self.place, self._full(key), what))

    def require(self, key: str, convert: Callable[[Any], T], stand_in: T) -> T:
        """Read a key that must be there; on a fault, note it and go on with `stand_in`."""
        self._taken.add(key)
        if key not in self.table:
            self.fault(key, "is missing")
            return stand_in
        return self._converted(key, self.table[key], convert, stand_in)

    def optional(self, key: str, convert: Callable[[Any], T], default: T) -> T:
        """Read a key that may be left out, in which case `default` is what the format says it means."""
        self._taken.add(key)
        if key not in self.table:
            return default
        return self._converted(key, self.table[key], convert, default)

    def maybe(self, key: str, convert: Callable[[Any], T]) -> Maybe[T]:
        """Read a fact that may be unknown: left out, or written `{ unknown = "what was looked for" }`."""
        self._taken.add(key)
        if key not in self.table:
            return NOT_STATED
        value = self.table[key]
        note = _unknown_note(value)
        if note is not None:
            return Unknown(note)
        return self._converted_or_unknown(key, value, convert)

    def stated(self, key: str, convert: Callable[[Any], T]) -> Stated[T]:
        """Read a figure with its citation.

        Written as the bare value, as `{ value = ..., cite = "source: clause" }`, or as `{ unknown = "..." }`.
        """
        self._taken.add(key)
        written = self.table.get(key)
        if written is None:
            return Stated(NOT_STATED)
        note = _unknown_note(written)
        if note is not None:
            return Stated(Unknown(note))
        if not (isinstance(written, Mapping) and "value" in written):
            return Stated(self._converted_or_unknown(key, written, convert))
        inner = Reader(written, self.place, self._full(key), self.faults)
        figure = Stated(
            inner.maybe("value", convert),
            inner.optional("cite", parse_citation, None),
            inner.optional("assumed", as_text, ""),
        )
        inner.close()
        return figure

    def citation(self, key: str = "cite") -> Citation | None:
        """Read an optional citation."""
        return self.optional(key, parse_citation, None)

    def tables(self, key: str) -> list["Reader"]:
        """Read an array of tables, one reader each; missing means none."""
        self._taken.add(key)
        written = self.table.get(key, [])
        if (
            not isinstance(written, Sequence)
            or isinstance(written, str)
            or not all(isinstance(t, Mapping) for t in written)
        ):
            self.fault(key, f"is not a list of tables; expected one [[{self._full(key)}]] each")
            return []
        return [Reader(table, self.place, f"{self._full(key)}[{n}]", self.faults) for n, table in enumerate(written, 1)]

    def inner(self, key: str) -> "Reader":
        """Read one table inside this one; missing means empty."""
        self._taken.add(key)
        written = self.table.get(key, {})
        if not isinstance(written, Mapping):
            self.fault(key, f"is not a table; expected [{self._full(key)}]")
            written = {}
        return Reader(written, self.place, self._full(key), self.faults)

    def close(self) -> None:
        """Report the keys that were not read: a misspelt key must not be ignored."""
        for key in self.table:
            if key not in self._taken:
                known = ", ".join(sorted(self._taken))
                self.fault(str(key), f"is not a key here; expected {f'one of: {known}' if known else 'none'}")

    def _converted(self, key: str, written: Any, convert: Callable[[Any], T], stand_in: T) -> T:
        try:
            return convert(written)
        except ValueError as wrong:
            self.fault(key, str(wrong))
            return stand_in

    def _converted_or_unknown(self, key: str, written: Any, convert: Callable[[Any], T]) -> Maybe[T]:
        try:
            return convert(written)
        except ValueError as wrong:
            self.fault(key, str(wrong))
            return NOT_STATED

    def _full(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def _unknown_note(written: object) -> str | None:
    if isinstance(written, Mapping) and set(written) == {"unknown"}:
        return str(written["unknown"])
    return None


def as_text(written: object) -> str:
    """Text of one line or more, without control characters or invisible direction marks."""
    if not isinstance(written, str):
        raise ValueError(f"is {_kind_of(written)}; expected text in quotes")
    return checked_text(written)


def checked_text(text: str) -> str:
    """Pass text through unless it has a control character or an invisible direction mark.

    Letters of right-to-left scripts are welcome; only the invisible marks that reorder what a reader sees are not.

    Raises:
        ValueError: naming the character and its place.
    """
    if text.isprintable() and text.isascii():
        return text
    for place, letter in enumerate(text, 1):
        if (letter < " " and letter not in "\n\t") or "\x7f" <= letter <= "\x9f":
            raise ValueError(f"has the control character U+{ord(letter):04X} at position {place}; remove it")
        if letter in _BIDI_CONTROLS:
            raise ValueError(f"has the invisible direction mark U+{ord(letter):04X} at position {place}; remove it")
    return text


def as_name(written: object) -> str:
    """Text that is not empty."""
    text = as_text(written).strip()
    if not text:
        raise ValueError("is empty; expected text")
    return text


def as_boolean(written: object) -> bool:
    """`true` or `false`."""
    if not isinstance(written, bool):
        raise ValueError(f"is {_kind_of(written)}; expected true or false")
    return written


def as_count(written: object) -> int:
    """A whole number of zero or more."""
    if isinstance(written, bool) or not isinstance(written, int) or written < 0:
        raise ValueError(f"is {written!r}; expected a whole number of zero or more")
    return written


def as_day(written: object) -> date:
    """A day: a TOML date, or text `2020-12-02`."""
    if isinstance(written, str):
        try:
            return date.fromisoformat(written.strip())
        except ValueError:
            raise ValueError(f"{written!r} is not a day; expected for example 2020-12-02") from None
    if isinstance(written, datetime) or not isinstance(written, date):
        raise ValueError(f"is {_kind_of(written)}; expected a day such as 2020-12-02")
    return written


def as_instant(written: object) -> datetime:
    """An instant with its zone: a TOML date-time with offset, or such text. A naive time is refused."""
    if isinstance(written, str):
        try:
            written = datetime.fromisoformat(written.strip())
        except ValueError:
            raise ValueError(f"{written!r} is not an instant; expected for example 2020-12-02T17:00:00+01:00") from None
    if not isinstance(written, datetime):
        raise ValueError(f"is {_kind_of(written)}; expected an instant such as 2020-12-02T17:00:00+01:00")
    if written.tzinfo is None:
        raise ValueError(f"{written.isoformat()} has no zone; expected for example {written.isoformat()}+01:00 or ...Z")
    return written


def as_hour(written: object) -> time:
    """A local time of day without zone, such as 17:00:00."""
    if not isinstance(written, time):
        raise ValueError(f"is {_kind_of(written)}; expected a local time such as 17:00:00")
    return written


def as_choice(choices: type[E]) -> Callable[[object], E]:
    """A converter for one of the words of an enumeration."""

    def choose(written: object) -> E:
        try:
            return choices(written)
        except ValueError:
            words = ", ".join(f'"{choice.value}"' for choice in choices)
            raise ValueError(f"is {written!r}; expected one of {words}") from None

    return choose


def as_names(written: object) -> tuple[str, ...]:
    """A list of texts, none of them empty."""
    if not isinstance(written, list | tuple):
        raise ValueError(f'is {_kind_of(written)}; expected a list such as ["DE", "FR"]')
    return tuple(as_name(item) for item in written)


def _kind_of(written: object) -> str:
    words = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return words.get(type(written), f"a {type(written).__name__}")
