"""What lists of organisations are narrowed by."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from hanse.stages.registry.models import Organisation, Tag
from hanse.stages.registry.queries import listing, profiles
from hanse.stages.registry.queries.languages import LANGUAGES

TAGS = {"sector": Tag.Kind.SECTOR, "market": Tag.Kind.MARKET, "language": Tag.Kind.LANGUAGE}
NOWHERE = "none"
"""Says in an address that the country is not stated."""
CAPPED = (
    f"More than {listing.MOST_FOUND:,} organisations match these words. The best {listing.MOST_FOUND:,} are shown; "
    "add a word to find fewer."
)


def _choices(table: dict[str, str], any_of: str) -> list[tuple[str, str]]:
    return [("", any_of), *table.items()]


class MapFilter(forms.Form):
    """What the map is narrowed by."""

    sector = forms.ChoiceField(label="Sector", required=False)
    kind = forms.ChoiceField(label="Kind of organisation", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what a form takes, and the choices of the reference tables."""
        super().__init__(*args, **kwargs)
        tables: dict[str, tuple[dict[str, str], str]] = {
            "country": ({**profiles.countries(), NOWHERE: "Not stated"}, "All countries"),
            "sector": (dict(profiles.sectors()), "All sectors"),
            "kind": ({id: word.capitalize() for id, word in profiles.KINDS.items()}, "All kinds"),
            "market": (dict(profiles.markets()), "All markets"),
            "language": (dict(LANGUAGES), "All languages"),
        }
        for name, field in self.fields.items():
            if name in tables and isinstance(field, forms.ChoiceField):
                field.choices = _choices(*tables[name])

    def narrow(self, organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
        """Those that all filters leave."""
        asked = self.cleaned_data
        if country := asked.get("country"):
            organisations = organisations.filter(country="" if country == NOWHERE else country)
        if kind := asked.get("kind"):
            organisations = organisations.filter(kind=kind)
        if asked.get("international"):
            # Among one value, not equal to it: a bare boolean in a condition keeps SQLite from its index.
            organisations = organisations.filter(international__in=(asked["international"] == "yes",))
        for name, tag in TAGS.items():
            if value := asked.get(name):
                organisations = listing.tagged(organisations, tag, value)
        return organisations


class DirectoryFilter(MapFilter):
    """What the directory is narrowed by."""

    q = forms.CharField(
        label="Words",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "width": "l"}),
    )
    country = forms.ChoiceField(label="Country", required=False)
    market = forms.ChoiceField(label="Target market", required=False)
    language = forms.ChoiceField(label="Working language", required=False)
    international = forms.ChoiceField(
        label="International partners",
        required=False,
        choices=[("", "With and without"), ("yes", "Only these"), ("no", "Without these")],
    )
    field_order = ("q", "country", "sector", "kind", "market", "language", "international")

    def narrow(self, organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
        """Those in which the words stand and that all filters leave."""
        organisations = super().narrow(organisations)
        if words := self.cleaned_data.get("q"):
            found = listing.found_by(words)
            if len(found) >= listing.MOST_FOUND:
                self["q"].help_text = CAPPED
            organisations = organisations.filter(pk__in=found)
        return organisations
