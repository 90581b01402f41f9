"""Profiles that may be of one organisation, with the reasons why.

    candidates_for("Photonics Cluster Berlin e.V.", "DE", {"vat": "DE 123"})     the likeliest first
    pairs_alike(profiles)                                                        all pairs among many, in bounded work

A shared number is certain. Names are compared word by word: words that half of all organisations bear weigh little, and
a word may be mistyped. Names are never compared each with each: only those that share the beginning of a word that few
bear.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any
from urllib.parse import urlsplit

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Replace, Upper
from rapidfuzz import fuzz, process

from hanse.ground.search import fold
from hanse.stages.registry.models import DuplicatePair, LegalEntity, Merge, Organisation
from hanse.stages.registry.queries.facts import ENTITY, in_words
from hanse.stages.registry.queries.identifiers import normal
from hanse.stages.registry.queries.profiles import (
    ENTITY_FIELDS,
    IDENTIFIERS,
    PROFILE_FIELDS,
    entity_values_of,
    name_key,
    values_of,
)

Status = Organisation.Status
LIVE = (Status.PUBLISHED, Status.REQUESTED)
"""The states in which a profile can be a duplicate."""
CERTAIN = 100
NAMES_ALIKE = 78
"""From here on names alone make a suspicion."""
SAME_HOST = 70
"""What one website makes, whatever the names are."""
OTHER_COUNTRY = 15
"""What it takes away that two organisations sit in different countries."""
SHOWN = 10
COMPARED = 90
MOST_WORDS = 12
MOST_IN_BLOCK = 40
"""A word that more bear tells nobody apart, except together with another."""
MOST_ON_HOST = 5
"""A website that more name is not their own."""
WORD_ALIKE = 82
TOLD_APART = 66
"""Names whose letters agree less than so much are not compared word by word."""
LIGHT = 0.15
NUMBERS = {"pic": "PIC", "vat": "VAT number", "lei": "LEI", "national_number": "number in the national register"}
SPARE = (" ", ".", "-", "/", "_", "\t", "\u00a0")
"""What numbers are written with, and compared without (`identifiers.normal`)."""
_GENERIC = """
a ab ag aisbl alliance and ans asbl asociacion asociatia asso associacao association associazione business
businesses bv center centre centro club cluster clusters clusterul co company competence competitiveness
competitivite consortium coop cooperation corp council d da das de dei del della der des di die do e ecosystem eeig
eg ets eu europa europe european europeen ev excellence federation fondation forum foundation fundacion fundacja
fundatia gie gmbh group groupement grupo hub inc industrial industries industry initiative inno innovation
innovations innovativ innovative institute international klaster klasteris klastr klastra l la las le les limited
ltd management mbh n national netwerk network networks netzwerk nv och of on organisation organization ou oue oy
park partner partners platform pole poles regional rete s sa sarl sas scrl sl spa spolka srl sro stichting su te
tech technologies technology the und union united v valley verband verein vereniging vzw y z zs zwiazek
"""
GENERIC = frozenset(_GENERIC.split())
"""Words, folded, that say what kind of thing it is and not which one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that may be the one asked about.

    Attributes:
        reasons: what they share, in words, the strongest first.
        likeness: 0 to 100; 100 is certain.
    """

    organisation: Organisation
    reasons: tuple[str, ...]
    likeness: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a profile is compared by.

    Attributes:
        numbers: keys of its identifiers, normalised.
    """

    pk: int
    words: tuple[str, ...]
    country: str
    host: str
    numbers: tuple[tuple[str, str], ...]

    @property
    def telling(self) -> tuple[str, ...]:
        """The words that say which one it is; all words if there is none."""
        return tuple(word for word in self.words if word not in GENERIC) or self.words


@dataclass(frozen=True, slots=True)
class Pair:
    """Two profiles that may be of one organisation; `first` has the smaller id."""

    first: int
    second: int
    reasons: tuple[str, ...]
    likeness: int


