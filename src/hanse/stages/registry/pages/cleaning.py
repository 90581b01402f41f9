"""The officers' pages for duplicates: look, compare, decide, and undo."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.ground import clock
from hanse.ground.accounts.access import appointed
from hanse.ground.accounts.models import Role
from hanse.ground.ui.tables import Column, Table
from hanse.stages.registry.actions import cleaning as actions
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.forms.cleaning import DifferentForm, MergeForm, NothingForm
from hanse.stages.registry.models import DuplicatePair, Merge, Organisation
from hanse.stages.registry.pages.entry import address, refused
from hanse.stages.registry.permissions import standing
from hanse.stages.registry.queries import duplicates as queries
from hanse.stages.registry.queries.people import members_of

UNPROCESSABLE = 422


def _compare(pair: DuplicatePair) -> tuple[str, str]:
    return f"{pair.first.name} — {pair.second.name}", reverse("registry:duplicate", args=[pair.pk])


def _of_merge(merge: Merge) -> tuple[str, str]:
    return f"{merge.merged.name} — {merge.kept.name}", reverse("registry:merge", args=[merge.pk])


PAIRS = Table(
    columns=[
        Column("pair", "Profiles", kind="link", value=_compare),
        Column("likeness", "Likeness of 100", sort="likeness", kind="number"),
        Column("reasons", "What they share", value=lambda pair: ", ".join(str(one) for one in pair.reasons)),
        Column("found_at", "Found", sort="found_at", kind="date"),
    ],
    order="-likeness",
    nouns=("pair", "pairs"),
    caption="Profiles that may be of one organisation",
    empty="No two profiles are suspected to be of one organisation.",
    exported=(),
)
MERGES = Table(
    columns=[
        Column("merge", "Merged profile — profile that stayed", kind="link", value=_of_merge),
        Column("at", "Merged", sort="at", kind="date"),
        Column("by", "By", value=lambda merge: merge.by.name),
        Column("undone_at", "Split again", sort="undone_at", kind="date"),
    ],
    order="-at",
    nouns=("merge", "merges"),
    caption="Merges, the latest first",
    empty="No profiles have been merged.",
    exported=(),
)


@appointed(Role.OFFICER)
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """The pairs that wait for a decision, the likeliest first."""
    return cast(HttpResponse, PAIRS.response(request, queries.open_pairs(), "registry/duplicates.html"))


@appointed(Role.OFFICER)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look for duplicates again."""
    try:
        looked = actions.look_for_duplicates(actor=request.user, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, reverse("registry:duplicates"))
    messages.success(
        request,
        f"Pairs that look alike: {looked.found}. New among them: {looked.added}. No longer alike: {looked.dropped}.",
    )
    return redirect("registry:duplicates")


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request: HttpRequest, number: int) -> HttpResponse:
    """Two profiles side by side. Here they are called two organisations, or led on to a merge."""
    pair = _pair(number)
    form = DifferentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.call_different(actor=request.user, pair=number, note=form.cleaned_data["note"], at=clock.now())
        except Refusal as refusal:
            return refused(request, refusal, reverse("registry:duplicates"))
        messages.success(request, f"{pair.first.name} and {pair.second.name} are two organisations.")
        return redirect("registry:duplicates")
    differing, same = queries.side_by_side(pair.first, pair.second)
    context = {
        "pair": pair,
        "lines": differing,
        "same": same,
        "people": [members_of(pair.first), members_of(pair.second)],
        "form": form,
        "open": _is_open(pair),
        "may_decide": _may_decide(request, pair.first, pair.second),
        "choices": [(one, other) for one, other in _ways(pair) if _can_stay(one, other)],
    }
    return render(request, "registry/duplicate.html", context, status=UNPROCESSABLE if form.errors else 200)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_pair(request: HttpRequest, number: int, ref: str) -> HttpResponse:
    """What would move if one of a pair stays, and the merge."""
    pair = _pair(number)
    kept, merged = next(((one, other) for one, other in _ways(pair) if one.ref == ref), (None, None))
    if kept is None or merged is None:
        raise Http404
    form = MergeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.merge(
                actor=request.user,
                kept=kept.ref,
                merged=merged.ref,
                reason=form.cleaned_data["reason"],
                at=clock.now(),
                link=address(request, "organisation", kept.ref),
            )
        except Refusal as refusal:
            return refused(request, refusal, reverse("registry:duplicates"))
        messages.success(request, f"{merged.name} is merged into {kept.name}. It can be split again.")
        return redirect("registry:duplicates")
    context = {
        "pair": pair,
        "kept": kept,
        "merged": merged,
        "moves": _moves(actions.plan_of(kept, merged)),
        "form": form,
        "open": _is_open(pair) and _can_stay(kept, merged),
        "may_decide": _may_decide(request, kept, merged),
    }
    return render(request, "registry/merge_preview.html", context, status=UNPROCESSABLE if form.errors else 200)


