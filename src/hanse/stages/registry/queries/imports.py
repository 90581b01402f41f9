"""Tables of organisations: how they are read, and what is wrong in a row. Nothing here writes.

A fault keeps a row out; a doubt is told and keeps nothing out. Both name what is wrong and what mends it.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import Q

from hanse.stages.registry.models import ImportRow, ImportRun, LegalEntity, Organisation
from hanse.stages.registry.queries import identifiers, profiles
from hanse.stages.registry.queries.languages import LANGUAGES

MOST_BYTES = 64 << 20
MOST_ROWS = 100_000
MOST_CELL = 20_000
MOST_SERVICES, SERVICE_LENGTH = 30, 120
OLDEST = 1100
MOST_COUNTED = 1_000_000
SEPARATORS = (",", ";", "\t")
OTHER_CODES = {"EL": "GR", "UK": "GB"}
"""How institutions of the Union write two countries, and how ISO 3166 does."""
YES, NO = frozenset({"yes", "y", "true", "1", "x"}), frozenset({"no", "n", "false", "0"})
FORMULAS = ("=", "+", "-", "@")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a table may have.

    Attributes:
        about: what stands in it, for the page that explains the columns.
        example: a cell, for the template.
        most: letters that a cell may have.
    """

    name: str
    about: str
    example: str = ""
    most: int = 300
    needed: bool = False


COLUMNS: Sequence[Column] = (
    Column("name", "Name of the organisation, as it presents itself.", "Example Cluster of Wood", 300, needed=True),
    Column("kind", f"What it is: {', '.join(profiles.KINDS)}. Words such as “cluster organisation” do too.", "cluster"),
    Column(
        "country", "Country of establishment, by its code of two letters (EL and UK are read as GR and GB).", "FI", 2
    ),
    Column("region", "Region.", "Lapland", 120),
    Column("city", "Town.", "Rovaniemi", 120),
    Column("website", "Address of its website, with or without https://", "https://wood.example", 300),
    Column("email", "E-mail address for contact, shown to everybody.", "office@wood.example", 254),
    Column("summary", "One or two sentences.", "Sawmills and builders of the north.", 400),
    Column("description", "As long as it needs to be.", "", 10_000),
    Column("services", f"What it offers, with ; between; at most {MOST_SERVICES}.", "training; testing", 5_000),
    Column("sectors", "Sectors by id or name, with ; between.", "forest-bioeconomy; construction", 2_000),
    Column("target_markets", "Countries and world regions by code, id or name, with ; between.", "JP; africa", 2_000),
    Column("languages", "Working languages by code or name, with ; between.", "fi; en", 500),
    Column("members_count", "How many members it has.", "120", 12),
    Column("smes_count", "How many of them are SMEs.", "90", 12),
    Column("founded", "Year of foundation.", "2004", 4),
    Column("international", "yes for an international partner outside Europe; empty means no.", "no", 10),
    Column("legal_name", "Name of the legal entity that signs for it.", "Wood of the North ry", 300),
    Column("legal_country", "Country of that entity's seat; the organisation's own if it is empty.", "FI", 2),
    Column("pic", "Its PIC, nine digits.", "", 20),
    Column("vat", "Its VAT number, with the country before it.", "", 30),
    Column("lei", "Its LEI, twenty letters and digits.", "", 30),
    Column("national_number", "Its number in the national register.", "", 60),
    Column("own_legal_personality", "Whether it has legal personality of its own: yes, no, or empty.", "yes", 10),
    Column("source", "Where this is from, such as the address of a page. Without it: the name of the file.", "", 300),
)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
ALSO_CALLED = {
    "organisation": "name",
    "organization": "name",
    "town": "city",
    "members": "members_count",
    "smes": "smes_count",
    "year_of_foundation": "founded",
    "markets": "target_markets",
    "legal_entity": "legal_name",
    "vat_number": "vat",
    "country_code": "country",
}


