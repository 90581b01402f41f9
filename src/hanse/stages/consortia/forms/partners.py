"""What a partner search is narrowed by."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from hanse.stages.registry.forms.directory import DirectoryFilter
from hanse.stages.registry.models import Organisation


class PartnerFilter(DirectoryFilter):
    """The filters of the directory, and two of its own."""

    missing = forms.BooleanField(label="Only organisations that fill a gap of our draft", required=False)
    registered = forms.BooleanField(label="Only registered ones, none that are listed from a source", required=False)
    field_order = ("missing", *DirectoryFilter.field_order, "registered")  # type: ignore[assignment]

    def narrow(self, organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
        """Those that all filters leave. What fills a gap, the search itself decides."""
        organisations = super().narrow(organisations)
        if self.cleaned_data.get("registered"):
            organisations = organisations.filter(published_at__isnull=False)
        return organisations

    def asked(self) -> dict[str, Any]:
        """What was typed, as far as it is anything."""
        return {name: value for name, value in self.cleaned_data.items() if value}
