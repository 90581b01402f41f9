"""Notices and letters, as typed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from hanse.core.call import Call
from hanse.stages.consortia.forms.forming import places
from hanse.stages.consortia.models import Consortium, Notice
from hanse.stages.registry.forms.fields import Line, Text
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import profiles

LONGEST_TEXT = 4_000


def _own(organisations: Iterable[Organisation]) -> list[tuple[str, str]]:
    return [(one.ref, one.name) for one in organisations]


class NoticeForm(forms.Form):
    """An offer or a request."""

    organisation = forms.ChoiceField(label="For which organisation?")
    kind = forms.ChoiceField(label="What is it?", choices=[(k.value, k.label.capitalize()) for k in Notice.Kind])
    consortium = forms.ChoiceField(
        label="For which consortium?", required=False, help_text="Readers do not learn which one it is."
    )
    strand = forms.ChoiceField(label="Strand of the call", required=False)
    title = Line(label="Title", max_length=200)
    text = Text(
        label="What you offer or look for",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "width": "l"}),
    )
    countries = forms.MultipleChoiceField(
        label="Countries", required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    sectors = forms.MultipleChoiceField(label="Sectors", required=False, widget=forms.SelectMultiple(attrs={"size": 6}))
    markets = forms.MultipleChoiceField(
        label="Target markets", required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        call: Call,
        organisations: Iterable[Organisation],
        consortia: Iterable[Consortium] = (),
        data: Mapping[str, Any] | None = None,
        *,
        change: bool = False,
        **kwargs: Any,
    ) -> None:
        """Take the call, and for whom the person may write.

        Args:
            change: whether a notice is changed: what it is and whose it is stays then.
        """
        super().__init__(data, **kwargs)
        choices: dict[str, list[Any]] = {
            "organisation": _own(organisations),
            "consortium": [("", "For none"), *((one.ref, one.name) for one in consortia)],
            "strand": [("", "Any strand"), *((one.id, f"{one.id}: {one.title}") for one in call.strands)],
            "countries": list(profiles.countries().items()),
            "sectors": list(profiles.sectors().items()),
            "markets": places()[1:],
        }
        for name, given in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
            field.choices = given
        if len(choices["consortium"]) == 1:
            del self.fields["consortium"]
        if change:
            for name in ("organisation", "kind", "consortium"):
                self.fields.pop(name, None)

    def told(self) -> dict[str, Any]:
        """What was typed, as the acts take it."""
        asked = {name: self.cleaned_data[name] for name in ("title", "text", "strand", "countries", "markets")}
        return {**asked, "sectors_sought": self.cleaned_data["sectors"]}

    def put_faults(self, faults: Mapping[str, str], message: str) -> None:
        """Tell what an act refused at the fields it is about."""
        for name, told in (faults or {"": message}).items():
            self.add_error(name if name in self.fields and name != "based_on" else None, told)


class LetterForm(forms.Form):
    """An expression of interest."""

    organisation = forms.ChoiceField(label="For which organisation do you write?")
    message = Text(
        label="Your message",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "width": "l"}),
        help_text="Who you are, what you would bring, and how to reach you.",
    )

    def __init__(
        self, organisations: Iterable[Organisation], data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Take the organisations for which the person may write."""
        super().__init__(data, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = _own(organisations)

    def put_faults(self, faults: Mapping[str, str], message: str) -> None:
        """Tell what an act refused."""
        for name, told in (faults or {"": message}).items():
            self.add_error(name if name in self.fields else None, told)


class AnswerForm(forms.Form):
    """An answer to an expression of interest."""

    answer = Text(
        label="Your answer",
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "width": "l"}),
    )


class MarketFilter(forms.Form):
    """What the notices of a call are narrowed by."""

    kind = forms.ChoiceField(
        label="Offers or requests", required=False, choices=[("", "Both"), *((k.value, k.label) for k in Notice.Kind)]
    )
    strand = forms.ChoiceField(label="Strand of the call", required=False)
    sector = forms.ChoiceField(label="Sector", required=False)
    market = forms.ChoiceField(label="Target market", required=False)
    country = forms.ChoiceField(label="Country of the organisation", required=False)

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:
        """Take the call, what a form takes, and the choices of the reference tables."""
        super().__init__(*args, **kwargs)
        for name, table, every in (
            ("strand", {one.id: f"{one.id}: {one.title}" for one in call.strands}, "All strands"),
            ("sector", profiles.sectors(), "All sectors"),
            ("market", profiles.markets(), "All markets"),
            ("country", profiles.countries(), "All countries"),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
            field.choices = [("", every), *table.items()]

    def keeps(self, notice: Notice) -> bool:
        """Whether a notice passes. One for any strand passes whichever is asked for."""
        asked = self.cleaned_data
        return (
            (not asked["kind"] or notice.kind == asked["kind"])
            and (not asked["strand"] or notice.strand in ("", asked["strand"]))
            and (not asked["market"] or asked["market"] in notice.markets)
            and (not asked["sector"] or asked["sector"] in notice.sectors)
            and (not asked["country"] or notice.organisation.country == asked["country"])
        )
