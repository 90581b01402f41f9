"""The fields of a section as a browser shows and sends them: made from the form of the call, whatever it asks."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import quote

from django.http import QueryDict
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hanse.core.form import Draft, FieldState, Form, Part, PartKind, SectionKind, SectionState, names_in, records_of
from hanse.core.values.unknown import Unknown
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.proposals.models import Text

PREFIX = "text:"
"""Before the key of a field in the names of inputs."""
FEW_WORDS, SOME_WORDS = 150, 400
"""Up to so many words a text has a low box, and one of middle height."""
Options = Sequence[tuple[str, str]]


class Faulty(ValueError):
    """What a browser sent is no form of ours."""


def id_of(key: str) -> str:
    """The id of the input of a field."""
    return "field-" + key.replace("/", "-")


def posted(sent: QueryDict) -> dict[str, tuple[str, int]]:
    """What a form of a section holds: by key the text and the version it was based on.

    A version that cannot be read counts as none, so that the text meets what stands instead of being lost.
    """
    try:
        versions = json.loads(sent.get("versions", ""))
    except ValueError:
        versions = None
    known = versions if isinstance(versions, dict) else {}
    found = {}
    for name in sent:
        if not name.startswith(PREFIX):
            continue
        key, values = name.removeprefix(PREFIX), sent.getlist(name)
        based_on = known.get(key, 0)
        # Several boxes of one name are a choice of several; the empty one that leads them says that the field is there.
        value = values[0] if len(values) == 1 else ", ".join(value for value in values if value)
        found[key] = (value.replace("\r\n", "\n"), based_on if type(based_on) is int and based_on > 0 else 0)
    return found


@dataclass(frozen=True, slots=True)
class Sent:
    """One field as a script sends it."""

    key: str
    value: str
    based_on: int


def sent_field(body: bytes) -> Sent:
    """What a script sends.

    Raises:
        Faulty: if it is no such thing.
    """
    try:
        told = json.loads(body)
        key, value, based_on = told["key"], told["value"], told["based_on"]
    except (ValueError, KeyError, TypeError):
        raise Faulty from None
    if not isinstance(key, str) or not isinstance(value, str) or type(based_on) is not int or based_on < 0:
        raise Faulty
    return Sent(key, value, based_on)


# --- words about a field -----------------------------------------------------------------------------------------


def counted(words: int, most: int) -> str:
    """How many words there are, and how many are asked for at most."""
    if words <= most:
        return f"{words} of {most} words"
    over = words - most
    return f"{words} of {most} words: {over} {'word' if over == 1 else 'words'} over. It is saved all the same."


@dataclass(frozen=True)
class Choices:
    """What can be chosen in fields that choose by name."""

    partners: Options
    targets: Options
    packages: Options

    @classmethod
    def of(cls, form: Form, draft: Draft) -> "Choices":
        """The members, targets and work packages of a draft."""
        packages = form.section("work_packages")
        records = records_of(packages, draft.texts) if packages else ()
        targets = () if isinstance(draft.targets, Unknown) else draft.targets
        return cls(
            [(id, draft.names.get(id, id)) for id in draft.partners],
            [(id, draft.names.get(id, id)) for id in targets],
            [
                (each.id, f"{number}. {each.values.get('title') or 'without a title yet'}")
                for number, each in enumerate(records, 1)
            ],
        )

    def for_part(self, part: Part) -> Options:
        """What can be chosen in a field."""
        if part.kind in (PartKind.PARTNER, PartKind.PARTNERS):
            return self.partners
        if part.kind is PartKind.TARGET:
            return self.targets
        if part.kind is PartKind.WORK_PACKAGE:
            return self.packages
        return [(choice, choice[:1].upper() + choice[1:].replace("_", " ")) for choice in part.choices]


DECIMAL = 'inputmode="decimal" '
CHOSEN = frozenset({PartKind.CHOICE, PartKind.PARTNER, PartKind.TARGET, PartKind.WORK_PACKAGE})


@dataclass(frozen=True)
class Field:
    """One field on a page.

    Attributes:
        text: what is kept; None while nothing was ever written.
        typed: what somebody typed that is not kept yet, and the version it was based on; None: nothing.
        of: what it belongs to, in words; it stands in the label for those who do not see the card around it.
        history, suggest: addresses of its versions and of suggestions for it; empty: there is none.
    """

    state: FieldState
    text: Text | None
    options: Options
    editable: bool
    of: str = ""
    typed: tuple[str, int] | None = None
    history: str = ""
    suggest: str = ""

    @property
    def version(self) -> int:
        """The version that is before the reader's eyes, or that what was typed was based on."""
        if self.typed is not None:
            return self.typed[1]
        return self.text.version if self.text else 0

    @property
    def value(self) -> str:
        """What the input holds."""
        return self.state.value if self.typed is None else self.typed[0]

    def html(self) -> str:
        """The field with label, hint, words and state. Written plainly: a page may hold hundreds of them."""
        state, part, id = self.state, self.state.part, id_of(self.state.key)
        tag = "fieldset" if part.kind is PartKind.PARTNERS else "div"
        hint = f'<p class="draft-hint" id="{id}-hint">{escape(part.ask)}</p>' if part.ask else ""
        fault = f'<p class="draft-fault">{escape(state.fault)}</p>' if state.fault else ""
        return (
            f'<{tag} class="ecl-form-group draft-field" data-key="{escape(state.key)}" data-version="{self.version}">'
            f"{self._label(id)}{hint}{self._control(id) if self.editable else self._shown()}"
            f'<div class="draft-told">{self._count(id)}<p class="draft-state" id="{id}-state" role="status">'
            f"{escape(self._told())}</p>{self._links()}</div>{fault}</{tag}>"
        )

    def _label(self, id: str) -> str:
        part = self.state.part
        said = str(escape(part.title))
        if self.of:
            said += f'<span class="ecl-u-sr-only"> ({escape(self.of)})</span>'
        if not part.required:
            said += ' <span class="ecl-form-label__optional">(optional)</span>'
        if part.kind is PartKind.PARTNERS:
            return f'<legend class="ecl-form-label">{said}</legend>'
        if self.editable:
            return f'<label class="ecl-form-label" for="{id}">{said}</label>'
        return f'<p class="ecl-form-label">{said}</p>'

    def _links(self) -> str:
        about = f'<span class="ecl-u-sr-only"> of {escape(self.state.part.title)} {escape(self.of)}</span>'
        links = ""
        key = quote(self.state.key, safe="")
        if self.text is not None:
            links += f'<a class="ecl-link" href="{self.history}?key={key}">Versions{about}</a> '
        if self.suggest and self.state.part.kind is PartKind.TEXT:
            links += f'<a class="ecl-link" href="{self.suggest}?key={key}">Suggest another text{about}</a>'
        return f'<p class="draft-links">{links}</p>' if links else ""

    def _count(self, id: str) -> str:
        most = self.state.part.words
        if not most:
            return ""
        over = " draft-count--over" if self.state.words > most else ""
        told = counted(self.state.words, most)
        return f'<p class="draft-count{over}" id="{id}-count" data-most="{most}">{told}</p>'

    def _told(self) -> str:
        if self.value != self.state.value:
            return "Not saved yet"
        if self.text is None:
            return ""
        return f"{self.text.changed_by.name}, {brussels(self.text.changed_at)}"

    def _shown(self) -> str:
        if not self.value:
            return '<p class="hanse-muted">Nothing is written yet.</p>'
        named = dict(self.options)
        kind = self.state.part.kind
        if kind is PartKind.PARTNERS:
            said = ", ".join(named.get(id, id) for id in names_in(self.value))
        else:
            said = named.get(self.value, self.value) if kind in CHOSEN else self.value
        return f'<div class="draft-text" dir="auto">{escape(said)}</div>'

    def _described(self, id: str) -> str:
        named = [f"{id}-hint"] if self.state.part.ask else []
        named += [f"{id}-count"] if self.state.part.words else []
        return f'aria-describedby="{" ".join([*named, f"{id}-state"])}"'

    def _control(self, id: str) -> str:
        part, name = self.state.part, escape(PREFIX + self.state.key)
        described = self._described(id)
        if part.kind is PartKind.TEXT:
            rows = 4 if part.words and part.words <= FEW_WORDS else 8 if part.words <= SOME_WORDS else 14
            return (
                f'<textarea class="ecl-text-area ecl-text-area--full" id="{id}" name="{name}" rows="{rows}" '
                f'dir="auto" {described}>\n{escape(self.value)}</textarea>'
            )
        if part.kind is PartKind.PARTNERS:
            return self._boxes(id, name)
        if part.kind in CHOSEN:
            return self._select(id, name, described)
        short = part.kind in (PartKind.NUMBER, PartKind.MONTH)
        return (
            f'<input class="ecl-text-input ecl-text-input--{"s" if short else "full"}" type="text" id="{id}" '
            f'name="{name}" value="{escape(self.value)}" dir="auto" autocomplete="off" '
            f"{DECIMAL if short else ''}{described}>"
        )

    def _select(self, id: str, name: str, described: str) -> str:
        options: list[tuple[str, str]] = [("", "Not chosen yet"), *self.options]
        if self.value and all(self.value != value for value, _ in options):
            options.append((self.value, f"{self.value} (cannot be chosen any more)"))
        written = "".join(_option(value, label, value == self.value) for value, label in options)
        return f'<select class="ecl-select draft-select" id="{id}" name="{name}" {described}>{written}</select>'

    def _boxes(self, id: str, name: str) -> str:
        chosen = names_in(self.value)
        gone = [each for each in chosen if all(each != value for value, _ in self.options)]
        options = [*self.options, *((each, f"{each} (not a member any more)") for each in gone)]
        written = "".join(
            f'<label class="draft-box"><input type="checkbox" id="{id}-{number}" name="{name}" '
            f'value="{escape(value)}"{" checked" if value in chosen else ""}> {escape(label)}</label>'
            for number, (value, label) in enumerate(options)
        )
        return f'<input type="hidden" name="{name}" value=""><div class="draft-boxes">{written}</div>'


