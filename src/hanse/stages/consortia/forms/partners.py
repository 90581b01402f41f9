"""What a partner search is narrowed by."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from hanse.core.call import Call
from hanse.ground.search import semantic
from hanse.stages.registry.forms.directory import DirectoryFilter, MapFilter
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import listing


class PartnerFilter(DirectoryFilter):
    """The filters of the directory, and two of its own."""

    missing = forms.BooleanField(label="Only organisations that fill a gap of our draft", required=False)
    registered = forms.BooleanField(label="Only registered ones, none that are listed from a source", required=False)
    field_order = ("missing", *DirectoryFilter.field_order, "registered")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what a form takes."""
        super().__init__(*args, **kwargs)
        if semantic.chosen() is not None:
            self.fields["q"].help_text = "Also finds profiles that are alike."

    def narrow(self, organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
        """Those that all filters leave. What fills a gap, the search itself decides."""
        words = self.cleaned_data.get("q")
        if words and semantic.chosen() is not None:
            alike = semantic.found(listing.KIND, words, limit=listing.MOST_FOUND)
            organisations = MapFilter.narrow(self, organisations).filter(ref__in=alike)
        else:
            organisations = super().narrow(organisations)
        if self.cleaned_data.get("registered"):
            organisations = organisations.filter(published_at__isnull=False)
        return organisations

    def asked(self) -> dict[str, Any]:
        """What was typed, as far as it is anything."""
        asked = {name: "on" if value is True else value for name, value in self.cleaned_data.items() if value}
        return asked or {"q": ""}  # nothing at all would be the first question again


class MatchFilter(PartnerFilter):
    """The same, with an organisation of one's own in place of a draft."""

    organisation = forms.ChoiceField(label="Partners for which organisation of yours?", required=False)
    strand = forms.ChoiceField(label="Strand of the call", required=False)
    field_order = ("organisation", "strand", *PartnerFilter.field_order)  # type: ignore[assignment]

    def __init__(self, call: Call, organisations: Iterable[Organisation], *args: Any, **kwargs: Any) -> None:
        """Take the call, and the organisations for which the person acts."""
        super().__init__(*args, **kwargs)
        strands = [(one.id, f"{one.id}: {one.title}") for one in call.strands]
        for name, choices in (("organisation", [(one.ref, one.name) for one in organisations]), ("strand", strands)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
            field.choices = choices