class Unreadable(Exception):
    """The file as a whole cannot be read as a table; the messages say why, and what to do."""

    def __init__(self, *faults: str) -> None:
        """Keep the messages."""
        super().__init__(" ".join(faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Cells:
    """A row as it stands in the file.

    Attributes:
        line: counted from 1 with the header; of a row over several lines, the last one.
        given: by column; text only.
        extra: how many cells stand beyond the last column.
        missing: how many columns the row does not reach.
    """

    line: int
    given: Mapping[str, str]
    extra: int = 0
    missing: int = 0


@dataclass(slots=True)
class Read:
    """What a row says.

    Attributes:
        profile: values by field of the profile.
        entity: values by field of the legal entity; empty if none is named.
        faults: why it cannot be imported.
        doubts: what should be looked at.
    """

    line: int
    given: Mapping[str, str]
    profile: dict[str, Any] = field(default_factory=dict)
    entity: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


# --- the file ----------------------------------------------------------------------------------------------------


def cells_of(content: BinaryIO) -> Generator[Cells, None, None]:
    """The rows of a file, one at a time.

    Raises:
        Unreadable: if it is no table of organisations.
    """
    text = io.TextIOWrapper(content, encoding=_encoding(content), newline="")
    try:
        yield from _rows(text)
    except UnicodeDecodeError:
        raise Unreadable(
            "The file is not in UTF-8, so that accents would be lost. Save it as “CSV UTF-8” and upload it again."
        ) from None
    finally:
        text.detach()


def _encoding(content: BinaryIO) -> str:
    content.seek(0)
    head = content.read(4)
    content.seek(0)
    return "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _rows(text: io.TextIOWrapper) -> Iterator[Cells]:
    first = text.readline()
    while first and not first.strip():
        first = text.readline()
    if not first:
        raise Unreadable("The file is empty. Its first line must name the columns.")
    separator = max(SEPARATORS, key=first.count)
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=,"):
        separator, first = first.strip()[-1], text.readline()
    header = next(csv.reader([first], delimiter=separator), [])
    columns = _columns(header)
    before = 1
    reader = csv.reader(text, delimiter=separator)
    try:
        for row in reader:
            line = before + reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            given = {name: row[at] for at, name in columns.items() if at < len(row)}
            spare = [cell for cell in row[len(header) :] if cell.strip()]
            yield Cells(line, given, len(spare), max(0, len(header) - len(row)))
    except csv.Error as wrong:
        raise Unreadable(
            f"From line {before + reader.line_num} on the file cannot be read: {wrong}. "
            "A quotation mark that is opened and never closed is the usual cause."
        ) from None


def _columns(header: Sequence[str]) -> dict[int, str]:
    """Which column stands where."""
    faults: list[str] = []
    found: dict[int, str] = {}
    for at, cell in enumerate(header):
        title = _shown(cell)
        name = re.sub(r"[\s\-]+", "_", title.strip().casefold())
        name = ALSO_CALLED.get(name, name)
        if not name:
            continue
        if name not in BY_NAME:
            faults.append(f"There is no column “{title[:60]}”. Rename or remove it.")
        elif name in found.values():
            faults.append(f"The column “{name}” stands there twice. Remove one.")
        else:
            found[at] = name
    if "name" not in found.values():
        faults.insert(0, "There is no column “name”. The first line must name the columns; the template shows how.")
    if faults:
        raise Unreadable(*faults[:20])
    return found


# --- a row -------------------------------------------------------------------------------------------------------


def read(cells: Cells, this_year: int) -> Read:
    """What a row says, with what is wrong in it."""
    clean = {name: _shown(cell) for name, cell in cells.given.items()}
    row = Read(cells.line, {name: cell[: MOST_CELL + 1] for name, cell in clean.items() if cell})
    if cells.extra:
        plural = "cell stands" if cells.extra == 1 else "cells stand"
        row.faults.append(
            f"{cells.extra} {plural} beyond the last column. A separator inside a cell needs quotation marks around it."
        )
    elif cells.missing:
        row.doubts.append(f"The row ends {cells.missing} columns early; they are taken as empty.")
    invisible = [name for name, cell in cells.given.items() if _CONTROLS.search(cell)]
    if invisible:
        row.faults.append(f"In {', '.join(invisible)} stands an invisible character. Type the text again.")
    for name, cell in clean.items():
        most = BY_NAME[name].most
        if most > 4 and len(cell) > most:  # codes and years are named by their own checks
            row.faults.append(f"{name} has {len(cell)} characters; at most {most} are kept. Shorten it.")
    if cells.given.get("name", "").lstrip().startswith(FORMULAS):
        row.doubts.append("The name begins like a formula of a spreadsheet. It is kept as text.")
    if row.faults:
        return row
    _profile(row, clean, this_year)
    _entity(row, clean)
    return row


def _profile(row: Read, clean: Mapping[str, str], this_year: int) -> None:
    values = row.profile
    for name in ("name", "region", "city", "summary"):
        values[name] = " ".join(clean.get(name, "").split())
    if not values["name"]:
        row.faults.append("There is no name. An organisation needs one.")
    values["description"] = clean.get("description", "").strip()
    values["country"] = _country(row, "country", clean.get("country", ""))
    values["kind"] = _kind(row, clean.get("kind", ""))
    values["website"] = _website(row, clean.get("website", ""))
    values["email"] = _email(row, clean.get("email", ""))
    values["services"] = _several(clean.get("services", ""))
    if len(values["services"]) > MOST_SERVICES or any(len(one) > SERVICE_LENGTH for one in values["services"]):
        row.faults.append(f"services: at most {MOST_SERVICES}, each of {SERVICE_LENGTH} characters at most.")
    values["sectors"] = _ids(row, "sectors", clean, profiles.sectors(), "The list of columns shows all sectors.")
    values["target_markets"] = _ids(row, "target_markets", clean, profiles.markets(), "Write its code or English name.")
    values["languages"] = _ids(row, "languages", clean, LANGUAGES, "Write its code of two letters or English name.")
    values["members_count"] = _number(row, "members_count", clean, 0, MOST_COUNTED)
    values["smes_count"] = _number(row, "smes_count", clean, 0, MOST_COUNTED)
    values["founded"] = _number(row, "founded", clean, OLDEST, this_year)
    members, smes = values["members_count"], values["smes_count"]
    if members is not None and smes is not None and smes > members:
        row.faults.append(f"{smes} SMEs are more than the {members} members they are among.")
    values["international"] = bool(_yes_or_no(row, "international", clean))


def _entity(row: Read, clean: Mapping[str, str]) -> None:
    stated = {name: " ".join(clean.get(name, "").split()) for name in ("legal_name", *profiles.IDENTIFIERS)}
    for name in ("pic", "vat", "lei"):
        stated[name] = identifiers.normal(stated[name])
    personality = _yes_or_no(row, "own_legal_personality", clean)
    country = _country(row, "legal_country", clean.get("legal_country", "")) or row.profile["country"]
    if not any(stated.values()) and personality is None:
        return
    row.entity = {
        **stated,
        "legal_name": stated["legal_name"] or row.profile["name"],
        "country": country,
        "own_legal_personality": personality,
    }
    checks = {
        "pic": identifiers.check_pic,
        "vat": identifiers.check_vat,
        "lei": identifiers.check_lei,
        "national_number": identifiers.check_national_number,
    }
    for name, check in checks.items():
        if stated[name] and (doubt := check(stated[name], country)) is not None:
            row.doubts.append(f"{name}: {doubt}")


def _country(row: Read, name: str, cell: str) -> str:
    code = cell.strip().upper()
    code = OTHER_CODES.get(code, code)
    if code and code not in profiles.countries():
        named = _by_words(profiles.countries(), cell)
        if named:
            return named
        row.faults.append(f"{name}: “{cell[:40]}” is no country code. Write two letters, such as DE.")
        return ""
    return code


def _kind(row: Read, cell: str) -> str:
    words = re.sub(r"[\s_\-]+", " ", cell).strip().casefold()
    if not words:
        return ""
    known = {re.sub("_", " ", id): id for id in profiles.KINDS} | {text: id for id, text in profiles.KINDS.items()}
    known |= {"cluster": "cluster_organisation", "network": "business_network"}
    if words in known:
        return known[words]
    row.faults.append(f"kind: “{cell[:40]}” is none of {', '.join(profiles.KINDS)}.")
    return ""


def _website(row: Read, cell: str) -> str:
    address = cell.strip()
    if not address:
        return ""
    if "://" not in address:
        address = f"https://{address}"
    try:
        URLValidator(schemes=("http", "https"))(address)
    except ValidationError:
        row.faults.append(f"website: “{cell[:60]}” is no address. Write it as https://www.example.org")
        return ""
    return address


def _email(row: Read, cell: str) -> str:
    address = cell.strip()
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        row.faults.append(f"email: “{cell[:60]}” is no e-mail address.")
        return ""
    return address


def _several(cell: str) -> list[str]:
    parts = (" ".join(part.split()) for part in re.split(r"[;\n|]", cell))
    return list(dict.fromkeys(part for part in parts if part))


def _ids(row: Read, name: str, clean: Mapping[str, str], table: Mapping[str, str], remedy: str) -> list[str]:
    found, unknown = set(), []
    for part in _several(clean.get(name, "")):
        id = _by_words(table, part)
        if id:
            found.add(id)
        else:
            unknown.append(part)
    if unknown:
        named = ", ".join(f"“{part[:40]}”" for part in unknown[:5])
        row.faults.append(f"{name}: {named} {'is' if len(unknown) == 1 else 'are'} not known. {remedy}")
    return sorted(found)


def _by_words(table: Mapping[str, str], words: str) -> str:
    """The id that is meant by an id, a code or an English name; empty if none is."""
    words = words.strip()
    for id in (words, words.lower(), words.upper(), OTHER_CODES.get(words.upper(), "")):
        if id in table:
            return id
    return _keys(table).get(profiles.name_key(words), "")


_KEYS: dict[int, dict[str, str]] = {}


def _keys(table: Mapping[str, str]) -> dict[str, str]:
    """Ids by names without case and accents; made once for each of the tables, which never change."""
    if id(table) not in _KEYS:
        _KEYS[id(table)] = {profiles.name_key(text): key for key, text in table.items()}
    return _KEYS[id(table)]


def _number(row: Read, name: str, clean: Mapping[str, str], least: int, most: int) -> int | None:
    cell = clean.get(name, "").strip()
    if not cell:
        return None
    plain = re.sub(r"(?<=\d)[\s'’](?=\d{3})", "", cell)
    if not re.fullmatch(r"\d{1,9}", plain, re.ASCII) or not least <= int(plain) <= most:
        row.faults.append(f"{name}: “{cell[:20]}” is no whole number between {least} and {most}, in digits alone.")
        return None
    return int(plain)


def _yes_or_no(row: Read, name: str, clean: Mapping[str, str]) -> bool | None:
    cell = clean.get(name, "").strip().casefold()
    if not cell:
        return None
    if cell in YES or cell in NO:
        return cell in YES
    row.faults.append(f"{name}: “{cell[:20]}” is neither yes nor no.")
    return None


def _shown(cell: str) -> str:
    """A cell in one form of letters, with plain line ends and without what cannot be seen."""
    return _CONTROLS.sub("", unicodedata.normalize("NFC", cell.replace("\r\n", "\n").replace("\r", "\n"))).strip()


# --- against each other and against the registry -----------------------------------------------------------------

_GENERIC = """
    a ab ag aisbl asbl asociacion assoc association associazione bv cluster clusters company cooperative das de der
    des di du e el et ev for foundation gie gmbh group gruppe inc klaster klastr klaszter la le les ltd netzwerk network
    ngo npo of oy ry sa sl sp spa srl sro the und and union v verein vzw y z
"""
GENERIC = frozenset(_GENERIC.split())
"""Words that name what many organisations are; two names that differ in them alone may be one."""


def core_of(key: str) -> str:
    """The words of a folded name that tell it from others, in alphabetical order; the name itself if none do."""
    words = sorted(set(re.findall(r"[^\W_]+", key)) - GENERIC)
    return " ".join(words) or key


class Seen:
    """What stands in earlier rows of the same file: names and identifiers, each with its line."""

    def __init__(self) -> None:
        """Begin before the first row."""
        self._names: dict[tuple[str, str], int] = {}
        self._cores: dict[tuple[str, str], int] = {}
        self._numbers: dict[tuple[str, str], int] = {}

    def pass_by(self, cells: Cells) -> None:
        """Remember a row that was read before."""
        country, key, numbers = _marks(cells)
        if key:
            self._names.setdefault((country, key), cells.line)
            self._cores.setdefault((country, core_of(key)), cells.line)
            for number in numbers:
                self._numbers.setdefault(number, cells.line)

    def hold(self, cells: Cells, row: Read) -> None:
        """Compare a row with those before it, then remember it."""
        country, key, numbers = _marks(cells)
        if not key:
            return
        if earlier := self._names.get((country, key)):
            row.faults.append(f"The same name in the same country stands in line {earlier}. Keep one of the two.")
            return
        if earlier := self._cores.get((country, core_of(key))):
            row.doubts.append(f"The name is much like that in line {earlier}. If it is one organisation, remove one.")
        for number in numbers:
            if earlier := self._numbers.get(number):
                row.doubts.append(
                    f"Line {earlier} has the same {SAID[number[0]]}. Both will stand on one legal entity; "
                    "if it is one organisation, remove one line."
                )
        self.pass_by(cells)


SAID = {"pic": "PIC", "vat": "VAT number", "lei": "LEI", "national_number": "national register number"}
"""Identifiers in sentences."""


def _marks(cells: Cells) -> tuple[str, str, list[tuple[str, str]]]:
    """Country, folded name and identifiers of a row, without a look at anything else."""
    given, unheard = cells.given, Read(cells.line, {})
    country = _country(unheard, "", _shown(given.get("country", "")))
    seat = _country(unheard, "", _shown(given.get("legal_country", ""))) or country
    stated = {name: identifiers.normal(given.get(name, "")) for name in ("pic", "vat", "lei")}
    stated |= {"national_number": " ".join(given.get("national_number", "").split()), "country": seat}
    return country, profiles.name_key(_shown(given.get("name", ""))), numbers_of(stated)


def numbers_of(entity: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The identifiers of a legal entity; a national number counts within its country."""
    found = []
    for name in profiles.IDENTIFIERS:
        if value := entity.get(name):
            inside = f"{entity.get('country', '')} " if name == "national_number" else ""
            found.append((name, f"{inside}{value}"))
    return found


def hold_against_registry(rows: Sequence[Read]) -> None:
    """Tell which rows are in the registry already, by name and country or by an identifier."""
    rows = [row for row in rows if row.profile and not row.faults]
    published = Organisation.objects.filter(status__in=(Organisation.Status.PUBLISHED, Organisation.Status.REQUESTED))
    keys = {profiles.name_key(row.profile["name"]) for row in rows}
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for key, country, ref, name in published.filter(name_key__in=keys).values_list(
        "name_key", "country", "ref", "name"
    ):
        named[country, key] = (ref, name)
    held: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for entity in entities_with(rows):
        for one in entity.organisations.all():
            if one.status in (Organisation.Status.PUBLISHED, Organisation.Status.REQUESTED):
                for number in numbers_of({name: getattr(entity, name) for name in (*profiles.IDENTIFIERS, "country")}):
                    held.setdefault(number, []).append((one.ref, one.name, core_of(one.name_key)))
    for row in rows:
        key = profiles.name_key(row.profile["name"])
        if known := named.get((row.profile["country"], key)):
            row.faults.append(f"It is in the registry already: {known[1]} ({known[0]}). Remove the line.")
            continue
        for number in numbers_of(row.entity):
            for ref, name, core in held.get(number, ())[:3]:
                if core == core_of(key):
                    row.faults.append(f"It is in the registry already, by its {SAID[number[0]]}: {name} ({ref}).")
                else:
                    row.doubts.append(
                        f"{name} ({ref}) has the same {SAID[number[0]]}. Both will stand on one legal entity, "
                        "unless it is one organisation."
                    )


def entities_with(rows: Sequence[Read]) -> list[LegalEntity]:
    """The legal entities that bear an identifier of these rows, with their profiles."""
    asked: dict[str, set[str]] = {name: set() for name in profiles.IDENTIFIERS}
    for row in rows:
        for name in profiles.IDENTIFIERS:
            if value := row.entity.get(name):
                asked[name].add(value)
    same = Q()
    for name, values in asked.items():
        if values:
            same |= Q(**{f"{name}__in": values})
    if not same:
        return []
    return list(LegalEntity.objects.filter(same).prefetch_related("organisations").order_by("pk"))


# --- what the pages ask ------------------------------------------------------------------------------------------


def runs() -> list[ImportRun]:
    """The imports, the latest first."""
    return list(ImportRun.objects.select_related("by").order_by("-at", "-id")[:50])


def run_with(number: int) -> ImportRun | None:
    """One import."""
    return ImportRun.objects.select_related("by", "file").filter(pk=number).first()


def under_way() -> int | None:
    """The import that has longest waited to be read or written on; None if there is none."""
    busy = (ImportRun.State.READING, ImportRun.State.RUNNING)
    return ImportRun.objects.filter(state__in=busy).order_by("at", "id").values_list("pk", flat=True).first()


def rows_of(run: ImportRun) -> Any:
    """The rows of an import."""
    return ImportRow.objects.filter(run=run).select_related("organisation")
