"""What a profile says, and the legal entity on which it stands."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from hanse.ground import clock
from hanse.stages.registry.forms.fields import Line, Lines, Several, Text
from hanse.stages.registry.queries import profiles
from hanse.stages.registry.queries.languages import LANGUAGES

Section = tuple[str, str, tuple[str, ...]]
"""Title, what it is about, and names of fields."""
NEW = "new"
OLDEST = 1100


class _Sections(forms.Form):
    """A form whose fields stand in sections."""

    in_sections: tuple[Section, ...] = ()

    def sections(self) -> Iterator[tuple[str, str, list[BoundField]]]:
        """The sections that have a field to show."""
        for title, about, names in self.in_sections:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                yield title, about, fields


class ProfileForm(_Sections):
    """The profile of an organisation."""

    in_sections = (
        (
            "What it is",
            "A draft needs a name; all else can wait until you request registration.",
            ("name", "kind", "international", "summary", "description", "founded"),
        ),
        ("Where it is", "", ("country", "region", "city", "website", "email")),
        ("What it does", "", ("sectors", "services")),
        ("Whom it unites", "", ("members_count", "smes_count")),
        ("Where it wants to go", "", ("target_markets", "languages")),
    )

    name = Line(label="Name", max_length=300, help_text="As the organisation presents itself.")
    kind = forms.ChoiceField(
        label="Kind of organisation",
        required=False,
        choices=[(value, label[:1].upper() + label[1:]) for value, label in profiles.KINDS.items()],
        widget=forms.RadioSelect,
    )
    international = forms.BooleanField(
        label="It is established outside Europe and joins partnerships as an international partner",
        required=False,
    )
    summary = Line(
        label="In one or two sentences",
        max_length=400,
        required=False,
        help_text="Shown in lists. At most 400 characters.",
        widget=forms.Textarea(attrs={"rows": 3, "width": "l"}),
    )
    description = Text(
        label="Description",
        max_length=10_000,
        required=False,
        help_text="What others should know. An empty line begins a paragraph.",
        widget=forms.Textarea(attrs={"rows": 10, "width": "l"}),
    )
    founded = forms.IntegerField(
        label="Year of foundation", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "width": "s"})
    )
    country = forms.ChoiceField(label="Country of establishment", required=False)
    region = Line(label="Region", max_length=120, required=False)
    city = Line(label="Town", max_length=120, required=False)
    website = forms.URLField(
        label="Website",
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text="Such as https://www.example.org",
        widget=forms.URLInput(attrs={"width": "l"}),
    )
    email = forms.EmailField(
        label="E-mail address for contact",
        max_length=254,
        required=False,
        help_text="Shown on the public profile. An address of the organisation lasts longer than a person's.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    sectors = Several({}, label="Sectors", required=False, widget=forms.CheckboxSelectMultiple)
    services = Lines(
        label="Services",
        required=False,
        help_text="What it offers to its members and partners, one service a line.",
        widget=forms.Textarea(attrs={"rows": 5, "width": "l"}),
    )
    members_count = forms.IntegerField(
        label="Members",
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text="Companies, universities and others that belong to it.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "width": "s"}),
    )
    smes_count = forms.IntegerField(
        label="Members that are SMEs",
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text="Small and medium-sized enterprises among them.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "width": "s"}),
    )
    target_markets = Several(
        {},
        label="Target markets",
        required=False,
        help_text="World regions and countries. With a mouse, hold Ctrl (on a Mac: ⌘) to choose several.",
        widget=forms.SelectMultiple(attrs={"size": "8"}),
    )
    languages = Several({}, label="Working languages", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what a form takes, and the choices of the reference tables."""
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "Not stated"), *profiles.countries().items()]  # type: ignore[attr-defined]
        for name, table in (
            ("sectors", profiles.sectors()),
            ("target_markets", profiles.markets()),
            ("languages", LANGUAGES),
        ):
            field = self.fields[name]
            assert isinstance(field, Several)  # noqa: S101 -- declared above
            field.table = table
            field.choices = list(table.items())
            field.keep(list(self.initial.get(name, ())))
        self._group_markets()

    def _group_markets(self) -> None:
        """Regions apart from countries; what neither table knows at the end."""
        markets = self.fields["target_markets"]
        assert isinstance(markets, Several)  # noqa: S101 -- declared above
        regions = [(id, name) for id, name in profiles.markets().items() if id not in profiles.countries()]
        unknown = [(id, id) for id in self.initial.get("target_markets", ()) if id not in profiles.markets()]
        markets.choices = [("World regions", regions), ("Countries", list(profiles.countries().items())), *unknown]

    def clean_founded(self) -> int | None:
        """A year that has been."""
        year: int | None = self.cleaned_data["founded"]
        this_year = clock.today().year
        if year is not None and not OLDEST <= year <= this_year:
            raise forms.ValidationError(f"Give a year between {OLDEST} and {this_year}, or leave it empty.")
        return year

    def clean(self) -> dict[str, Any]:
        """Hold the figures against each other."""
        data = super().clean() or {}
        members, smes = data.get("members_count"), data.get("smes_count")
        if members is not None and smes is not None and smes > members:
            self.add_error("smes_count", f"There are {members} members, so at most {members} of them are SMEs.")
        return data