# --- comparing two -----------------------------------------------------------------------------------------------


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, folded. Single letters with points between belong together: e.V. is ev."""
    joined = re.sub(r"\b(\w)\.\s?(?=\w\b)", r"\1", name)
    return tuple(fold(joined).split()[:MOST_WORDS])


def host_of(website: str) -> str:
    """The host of an address without `www.`; nothing where there is none."""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return host.replace("\0", "").casefold().removeprefix("www.").rstrip(".")


def numbers_of(identifiers: Mapping[str, str], country: str) -> tuple[tuple[str, str], ...]:
    """Identifiers as they are compared. A national number counts only within its country."""
    found = []
    for name in IDENTIFIERS:
        number = normal(identifiers.get(name) or "").replace("\0", "")
        if number and name == "national_number":
            number = f"{country}:{number}" if country else ""
        if number:
            found.append((name, number))
    return tuple(found)


def likeness_of_names(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """How alike two names are, 0 to 100: the weight of the words that have a counterpart, of the weight of all."""
    if not one or not other:
        return 0
    if sorted(one) == sorted(other):
        return 100
    light = GENERIC if _telling(one) and _telling(other) else frozenset[str]()
    left, right = list(one), list(other)
    matched = 0.0
    for word in one:
        if word in right:
            left.remove(word)
            right.remove(word)
            matched += 2 * (LIGHT if word in light else 1)
    mistyped, total = 0.0, matched
    for word in left:
        near = max(right, key=lambda candidate: _mistyped(word, candidate, light), default=None)
        alike = _mistyped(word, near, light) if near is not None else 0
        total += LIGHT if word in light else 1
        if near is not None and alike:
            right.remove(near)
            mistyped += 2 * alike / 100
            total += 1
    total += sum(LIGHT if word in light else 1 for word in right)
    by_word = 100 * (matched + mistyped) / total
    if by_word >= NAMES_ALIKE or _digits(one) != _digits(other):
        return by_word
    # Blue Harbour and Blueharbour are alike however their words are cut, yet never the same for certain.
    run_together = fuzz.ratio(_together(one, light), _together(other, light), score_cutoff=92)
    return max(by_word, run_together - 4)


def _mistyped(word: str, other: str, light: frozenset[str]) -> float:
    """How alike two telling words are, if one may be the other mistyped. Hall12 is not Hall13 mistyped."""
    if word in light or other in light or _digits((word,)) != _digits((other,)):
        return 0
    return fuzz.ratio(word, other, score_cutoff=WORD_ALIKE)


def _together(words: tuple[str, ...], light: frozenset[str]) -> str:
    return "".join(word for word in words if word not in light)


def _telling(words: tuple[str, ...]) -> bool:
    return any(word not in GENERIC for word in words)


def _digits(words: tuple[str, ...]) -> list[str]:
    return re.findall(r"\d+", " ".join(words))


def compared(one: Known, other: Known) -> tuple[tuple[str, ...], int]:
    """What two profiles share, the strongest first, and how likely they are of one organisation."""
    reasons: list[str] = []
    shared = set(one.numbers) & set(other.numbers)
    reasons += [f"the same {NUMBERS[name]}" for name in IDENTIFIERS if any(name == kind for kind, _ in shared)]
    likeness = float(CERTAIN) if shared else 0.0
    names = likeness_of_names(one.words, other.words)
    same_host = bool(one.host) and one.host == other.host
    apart = bool(one.country and other.country and one.country != other.country)
    of_names = names - (OTHER_COUNTRY if apart else 0)
    if names == 100:
        reasons.append("the same name")
    elif names >= NAMES_ALIKE - OTHER_COUNTRY:
        reasons.append("names that are alike")
    if same_host:
        reasons.append("the same website")
    likeness = max(likeness, min(of_names, CERTAIN - 1), SAME_HOST if same_host else 0)
    if same_host and of_names > SAME_HOST / 2 and not shared:
        likeness = min(CERTAIN - 1, likeness + 10)
    if reasons and one.country and one.country == other.country:
        reasons.append("the same country")
    return tuple(reasons), round(likeness)


def _suspect(reasons: tuple[str, ...], likeness: int) -> bool:
    return bool(reasons) and (likeness >= NAMES_ALIKE or "the same website" in reasons)


# --- one against all ---------------------------------------------------------------------------------------------


def candidates_for(name: str, country: str, identifiers: Mapping[str, str], website: str = "") -> list[Candidate]:
    """Published and requested profiles that may be of the organisation described, the likeliest first.

    Args:
        identifiers: numbers by kind (`profiles.IDENTIFIERS`), as they were typed.
    """
    seat = identifiers.get("country") or country
    asked = Known(0, words_of(name), country, host_of(website), numbers_of(identifiers, seat))
    live = Organisation.objects.filter(status__in=LIVE)
    near: set[int] = set()
    if same := _entities_with(asked.numbers):
        near.update(live.filter(legal_entity__in=same).values_list("pk", flat=True)[:COMPARED])
    if asked.host:
        hosts = live.filter(website__icontains=asked.host).values_list("pk", "website")[:COMPARED]
        bearing = [pk for pk, written in hosts if host_of(written) == asked.host]
        near.update(bearing if len(bearing) <= MOST_ON_HOST else ())
    near.update(_of_like_name(live, name))
    found = []
    for organisation in live.filter(pk__in=near).select_related("legal_entity"):
        reasons, likeness = compared(asked, known_of(organisation))
        if _suspect(reasons, likeness):
            found.append(Candidate(organisation, reasons, likeness))
    return sorted(found, key=lambda one: (-one.likeness, one.organisation.name_key, one.organisation.pk))[:SHOWN]


def candidates_of(organisation: Organisation) -> list[Candidate]:
    """The other profiles that may be of the same organisation as this one."""
    entity = organisation.legal_entity
    stated = {name: getattr(entity, name) for name in (*IDENTIFIERS, "country")} if entity else {}
    found = candidates_for(organisation.name, organisation.country, stated, organisation.website)
    return [one for one in found if one.organisation.pk != organisation.pk]


def known_of(organisation: Organisation) -> Known:
    """What a profile is compared by."""
    entity = organisation.legal_entity
    numbers = {name: getattr(entity, name) for name in IDENTIFIERS} if entity else {}
    seat = (entity.country if entity else "") or organisation.country
    return Known(
        organisation.pk,
        words_of(organisation.name),
        organisation.country,
        host_of(organisation.website),
        numbers_of(numbers, seat),
    )


def _of_like_name(live: QuerySet[Organisation], name: str) -> list[int]:
    """The profiles nearest by name, among those in whose names a telling word begins alike."""
    spelt = re.findall(r"\w+", name_key(name))[:MOST_WORDS]
    telling = [word for word in spelt if word not in GENERIC] or spelt
    beginnings = {word[:4] for word in telling if len(word) > 2} or set(telling)
    if not beginnings:
        return []
    begins = Q()
    for beginning in beginnings:
        begins |= Q(name_key__contains=beginning)
    names = dict(live.filter(begins).values_list("pk", "name_key"))
    wanted = " ".join(telling)
    best = process.extract(wanted, names, scorer=fuzz.token_set_ratio, limit=COMPARED, score_cutoff=55)
    joined = process.extract(wanted, names, scorer=fuzz.ratio, limit=COMPARED // 6, score_cutoff=55)
    return [pk for _, _, pk in (*best, *joined)]


class Spelt(Func):
    """Whether a column holds the letters and digits of a number in their order, whatever stands between them.

    Cheap, and true a little too often: it spares most rows the comparison proper.
    """

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        """PostgreSQL tells capitals apart unless told otherwise."""
        return self.as_sql(compiler, connection, arg_joiner=" ILIKE ", **more)


def _entities_with(numbers: Iterable[tuple[str, str]]) -> list[int]:
    """Legal entities that bear one of these numbers, however either is written."""
    same = Q()
    stripped: dict[str, Any] = {}
    for name, number in numbers:
        bare: Replace | F = F(name)
        for sign in SPARE:
            bare = Replace(bare, Value(sign), Value(""))
        wanted = number.partition(":")[2] if name == "national_number" else number
        letters = [letter for letter in wanted if letter.isascii() and letter.isalnum()]
        stripped[f"spelt_{name}"] = Spelt(F(name), Value("%".join(["", *letters, ""])))
        stripped[f"bare_{name}"] = Upper(bare)
        same |= Q(**{f"spelt_{name}": True}) & Q(**{f"bare_{name}": wanted})
    if not same:
        return []
    return list(LegalEntity.objects.alias(**stripped).filter(same).values_list("pk", flat=True)[:COMPARED])


# --- all against all ---------------------------------------------------------------------------------------------


def all_known() -> list[Known]:
    """What all published and requested profiles are compared by, in one query."""
    columns = ("pk", "name", "country", "website", "legal_entity__country")
    rows = Organisation.objects.filter(status__in=LIVE).values_list(
        *columns, *(f"legal_entity__{name}" for name in IDENTIFIERS)
    )
    return [
        Known(
            pk,
            words_of(name),
            country,
            host_of(website),
            numbers_of(dict(zip(IDENTIFIERS, numbers, strict=True)), seat or country),
        )
        for pk, name, country, website, seat, *numbers in rows.order_by("pk").iterator(2000)
    ]


def pairs_alike(profiles: Iterable[Known]) -> list[Pair]:
    """All pairs that may be of one organisation, the likeliest first."""
    by_id = {one.pk: one for one in profiles}
    found = []
    for first, second in _worth_comparing(by_id.values()):
        reasons, likeness = compared(by_id[first], by_id[second])
        if _suspect(reasons, likeness):
            found.append(Pair(first, second, reasons, likeness))
    return sorted(found, key=lambda pair: (-pair.likeness, pair.first, pair.second))


def _worth_comparing(profiles: Iterable[Known]) -> set[tuple[int, int]]:
    """Pairs that share a number, a website, a whole name or a rare beginning of words: a few for each profile."""
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    names: dict[int, str] = {}
    for one in profiles:
        names[one.pk] = "".join(sorted(one.telling))
        for key in _keys_of(one):
            blocks[key].append(one.pk)
    worth: set[tuple[int, int]] = set()
    for key, members in blocks.items():
        worth.update(_within(key[0], sorted(members), names))
    return worth


def _keys_of(one: Known) -> Iterator[tuple[str, ...]]:
    for kind, number in one.numbers:
        yield "number", kind, number
    if one.host:
        yield "host", one.host
    beginnings = sorted({word[:4] for word in one.telling})
    yield "name", *sorted(one.telling)
    yield "joined", "".join(one.telling)[:7]
    for beginning in beginnings:
        yield "word", beginning
    for two in combinations(beginnings[:6], 2):
        yield "words", *two


def _within(kind: str, members: list[int], names: Mapping[int, str]) -> Iterator[tuple[int, int]]:
    """The pairs of one block. Of a large one whose members are the same for certain, each with the next suffices."""
    if kind in ("number", "name") and len(members) > MOST_IN_BLOCK:
        yield from pairwise(members)
    elif len(members) <= (MOST_ON_HOST if kind == "host" else MOST_IN_BLOCK):
        for first, second in combinations(members, 2):
            if kind in ("number", "host") or fuzz.ratio(names[first], names[second], score_cutoff=TOLD_APART):
                yield first, second


# --- what the pages show -----------------------------------------------------------------------------------------


def open_pairs() -> QuerySet[DuplicatePair]:
    """The pairs that wait for an officer, with both profiles."""
    return DuplicatePair.objects.filter(
        state=DuplicatePair.State.OPEN, first__status__in=LIVE, second__status__in=LIVE
    ).select_related("first", "second")


def pair(number: int) -> DuplicatePair | None:
    """A pair, with both profiles and their legal entities."""
    return (
        DuplicatePair.objects.select_related("first__legal_entity", "second__legal_entity", "decided_by")
        .filter(pk=number)
        .first()
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A field of two profiles, in words; nothing where nothing is stated."""

    label: str
    first: str
    second: str


