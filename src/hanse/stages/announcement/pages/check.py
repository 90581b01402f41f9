"""Can we apply? A consortium sketched in an address, and what the rules of the call say of it. Nothing is stored."""

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from hanse.callbook.reference import geography, regions
from hanse.ground import clock, search
from hanse.ground.accounts.access import anyone
from hanse.stages.announcement.forms.check import ROLES, Asked, Row, Sketch, dossier_of, read_sketch, unresolved
from hanse.stages.announcement.pages.calls import found_or_404, standing_words
from hanse.stages.announcement.queries.folders import read
from hanse.stages.announcement.queries.verdicts import answer_of
from hanse.stages.registry.queries import name_key, published, snapshots

FEW = 3
"""So many names that were not found get suggestions; a query for each of thirty would be a burden."""


@anyone
@require_GET
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Can we apply? The address is the whole question, so it can be sent to somebody; it is never kept."""
    now = clock.now()
    edition = found_or_404(reference, now)
    call = read(edition)
    sketch = read_sketch(request.GET, call)
    _find_organisations(sketch)
    dossier = dossier_of(sketch, call)  # reads every cell, so that every fault is known
    answer = answer_of(call, dossier, clock.today()) if sketch.asked and not sketch.faults else None
    address = reverse("announcement:check", args=[reference])
    context = {
        **standing_words(edition, now),
        "call": call,
        "sketch": sketch,
        "answer": answer,
        "suggestions": _suggestions(sketch, address),
        "link": request.build_absolute_uri(f"{address}?{sketch.query()}"),
        "rows": [_shown_row(row, sketch) for row in sketch.rows],
        "common": [(asked, f"all-{asked.name}", options(asked, sketch.common[asked.name])) for asked in sketch.facts],
        "strands": [(strand, strand.id == sketch.strand) for strand in call.strands],
        "targets": [(number, places(target)) for number, target in enumerate(sketch.targets, 1)],
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "announcement/verdict.html", context)
    return render(request, "announcement/check.html", context, status=422 if sketch.faults else 200)


def _find_organisations(sketch: Sketch) -> None:
    """Give each row that names a registered organisation its facts, by reference or whole name, in few queries."""
    named = {row.organisation for row in sketch.rows if row.organisation}
    if not named:
        return
    by_ref = {each.id: each for each in snapshots(published().filter(ref__in=named))}
    keys = {name_key(name): name for name in named - by_ref.keys()}
    refs = dict(published().filter(name_key__in=keys).order_by("-id").values_list("ref", "name_key")) if keys else {}
    by_key = {refs[each.id]: each for each in snapshots(published().filter(ref__in=refs))} if refs else {}
    for row in sketch.rows:
        row.known = by_ref.get(row.organisation) or by_key.get(name_key(row.organisation)) if row.organisation else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may have been meant by a name that was not found, each with the address that takes it."""

    row: Row
    choices: tuple[tuple[str, str], ...]


def _suggestions(sketch: Sketch, address: str) -> list[Suggestion]:
    wanting = list(unresolved(sketch))
    found = {row.number: search.found("organisation", row.organisation, limit=5) for row in wanting[:FEW]}
    refs = {ref for each in found.values() for ref in each}
    names = dict(published().filter(ref__in=refs).values_list("ref", "name")) if refs else {}
    return [
        Suggestion(
            row,
            tuple(
                (names[ref], f"{address}?{sketch.query(**{f'organisation_{row.number}': ref})}")
                for ref in found.get(row.number, ())
                if ref in names
            ),
        )
        for row in wanting
    ]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the form: what was typed, and its choices as markup."""

    row: Row
    countries: SafeString
    roles: SafeString
    facts: tuple[tuple[Asked, str, SafeString], ...]
    apart: bool


def _shown_row(row: Row, sketch: Sketch) -> ShownRow:
    """A row; opened where its own answers differ from those for all."""
    return ShownRow(
        row,
        countries(row.country),
        options(Asked("role", "", ROLES), row.role or row.usual_role, ""),
        tuple(
            (asked, f"{asked.name}-{row.number}", options(asked, row.facts[asked.name], "As said for all"))
            for asked in sketch.facts
        ),
        any(row.facts.values()),
    )


def options(asked: Asked, chosen: str, blank: str = "Not said") -> SafeString:
    """The choices of a fact as markup, and whatever else was typed, so that nothing typed is lost."""
    first = format_html('<option value="">{}</option>', blank) if blank else SafeString()
    return first + _chosen(_all_options(tuple(asked.choices.items())), chosen)


@cache
def _all_options(choices: tuple[tuple[str, str], ...]) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', choices)


def countries(chosen: str) -> SafeString:
    """All countries as choices, by name."""
    return format_html('<option value="">Not said</option>{}', _chosen(_all_countries(), chosen))


def places(chosen: str) -> SafeString:
    """All world regions and countries as choices."""
    inner = format_html(
        '<optgroup label="World regions">{}</optgroup><optgroup label="Countries">{}</optgroup>',
        _chosen(_all_options(tuple(sorted(regions().items(), key=lambda pair: pair[1]))), chosen, known_elsewhere=True),
        _chosen(_all_countries(), chosen, known_elsewhere=chosen in regions()),
    )
    return format_html('<option value="">Not said</option>{}', inner)


@cache
def _all_countries() -> SafeString:
    return _all_options(tuple(sorted(geography().names.items(), key=lambda pair: pair[1])))


def _chosen(markup: SafeString, chosen: str, known_elsewhere: bool = False) -> SafeString:
    """The markup with one choice chosen; a value that is no choice is added as one."""
    if not chosen:
        return markup
    value = format_html('value="{}"', chosen)
    if f"{value}>" in markup:
        return mark_safe(markup.replace(f"{value}>", f"{value} selected>", 1))  # noqa: S308 -- both parts are escaped
    if known_elsewhere:
        return markup
    return markup + format_html('<option value="{}" selected>{}</option>', chosen, chosen)