class LegalEntityForm(_Sections):
    """The body that signs for an organisation.

    Numbers that look wrong are kept and doubted elsewhere: a registry that refuses what it cannot check would be wrong
    more often than its users. If the registry knows a body with one of the numbers, one says whether it is meant.
    """

    prefix = "entity"
    in_sections = (
        (
            "Legal entity",
            "The body that signs and receives grants. A cluster managed by a chamber of commerce names the chamber.",
            (
                "known",
                "legal_name",
                "country",
                "pic",
                "vat",
                "lei",
                "national_number",
                "own_legal_personality",
            ),
        ),
    )

    known = forms.ChoiceField(
        label="The registry knows a legal entity with one of these numbers. Is it yours?",
        required=False,
        widget=forms.RadioSelect,
    )
    legal_name = Line(
        label="Legal name", max_length=300, required=False, help_text="As in the register of its country."
    )
    country = forms.ChoiceField(label="Country of the seat", required=False)
    pic = Line(
        label="Participant Identification Code (PIC)",
        max_length=20,
        required=False,
        help_text="Nine digits, from the Funding and Tenders portal.",
    )
    vat = Line(
        label="VAT number", max_length=30, required=False, help_text="With its country prefix, such as ATU12345678."
    )
    lei = Line(label="Legal Entity Identifier (LEI)", max_length=30, required=False, help_text="Twenty characters.")
    national_number = Line(label="Number in the national register", max_length=60, required=False)
    own_legal_personality = forms.TypedChoiceField(
        label="Has the organisation legal personality of its own?",
        required=False,
        choices=[("yes", "Yes"), ("no", "No, it acts through another body"), ("", "Not stated")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, user: Any, now: Any = None, **kwargs: Any) -> None:
        """Take who fills it in, and the entity on which the profile stands now."""
        super().__init__(*args, **kwargs)
        self.user, self.now = user, now
        self.fields["country"].choices = [("", "Not stated"), *profiles.countries().items()]  # type: ignore[attr-defined]
        self.matches: list[Any] = []
        if self.is_bound:
            self.matches = profiles.entities_with(user, self._typed(), but=now)
        if self.matches:
            self.fields["known"].choices = [  # type: ignore[attr-defined]
                *((entity.ref, _shown(entity)) for entity in self.matches),
                (NEW, "No, it is another body"),
            ]
        else:
            del self.fields["known"]

    def _typed(self) -> dict[str, str]:
        def typed(name: str) -> str:
            return str(self.data.get(self.add_prefix(name), "")).replace("\x00", "")

        return {"country": typed("country")} | {name: _plain(name, typed(name)) for name in profiles.IDENTIFIERS}

    def clean(self) -> dict[str, Any]:
        """Write numbers in one way, and ask about a body that is known already."""
        data = super().clean() or {}
        for name in profiles.IDENTIFIERS:
            if name in data:
                data[name] = _plain(name, data[name])
        if self.matches and not data.get("known") and "known" not in self.errors:
            self.add_error("known", "Say whether this is your legal entity.")
        return data

    def stated(self) -> dict[str, Any]:
        """What is stated, by field."""
        return {name: self.cleaned_data[name] for name in profiles.ENTITY_FIELDS if name in self.cleaned_data}

    def existing(self) -> str:
        """The ref of the known entity that was chosen, if one was."""
        chosen = self.cleaned_data.get("known", "")
        return "" if chosen == NEW else str(chosen)

    @staticmethod
    def initial_of(values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of an entity as the form shows them."""
        personality = {True: "yes", False: "no", None: ""}[values["own_legal_personality"]]
        return {**values, "own_legal_personality": personality}


def _plain(name: str, value: str) -> str:
    """A number without the blanks that people put in it; a national number is left as its register writes it."""
    if name == "national_number":
        return " ".join(value.split())
    return "".join(c for c in value if not c.isspace() and c not in ".-/").upper()


def _shown(entity: Any) -> str:
    numbers = (("PIC", entity.pic), ("VAT", entity.vat), ("LEI", entity.lei), ("no.", entity.national_number))
    told = ", ".join(f"{label} {value}" for label, value in numbers if value)
    return f"Yes: {entity.legal_name or 'name not stated'} ({profiles.country_name(entity.country)}; {told})"


class ConflictForm(forms.Form):
    """Which side holds, for each field that two people changed at the same time."""

    def __init__(self, *args: Any, sides: list[tuple[str, str, str, str]], who: str, **kwargs: Any) -> None:
        """Take the fields with their labels, one's own side and the other's, in words."""
        super().__init__(*args, **kwargs)
        for name, label, mine, theirs in sides:
            self.fields[f"side_{name}"] = forms.ChoiceField(
                label=label,
                widget=forms.RadioSelect,
                choices=[("mine", f"Yours: {mine}"), ("theirs", f"{who}: {theirs}")],
                error_messages={"required": f"Choose which side holds for “{label}”."},
            )


class PartnershipForm(forms.Form):
    """A partnership in which the organisation took part."""

    partnership = Line(label="Name of the partnership", max_length=300, widget=forms.TextInput(attrs={"width": "l"}))
    call = Line(label="Call", max_length=80, required=False, help_text="Its reference, such as COS-CLUSINT-2016-03-6.")
    role = forms.ChoiceField(
        label="Role",
        required=False,
        choices=[("coordinator", "Coordinator"), ("partner", "Partner"), ("", "Not stated")],
        widget=forms.RadioSelect,
    )
    started = forms.RegexField(
        r"^\d{4}(-\d{2})?$",
        label="Start",
        required=False,
        help_text="Year, or year and month, such as 2018-02.",
        error_messages={"invalid": "Write a year such as 2018, or a year and month such as 2018-02."},
        widget=forms.TextInput(attrs={"width": "s"}),
    )
    source = forms.URLField(
        label="Source",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="A page that names the organisation as a member. Without one, the profile says that you stated it.",
        widget=forms.URLInput(attrs={"width": "l"}),
    )
