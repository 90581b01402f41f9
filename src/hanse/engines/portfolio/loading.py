"""Turns the text of a participants table into numbers.

Every different cell of a column is read once, by the same functions of the core that read a dossier. A cell they
refuse, and members that cannot stand together, are `Irregular`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hanse.core.consortium import Role
from hanse.core.proposal import Vocabulary
from hanse.core.values.reading import checked_text
from hanse.engines.portfolio.blocks import Irregular, frame_blocks, text_blocks
from hanse.engines.portfolio.cells import (
    as_day_code,
    as_instant_code,
    as_kind,
    as_number,
    as_properties,
    as_role,
    as_yes_no,
    cents_of,
    read_texts,
    split_cell,
)
from hanse.engines.portfolio.tables import (
    OWN_PERSONALITY,
    ROLE_UNSTATED,
    ROLES,
    UNSTATED,
    UNSTATED_DAY,
    UNSTATED_INSTANT,
    Flags,
    Places,
    Table,
)

T = TypeVar("T")

OWN_TEXTS = ("organisation", "legal_entity", "legal_name")
"""Columns in which most rows have a text of their own, which is not worth a dictionary."""
INVISIBLE = "[\x00-\x08\x0b-\x1f\x7f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""Control characters and direction marks, as `core.values.reading.checked_text` refuses them."""


def read_table(path: Path, words: Vocabulary, renamed: Mapping[str, str] | None = None) -> Table:
    """Read a participants table.

    Args:
        path: CSV, CSV.GZ or Parquet; the columns are those of docs/reference/participants-table.md.
        words: which country codes and regions exist.
        renamed: our column name to the file's, for files that name columns otherwise.

    Raises:
        Irregular: if anything is out of the ordinary. Read the file with `callbook.participants` then, which
            names every fault with its line.
    """
    return _table(text_blocks(path, renamed or {}), words)


def table_of(frame: pl.DataFrame, words: Vocabulary, renamed: Mapping[str, str] | None = None) -> Table:
    """Read a participants table that is in memory. Raises as `read_table` does."""
    return _table(frame_blocks(frame, renamed or {}), words)


@dataclass
class _Texts:
    """Texts by number."""

    texts: pl.Series

    def take(self, places: Sequence[int] | NDArray[np.integer]) -> list[str]:
        return self.texts.gather(pl.Series(places, dtype=pl.Int64)).to_list()


class _Numbered:
    """Numbers for texts, given out in the order of their first appearance."""

    def __init__(self) -> None:
        self.type = pl.Categorical(pl.Categories.random())
        self.count = 0
        self._alive = pl.Series(dtype=self.type)  # the numbers are forgotten with the last series that uses them

    def of(self, texts: pl.Series) -> NDArray[np.uint32]:
        numbers: NDArray[np.uint32] = texts.cast(self.type).to_physical().to_numpy()
        self.count = max(self.count, int(numbers.max(initial=0)) + 1)
        return numbers

    def texts(self) -> pl.Series:
        return pl.Series(np.arange(self.count, dtype=np.uint32)).cat.to(self.type).cast(pl.String)


@dataclass
class _Column:
    """A column in the making: every different text has a number."""

    numbered: _Numbered = field(default_factory=_Numbered)
    pieces: list[NDArray[np.uint32]] = field(default_factory=list)

    def add(self, cells: pl.Series) -> None:
        """Number the cells of a block. Rows of one proposal often tell the same: a run of texts is looked up once."""
        starts = np.flatnonzero((cells != cells.shift()).fill_null(True).to_numpy())
        numbers = self.numbered.of(cells.gather(pl.Series(starts)) if len(starts) < len(cells) else cells)
        self.pieces.append(np.repeat(numbers, np.diff(starts, append=len(cells))))

    def codes(self) -> NDArray[np.uint32]:
        """The number of each row's text; given out once, to keep memory low."""
        codes = np.concatenate(self.pieces)
        self.pieces.clear()
        return codes

    def texts(self) -> pl.Series:
        """The different texts by number."""
        return self.numbered.texts()


def _table(blocks: Iterable[pl.DataFrame], words: Vocabulary) -> Table:
    gathered = _Gathered()
    for block in blocks:
        gathered.add(block)
    if not gathered.rows:
        raise Irregular("no rows")
    return _Build(gathered, words).table()


