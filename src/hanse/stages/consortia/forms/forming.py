"""Beginning a consortium, its aims, invitations, roles and reasons, as typed."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django import forms

from hanse.callbook.reference import regions
from hanse.core.call import Call
from hanse.stages.consortia.models import Consortium, Role, Seat
from hanse.stages.registry.forms.fields import Line, Text
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import profiles

TARGETS_AT_FIRST = 4
MOST_TARGETS = 20
LONGEST_TEXT = 4_000
ROLES = [(role.value, role.label.capitalize()) for role in Role if role is not Role.COORDINATOR]
PLACE = "target"


@cache
def places() -> list[Any]:
    """World regions and countries as choices, in groups."""
    by_name = sorted(regions().items(), key=lambda row: row[1])
    return [("", "None"), ("World regions", by_name), ("Countries", list(profiles.countries().items()))]


class AimForm(forms.Form):
    """What a consortium aims at. Targets are chosen one a field; a field left empty is no target."""

    name = Line(label="Name of the consortium", max_length=200, help_text="Members and those you invite see it.")
    idea = Text(
        label="The idea",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="What you want to do together, for those whom you invite.",
        widget=forms.Textarea(attrs={"rows": 5, "width": "l"}),
    )
    strand = forms.ChoiceField(label="Strand of the call", required=False)
    sectors = forms.MultipleChoiceField(
        label="Sectors that the project is about", required=False, widget=forms.CheckboxSelectMultiple
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, call: Call, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """Take the call, whose strands can be chosen.

        Args:
            data: what was typed.
            kwargs: what a form takes; `initial` may bring `targets` as a list.
        """
        super().__init__(data, **kwargs)
        sectors = self.fields["sectors"]
        assert isinstance(sectors, forms.MultipleChoiceField)  # noqa: S101 -- declared above
        sectors.choices = list(profiles.sectors().items())
        self.places = _add_aims(self, call, data)
        self.order_fields(["organisation", "name", "idea", "strand", *self.places, "sectors"])

    def targets(self) -> list[str]:
        """The targets that were chosen, each once."""
        return list(dict.fromkeys(self.cleaned_data[name] for name in self.places if self.cleaned_data[name]))

    def aims(self) -> dict[str, Any]:
        """What was typed, as the acts take it."""
        told = {name: self.cleaned_data[name] for name in ("name", "idea", "strand", "sectors")}
        return {**told, "targets": self.targets()}

    def put_faults(self, faults: Mapping[str, str]) -> None:
        """Tell what an act refused at the fields it is about."""
        for name, told in faults.items():
            at = self.places[0] if name == "targets" else name
            self.add_error(at if at in self.fields and at != "based_on" else None, told)


class WhatIfForm(forms.Form):
    """Other aims that a consortium might have."""

    strand = forms.ChoiceField(label="Strand of the call", required=False)

    def __init__(self, call: Call, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """Take the call, whose strands can be chosen."""
        super().__init__(data, **kwargs)
        self.places = _add_aims(self, call, data)

    def targets(self) -> list[str]:
        """The targets that were chosen, each once."""
        return list(dict.fromkeys(self.cleaned_data[name] for name in self.places if self.cleaned_data[name]))


def _add_aims(form: forms.Form, call: Call, data: Mapping[str, Any] | None) -> list[str]:
    """Let the strands of a call be chosen, and targets, one a field; the names of those fields."""
    strand = form.fields["strand"]
    assert isinstance(strand, forms.ChoiceField)  # noqa: S101 -- declared by both forms
    strand.choices = [("", "Not decided yet"), *((one.id, f"{one.id}: {one.title}") for one in call.strands)]
    initial: Sequence[str] = form.initial.get("targets", ())
    typed = sum(name.startswith(f"{PLACE}_") for name in data) if data is not None else 0
    count = min(MOST_TARGETS, max(TARGETS_AT_FIRST, len(initial) + 2, typed))
    names = [f"{PLACE}_{number}" for number in range(1, count + 1)]
    for number, name in enumerate(names, 1):
        chosen = initial[number - 1] if number <= len(initial) else ""
        form.fields[name] = forms.ChoiceField(label=f"Target {number}", choices=places, required=False, initial=chosen)
    return names


class BeginForm(AimForm):
    """A new consortium: which organisation coordinates it, and what it aims at."""

    organisation = forms.ChoiceField(
        label="Which organisation coordinates?", help_text="One for which you act. The coordination can be handed over."
    )

    def __init__(
        self, call: Call, organisations: Iterable[Organisation], data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Take the call and the organisations of the person."""
        super().__init__(call, data, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [(one.ref, one.name) for one in organisations]


def initial_of(consortium: Consortium) -> dict[str, Any]:
    """The aims of a consortium as its form shows them."""
    return {
        "name": consortium.name,
        "idea": consortium.idea,
        "strand": consortium.strand,
        "targets": consortium.targets,
        "sectors": consortium.sectors,
        "based_on": consortium.version,
    }


class RoleForm(forms.Form):
    """In which role an organisation takes part."""

    role = forms.ChoiceField(label="Role", choices=ROLES, widget=forms.RadioSelect, initial=Role.BENEFICIARY.value)
    tie = forms.TypedChoiceField(
        label="Affiliated with",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="For an affiliated entity: the beneficiary to which it belongs.",
    )

    def __init__(self, beneficiaries: Iterable[Seat], *args: Any, **kwargs: Any) -> None:
        """Take the seats to which an affiliated entity may belong."""
        super().__init__(*args, **kwargs)
        field = self.fields["tie"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [("", "Nobody"), *((str(seat.pk), seat.organisation.name) for seat in beneficiaries)]


class InviteForm(RoleForm):
    """What an invitation says."""

    message = Text(
        label="Message",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="Why this organisation, and what you would like it to do.",
        widget=forms.Textarea(attrs={"rows": 5, "width": "l"}),
    )


class AcceptForm(forms.Form):
    """Accepting, with the words of the mandate as they were shown."""

    wording = forms.CharField(widget=forms.HiddenInput)
    agree = forms.BooleanField(
        label="I have authority for this organisation and give this mandate",
        error_messages={"required": "Say that you give the mandate, or leave the page without accepting."},
    )


class ReasonForm(forms.Form):
    """Why something is ended."""

    reason = Text(
        label="Reason",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="The others are told.",
        widget=forms.Textarea(attrs={"rows": 3, "width": "l"}),
    )

    def __init__(self, *args: Any, wanted: bool = False, **kwargs: Any) -> None:
        """Take whether a reason has to be given."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = wanted