def side_by_side(first: Organisation, second: Organisation) -> tuple[list[Line], list[str]]:
    """The fields in which two profiles differ, and the names of those in which they say the same."""
    differing, same = [], []
    for name, label, one, other in _stated(first, second):
        line = Line(label, in_words(name, one), in_words(name, other))
        if line.first != line.second:
            differing.append(line)
        elif line.first and one is not False:
            same.append(label)
    return differing, same


def _stated(first: Organisation, second: Organisation) -> Iterator[tuple[str, str, object, object]]:
    mine, theirs = values_of(first), values_of(second)
    for name, label in PROFILE_FIELDS.items():
        yield name, label, mine[name], theirs[name]
    mine, theirs = entity_values_of(first.legal_entity), entity_values_of(second.legal_entity)
    for name, label in ENTITY_FIELDS.items():
        of = label if name == "legal_name" else f"{label} (legal entity)"
        yield f"{ENTITY}{name}", of, mine[name], theirs[name]


def merges() -> QuerySet[Merge]:
    """All merges, those undone too."""
    return Merge.objects.select_related("kept", "merged", "by", "undone_by")


def merge(number: int) -> Merge | None:
    """A merge."""
    return merges().filter(pk=number).first()


def filled_in_words(values: Mapping[str, object]) -> list[str]:
    """Fields with the values they are filled with."""
    return [f"{PROFILE_FIELDS.get(name, name)}: {in_words(name, value)}" for name, value in values.items()]


MOVED = {
    "memberships": "people",
    "invitations": "invitations",
    "takeovers": "requests to take over",
    "past_partnerships": "partnerships",
    "former_refs": "earlier addresses",
}


def moved_in_words(merge: Merge) -> list[tuple[str, str]]:
    """What a merge moved and filled in, in words."""
    moved = merge.moved
    counts = [(words[:1].upper() + words[1:], str(len(moved.get(kind, ())))) for kind, words in MOVED.items()]
    filled = {name: one["after"] for name, one in moved.get("filled", {}).items()}
    told = [(label, count) for label, count in counts if count != "0"]
    if filled:
        told.append(("Filled in", "; ".join(filled_in_words(filled))))
    if moved.get("took_entity"):
        told.append(("Legal entity", moved["legal_entity"]["values"]["legal_name"]))
    return told