class _Gathered:
    """The cells of all blocks: numbers where cells repeat, texts where each may be its own."""

    def __init__(self) -> None:
        self.rows = 0
        self.texts: dict[str, list[pl.Series]] = {}
        self.columns: dict[str, _Column] = {}

    def add(self, cells: pl.DataFrame) -> None:
        texts = [column for column in ("proposal", *OWN_TEXTS) if column in cells.columns]
        if any(cells.select(pl.col(texts).str.contains(INVISIBLE).any()).row(0)):
            raise Irregular("a control character or an invisible direction mark")
        cells = cells.with_columns(pl.col(texts).str.strip_chars())
        for name in cells.columns:
            if name in OWN_TEXTS:
                self.texts.setdefault(name, []).append(cells[name])
            else:
                self.columns.setdefault(name, _Column()).add(cells[name])
        self.rows += len(cells)

    def text(self, column: str) -> pl.Series:
        """The texts of each row; handed out once, to keep memory low."""
        if column not in self.texts:
            return pl.repeat("", self.rows, dtype=pl.String, eager=True)
        return pl.concat(self.texts.pop(column), rechunk=True)


class _Build:
    """Makes a table of gathered cells."""

    def __init__(self, gathered: _Gathered, words: Vocabulary):
        self.gathered, self.words = gathered, words
        codes = gathered.columns["proposal"].codes()
        texts = gathered.columns["proposal"].texts()
        starts = _starts(codes)
        self.order: Places | None = None
        if len(starts) != len(texts):
            first = np.empty(len(texts), np.intp)
            first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
            self.order = np.argsort(first[codes], kind="stable")
            codes = codes[self.order]
            starts = _starts(codes)
        self.proposals = texts.gather(pl.Series(codes[starts], dtype=pl.Int64))
        self.offsets = np.append(starts, len(codes)).astype(np.intp)
        self.starts = self.offsets[:-1]
        self.proposal_of = np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(self.offsets))
        if (self.proposals == "").any():
            raise Irregular("a row without a proposal")

    def table(self) -> Table:
        """Read every column, check that members can stand together, and set the table up."""
        identities, organisation, entity = self._identities()
        countries, country = self._countries()
        own = self._mapped("own_legal_personality", as_yes_no, UNSTATED, np.int8)
        own, property_sets, properties = self._properties(own)
        role = self._mapped("role", as_role, ROLE_UNSTATED, np.int8)
        self._check_members(organisation, entity, country, role)
        strands, strand = self._listed("strand", checked_text)
        lists, targets = self._listed("targets", lambda text: self.words.as_targets(split_cell(text)))
        places: dict[str, int] = {}
        target_codes = [places.setdefault(target, len(places)) for each in lists for target in each]
        return Table(
            proposals=_Texts(self.proposals),
            identities=_Texts(identities),
            legal_names=_Texts(self._text("legal_name")),
            countries=countries,
            strands=strands,
            target_places=tuple(places),
            property_sets=property_sets,
            offsets=self.offsets,
            organisation=organisation,
            legal_entity=entity,
            role=role,
            country=country,
            kind=self._mapped("kind", as_kind, UNSTATED, np.int8),
            own_legal_personality=own,
            registered_on=self._days("registered_on"),
            registration_requested_on=self._days("registration_requested_on"),
            properties=properties,
            strand=strand.astype(np.int16),
            targets=targets,
            total_cost=self._sums("total_cost"),
            requested=self._sums("requested"),
            duration_months=self._of_proposals("duration_months", as_number, UNSTATED, np.int32),
            submitted_at=self._of_proposals("submitted_at", as_instant_code, int(UNSTATED_INSTANT), np.int64),
            target_offsets=np.cumsum([0, *map(len, lists)], dtype=np.intp),
            target_codes=np.array(target_codes, np.int32),
            identity_count=len(identities),
        )

    def _codes(self, column: str) -> NDArray[np.uint32]:
        codes = self.gathered.columns[column].codes()
        return codes if self.order is None else codes[self.order]

    def _text(self, column: str) -> pl.Series:
        texts = self.gathered.text(column)
        return texts if self.order is None else texts.gather(pl.Series(self.order))

    def _identities(self) -> tuple[pl.Series, NDArray[np.int32], NDArray[np.int32]]:
        """Texts of organisations and legal entities in one list, and where each row's stand in it."""
        organisations = self._text("organisation")
        if (organisations == "").any():
            raise Irregular("a row without an organisation")
        entities = self._text("legal_entity")
        stated = (entities != "").to_numpy()
        texts = organisations
        entity = np.full(len(stated), UNSTATED, np.int32)
        if stated.any():
            texts = pl.concat((organisations, entities.filter(pl.Series(stated))), rechunk=True)
        places = first_places(texts)
        entity[stated] = places[len(stated) :]
        return texts, places[: len(stated)], entity

    def _mapped(self, column: str, read: Callable[[str], int], unstated: int, type: Any) -> NDArray[Any]:
        """A column of which every different text stands for a number."""
        if column not in self.gathered.columns:
            return np.full(self.gathered.rows, unstated, type)
        numbers = read_texts(self.gathered.columns[column].texts(), read, unstated)
        return np.array(numbers, type)[self._codes(column)]

    def _days(self, column: str) -> NDArray[Any]:
        return self._mapped(column, as_day_code, int(UNSTATED_DAY), np.int32)

    def _countries(self) -> tuple[tuple[str, ...], NDArray[np.int16]]:
        """Countries, the most frequent first, and each row's."""
        if "country" not in self.gathered.columns:
            return (), np.full(self.gathered.rows, UNSTATED, np.int16)
        read = read_texts(self.gathered.columns["country"].texts(), self.words.as_country, "")
        codes = self._codes("country")
        rows: dict[str, int] = {}
        for country, count in zip(read, np.bincount(codes, minlength=len(read)).tolist(), strict=True):
            if country:
                rows[country] = rows.get(country, 0) + count
        ranked = sorted(rows, key=lambda country: (-rows[country], country))
        places = {country: place for place, country in enumerate(ranked)}
        numbers = np.array([places.get(country, UNSTATED) for country in read], np.int16)
        return tuple(ranked), numbers[codes]

    def _properties(self, own: NDArray[np.int8]) -> tuple[NDArray[np.int8], tuple[Mapping[str, bool], ...], Any]:
        """Property sets and each row's. A legal personality told there counts where its own column is silent."""
        if "properties" not in self.gathered.columns:
            return own, ({},), np.zeros(self.gathered.rows, np.int32)
        nothing: dict[str, bool] = {}
        told = read_texts(self.gathered.columns["properties"].texts(), as_properties, nothing)
        codes = self._codes("properties").astype(np.int32)
        silent = own == UNSTATED
        without = [{name: holds for name, holds in each.items() if name != OWN_PERSONALITY} for each in told]
        personality = np.array([int(each.get(OWN_PERSONALITY, UNSTATED)) for each in told], np.int8)
        own = np.where(silent, personality[codes], own).astype(np.int8)
        return own, (*told, *without), np.where(silent, codes + len(told), codes).astype(np.int32)

    def _agreed(self, column: str) -> tuple[pl.Series, NDArray[np.intp]]:
        """The different texts of a column that speaks of proposals, and the place of each proposal's, -1 for none.

        A proposal's rows may tell a value each or leave it out, but must not differ.
        """
        texts = self.gathered.columns[column].texts().str.strip_chars()
        codes = self._codes(column).astype(np.intp)
        distinct = texts.unique(maintain_order=True)
        if len(distinct) != len(texts):
            to_distinct = pl.DataFrame({"text": texts}).join(
                pl.DataFrame({"text": distinct}).with_row_index("place"), on="text", how="left", maintain_order="left"
            )
            codes = to_distinct["place"].to_numpy().astype(np.intp)[codes]
            texts = distinct
        empty = texts.index_of("")
        if empty is not None:
            codes[codes == empty] = -1
        agreed = np.maximum.reduceat(codes, self.starts)
        differing = codes != agreed[self.proposal_of]
        if (codes[differing] >= 0).any():
            raise Irregular(f"rows of one proposal differ in {column}")
        return texts, agreed

    def _of_proposals(self, column: str, read: Callable[[str], int], unstated: int, type: Any) -> NDArray[Any]:
        if column not in self.gathered.columns:
            return np.full(len(self.starts), unstated, type)
        texts, agreed = self._agreed(column)
        return np.array([*read_texts(texts, read, unstated), unstated], type)[agreed]

    def _listed(self, column: str, read: Callable[[str], T]) -> tuple[tuple[T, ...], NDArray[np.int32]]:
        """The different values of a column that speaks of proposals, and the place of each proposal's."""
        if column not in self.gathered.columns:
            return (), np.full(len(self.starts), UNSTATED, np.int32)
        texts, agreed = self._agreed(column)
        values = read_texts(texts, read, None)
        places: dict[T, int] = {}
        numbers = [UNSTATED if value is None else places.setdefault(value, len(places)) for value in values]
        return tuple(places), np.array([*numbers, UNSTATED], np.int32)[agreed]

    def _sums(self, column: str) -> NDArray[np.int64]:
        """Cents of each proposal."""
        if column not in self.gathered.columns:
            return np.full(len(self.starts), UNSTATED, np.int64)
        texts, agreed = self._agreed(column)
        return np.append(cents_of(texts), UNSTATED)[agreed]

    def _check_members(
        self,
        organisation: NDArray[np.int32],
        entity: NDArray[np.int32],
        country: NDArray[np.int16],
        role: NDArray[np.int8],
    ) -> None:
        """What `core.proposal.check_members` refuses."""
        coordinators = self.proposal_of[role == ROLES.index(Role.COORDINATOR)]
        if (coordinators[1:] == coordinators[:-1]).any():
            raise Irregular("two coordinators")
        places = np.flatnonzero(_repeated_within(self.proposal_of, organisation))
        if len(places):
            raise Irregular("an organisation twice in one proposal")
        rows = np.flatnonzero((entity >= 0) & (country >= 0))
        if _seats_differ(self.proposal_of[rows], entity[rows], country[rows]):
            raise Irregular("a legal entity in two countries")