@lru_cache(2_000)
def _option(value: str, label: str, chosen: bool) -> str:
    return f'<option value="{escape(value)}"{" selected" if chosen else ""}>{escape(label)}</option>'


@dataclass(frozen=True)
class Card:
    """The fields that belong together: of one record, target or partner; of a section asked once, its only one.

    Attributes:
        id: of the record, target or partner; empty where the section is asked once.
        place: number of a record in its table, from 1.
    """

    id: str
    title: str
    fields: Sequence[Field]
    place: int = 0
    first: bool = False
    last: bool = False
    removable: bool = False

    def html(self) -> SafeString:
        """All its fields."""
        return mark_safe("".join(field.html() for field in self.fields))  # noqa: S308 -- each part is escaped


@dataclass(frozen=True)
class Editor:
    """A section as a page shows it."""

    state: SectionState
    cards: Sequence[Card] = field(default_factory=tuple)

    @cached_property
    def editable(self) -> bool:
        """Whether anything in it can be written by the reader."""
        return any(each.editable for card in self.cards for each in card.fields)

    @property
    def versions(self) -> str:
        """The versions that are before the reader's eyes."""
        return json.dumps({each.state.key: each.version for card in self.cards for each in card.fields if each.version})


def editor_of(
    form: Form,
    state: SectionState,
    draft: Draft,
    texts: Mapping[str, Text],
    may_write: Callable[[str], bool],
    typed: Mapping[str, tuple[str, int]] | None = None,
    history: str = "",
    suggest: str = "",
) -> Editor:
    """A section with its fields, card by card.

    Args:
        may_write: asked with what a card belongs to; whether the reader may write in it.
        typed: what was typed and is not kept, by key, each with the version it was based on.
    """
    section = state.section
    typed = typed or {}
    choices = Choices.of(form, draft)
    options = {part.id: choices.for_part(part) for part in section.parts}
    by_card: dict[str, list[FieldState]] = {}
    for each in state.fields:
        by_card.setdefault(each.of, []).append(each)
    cards = []
    last = len(by_card)
    for place, (of, states) in enumerate(by_card.items(), 1):
        title = _title(state, of, place, states, draft)
        editable = may_write(of)
        cards.append(
            Card(
                of,
                title,
                [
                    Field(
                        each,
                        texts.get(each.key),
                        options[each.part.id],
                        editable,
                        title if section.kind is not SectionKind.ONCE else "",
                        typed.get(each.key),
                        history,
                        suggest,
                    )
                    for each in states
                ],
                place if section.kind is SectionKind.RECORDS else 0,
                place == 1,
                place == last,
                section.kind is SectionKind.RECORDS and editable,
            )
        )
    return Editor(state, cards)


def _title(state: SectionState, of: str, place: int, states: Sequence[FieldState], draft: Draft) -> str:
    section = state.section
    if section.kind is SectionKind.RECORDS:
        called = (section.record or "row").capitalize()
        named = next((each.value for each in states if each.part.id == "title"), "").strip()
        return f"{called} {place}" + (f": {named[:80]}" if named else "")
    return draft.names.get(of, of)
