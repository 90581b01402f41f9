"""What people type about money, read kindly and told with its place where it cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from hanse.core.form import Asked
from hanse.core.values.money import Money
from hanse.core.values.typed_amounts import read_amount, read_months, show_months
from hanse.stages.proposals.actions.money import Typed
from hanse.stages.proposals.models import Cost, Source
from hanse.stages.proposals.queries.money import Books, Key

NONE = "0"
"""How costs of no single work package are named in fields."""
PARTS = {"a": "amount", "m": "months", "r": "rate"}


def field_name(part: str, package: str, category: str) -> str:
    """The name of a field, and its id on the page: `a-3-travel`."""
    return f"{part}-{package or NONE}-{category}"


def shown_in(part: str, cost: Cost | None) -> str:
    """What a field of a cell shows."""
    if cost is None:
        return ""
    if part == "m":
        return "" if cost.months is None else show_months(cost.months)
    if part == "r":
        return "" if cost.rate is None else str(Money(cost.rate))
    return str(Money(cost.cents)) if cost.cents else ""


def mark_of(parts: str, cost: Cost | None) -> str:
    """What a form keeps of a cell to tell what was typed from what was only shown: its version and its figures."""
    return "|".join((str(cost.version if cost else 0), *(shown_in(part, cost) for part in parts)))


@dataclass
class CellsForm:
    """The cells of a partner as posted. Fields that nobody touched are left alone.

    Attributes:
        books: None for a single cell that a script posts: whether there is such a cell, the action says.
        cells: what is to be written.
        faults: what cannot be read, by field.
        typed: what stands in every field, to be shown again.
    """

    books: Books | None
    data: Mapping[str, str]
    cells: list[Typed] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read every cell of which the form tells the version."""
        for name in self.data:
            if name.startswith("v-"):
                _, said, id = name.split("-", 2) if name.count("-") >= 2 else ("", "", "")
                self._find(name, "" if said == NONE else said, id)

    def _find(self, name: str, package: str, category: str) -> None:
        if self.books is None:
            self._read((package, category), "", "mr" if f"m{name[1:]}" in self.data else "a")
            return
        row = next((row for row in self.books.packages if row.id == package), None)
        column = next((column for column in self.books.categories if column.id == category), None)
        if row is None or column is None or self.books.computed(column):
            self.faults[name] = "A row or a column of this form is not there any more. Load the page again."
            return
        parts = "mr" if column.by is Asked.MONTHS else "a"
        self._read((package, category), f"{column.title}, {row.title}: ", parts)

    def _read(self, key: Key, called: str, parts: str) -> None:
        version, *shown = self.data[field_name("v", *key)].split("|")
        names = [field_name(part, *key) for part in parts]
        typed = [self.data.get(name, "").strip() for name in names]
        self.typed.update(zip(names, typed, strict=True))
        if typed == [one.strip() for one in shown]:
            return
        figures: dict[str, int | None] = {}
        for part, name, text in zip(parts, names, typed, strict=True):
            try:
                figures[PARTS[part]] = _read(part, text)
            except ValueError as wrong:
                self.faults[name] = f"{called}{wrong}."
        if len(figures) == len(parts):
            based = int(version) if version.isdecimal() and len(version) < 10 else 0
            self.cells.append(
                Typed(*key, figures.get("amount") or 0, figures.get("months"), figures.get("rate"), based)
            )


def _read(part: str, text: str) -> int | None:
    if not text:
        return None
    return read_months(text) if part == "m" else read_amount(text).cents


class AmountField(forms.CharField):
    """An amount of euro, as people type it; None if it is empty."""

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=60, widget=forms.TextInput(attrs={"inputmode": "decimal", "width": "s"}), **kwargs)

    def clean(self, value: Any) -> Money | None:
        """Read it, or say why it cannot be read."""
        text = super().clean(value)
        if not text.strip():
            return None
        try:
            return read_amount(text)
        except ValueError as wrong:
            raise forms.ValidationError(f"{wrong}.") from None


class ContributionForm(forms.Form):
    """What a partner asks for."""

    requested = AmountField(
        label="Contribution requested, in euro", required=False, help_text="Leave it empty while it is open."
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ShareForm(forms.Form):
    """How much the coordinator shares out over all partners."""

    contribution = AmountField(
        label="Amount to share out, in euro",
        required=False,
        help_text="It is shared by the costs of the partners, to the cent.",
    )

    def clean(self) -> dict[str, Any]:
        """Want an amount, unless the most is asked for."""
        said: dict[str, Any] = super().clean() or {}
        if self.data.get("act") == "most":
            self.errors.pop("contribution", None)
            return said | {"contribution": None}
        if "contribution" in said and said["contribution"] is None:
            self.add_error("contribution", "Name an amount, or ask for the most.")
        return said


class SourceForm(forms.Form):
    """A source of other money."""

    kind = forms.ChoiceField(label="Whose money", choices=Source.Kind.choices)
    name = forms.CharField(label="Where it comes from", max_length=200)
    amount = AmountField(label="Amount in euro")


class WorkbookForm(forms.Form):
    """A workbook that comes back."""

    file = forms.FileField(label="Workbook", help_text="The exported workbook with your figures, as .xlsx.")