def first_places(texts: pl.Series) -> NDArray[np.int32]:
    """For each text the place at which it stands first.

    Every text claims the slot that its hash names, the first comer last; those that find another text there go on
    to the next bits of the hash.

    Raises:
        Irregular: if two different texts have one hash.
    """
    hashes = texts.hash().to_numpy()
    first = np.arange(len(hashes), dtype=np.int32)
    bits = max(len(hashes).bit_length() + 1, 8)
    slots = np.empty(1 << bits, np.int32)
    left, turn = first, 0
    while len(left):
        own = hashes[left]
        # Every turn multiplies by another odd number, so that texts that met once hardly meet again.
        slot = (own * np.uint64(0x9E3779B97F4A7C15 + 2 * turn)) >> np.uint64(64 - bits)
        slots[slot[::-1]] = left[::-1]
        winner = slots[slot]
        settled = hashes[winner] == own
        first[left[settled]] = winner[settled]
        left, turn = left[~settled], turn + 1
    repeated = np.flatnonzero(first != np.arange(len(first)))
    if (texts.gather(pl.Series(repeated)) != texts.gather(pl.Series(first[repeated]))).any():
        raise Irregular("two texts with one hash")
    return first


def _starts(codes: NDArray[np.uint32]) -> Places:
    """First row of each run of equal codes."""
    return np.concatenate(([0], np.flatnonzero(codes[1:] != codes[:-1]) + 1))


def _packed(high: NDArray[np.int32], low: NDArray[np.int32]) -> NDArray[np.int64]:
    return (high.astype(np.int64) << 32) | low


def _repeated_within(proposal_of: NDArray[np.int32], codes: NDArray[np.int32]) -> Flags:
    """For pairs of proposal and code in their order, whether one equals the one before."""
    pairs = np.sort(_packed(proposal_of, codes))
    return np.asarray(pairs[1:] == pairs[:-1])


def _seats_differ(proposal_of: NDArray[np.int32], entity: NDArray[np.int32], country: NDArray[np.int16]) -> bool:
    """Whether a legal entity stands in two countries in one proposal."""
    pairs = _packed(proposal_of, entity)
    ordered = np.sort(pairs)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return False
    place = np.minimum(np.searchsorted(twice, pairs), len(twice) - 1)
    rows = np.flatnonzero(twice[place] == pairs)
    seats = np.unique(np.stack((place[rows], country[rows])), axis=1)
    return bool(seats.shape[1] > len(twice))