@appointed(Role.OFFICER)
@require_GET
def merges(request: HttpRequest) -> HttpResponse:
    """All merges, those undone too."""
    return cast(HttpResponse, MERGES.response(request, queries.merges(), "registry/merges.html"))


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, number: int) -> HttpResponse:
    """One merge, and splitting it again."""
    done = queries.merge(number)
    if done is None:
        raise Http404
    if request.method == "POST":
        try:
            actions.split(
                actor=request.user,
                merge=number,
                at=clock.now(),
                link=address(request, "organisation", done.merged.ref),
            )
        except Refusal as refusal:
            return refused(request, refusal, reverse("registry:merges"))
        messages.success(request, f"{done.merged.name} and {done.kept.name} are two profiles again.")
        return redirect("registry:merges")
    context = {
        "merge": done,
        "moves": queries.moved_in_words(done),
        "form": NothingForm(),
        "may_decide": _may_decide(request, done.kept, done.merged),
    }
    return render(request, "registry/merge.html", context)


def _pair(number: int) -> DuplicatePair:
    pair = queries.pair(number)
    if pair is None:
        raise Http404
    return pair


def _is_open(pair: DuplicatePair) -> bool:
    live = pair.first.status in queries.LIVE and pair.second.status in queries.LIVE
    return pair.state == DuplicatePair.State.OPEN and live


def _ways(pair: DuplicatePair) -> list[tuple[Organisation, Organisation]]:
    """Which may stay and which may go."""
    return [(pair.first, pair.second), (pair.second, pair.first)]


def _can_stay(kept: Organisation, merged: Organisation) -> bool:
    return kept.status == Organisation.Status.PUBLISHED or merged.status != Organisation.Status.PUBLISHED


def _may_decide(request: HttpRequest, *organisations: Organisation) -> bool:
    at = clock.now()
    held = [standing(request.user, one, at) for one in organisations]
    return all(may.officer and not may.auditor and not may.acts for may in held)


def _moves(plan: actions.Plan) -> list[tuple[str, list[str]]]:
    """What a merge would do, in words."""
    told: list[tuple[str, list[Any]]] = [
        ("These people will act for the profile that stays", [f"{m.user.name}, {m.right}" for m in plan.memberships]),
        ("These act for it already, with the right they have there", [m.user.name for m in plan.staying]),
        ("Open invitations that move", [one.email for one in plan.invitations]),
        ("Requests to take over that move", [one.user.name for one in plan.takeovers]),
        ("Requests that end, since the same person asked for both", [one.user.name for one in plan.closing]),
        ("Partnerships that move", [one.partnership for one in plan.partnerships]),
        ("Partnerships that the profile that stays lists already", [one.partnership for one in plan.doubled]),
        ("Earlier addresses that will lead on", [one.ref for one in plan.former_refs]),
        ("Fields that will be filled", queries.filled_in_words(plan.filled)),
    ]
    if plan.properties:
        told.append(("Further facts that will be filled", list(plan.properties)))
    if plan.entity:
        told.append(("The legal entity", ["goes over, since the profile that stays names none"]))
    return [(title, words) for title, words in told if words]
