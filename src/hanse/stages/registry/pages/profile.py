"""The page of an organisation, and editing it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from hanse.ground import audit, clock
from hanse.ground.accounts.access import anyone, signed_in
from hanse.stages.registry.actions.profiles import Edited, edit_legal_entity, edit_profile
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.forms.profile import ConflictForm, LegalEntityForm, ProfileForm
from hanse.stages.registry.models import LegalEntity, Organisation
from hanse.stages.registry.pages.entry import own, refused, seen
from hanse.stages.registry.permissions import Standing
from hanse.stages.registry.queries import profiles
from hanse.stages.registry.queries.doubts import doubts_of
from hanse.stages.registry.queries.people import OWNERS_WANTED, members_of, takeover_of

UNPROCESSABLE = 422
CONFLICT = 409
TONES = {
    "draft": "quiet",
    "requested": "busy",
    "returned": "doubt",
    "published": "good",
    "refused": "bad",
    "withdrawn": "quiet",
    "merged": "quiet",
}
STEP_WORDS = {
    "requested": "Registration requested",
    "returned": "Returned for correction",
    "published": "Registered",
    "refused": "Registration refused",
    "withdrawn": "Withdrawn",
    "merged": "Merged into another profile",
}


@anyone
@require_GET
def organisation(request: HttpRequest, ref: str) -> HttpResponse:
    """The profile of an organisation."""
    shown, may = seen(request, ref)
    if shown.ref != ref:
        return redirect("registry:organisation", shown.ref, permanent=True)
    return render(request, "registry/organisation.html", profile_context(request, shown, may))


def profile_context(request: HttpRequest, shown: Organisation, may: Standing) -> dict[str, Any]:
    """What the page of a profile shows: to everybody, and to those who act for it."""
    entity = shown.legal_entity
    members = members_of(shown)
    owners = [held for held in members if held.right == "owner"]
    private = may.acts or may.officer or may.auditor
    steps = list(shown.steps.select_related("by").order_by("at", "id"))
    return {
        "organisation": shown,
        "may": may,
        "private": private,
        "tone": TONES[shown.status],
        "country": profiles.country_name(shown.country),
        "sectors": [profiles.sector_name(id) for id in shown.sectors],
        "markets": [profiles.market_name(id) for id in shown.target_markets],
        "languages": [profiles.language_name(code) for code in shown.languages],
        "figures": _figures(shown),
        "place": ", ".join(part for part in (shown.city, shown.region, profiles.country_name(shown.country)) if part),
        "entity": entity,
        "entity_facts": _entity_facts(entity),
        "doubts": doubts_of(entity) if entity else [],
        "partnerships": list(shown.past_partnerships.order_by("started", "partnership", "id")),
        "steps": [(step.at, STEP_WORDS.get(step.status, step.status), step.note if private else "") for step in steps],
        "not_stated": profiles.not_stated(shown),
        "gaps": profiles.gaps_of(shown) if may.acts else [],
        "members": members if private else [],
        "owned": bool(owners),
        "lonely": may.acts and len(owners) < OWNERS_WANTED,
        "asked": takeover_of(request.user, shown) if request.user.is_authenticated and not may.acts else None,
        "last_step": steps[-1].status if steps else "",
        "latest_note": next((step.note for step in reversed(steps) if step.note), "") if private else "",
    }


def _figures(shown: Organisation) -> list[tuple[int, str]]:
    told = (
        (shown.members_count, "members"),
        (shown.smes_count, "of them SMEs"),
        (shown.founded, "founded in"),
    )
    return [(value, label) for value, label in told if value is not None]


def _entity_facts(entity: LegalEntity | None) -> list[tuple[str, str]]:
    if entity is None:
        return []
    personality = {True: "Yes", False: "No, it acts through this body", None: ""}[entity.own_legal_personality]
    return [
        ("Legal name", entity.legal_name),
        ("Country of the seat", profiles.country_name(entity.country)),
        ("PIC", entity.pic),
        ("VAT number", entity.vat),
        ("LEI", entity.lei),
        ("Number in the national register", entity.national_number),
        ("Own legal personality", personality),
    ]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Edit a profile. What somebody else changed meanwhile is merged, or shown beside one's own."""
    shown, may = own(request, ref)
    if request.method != "POST":
        values = profiles.values_of(shown)
        context = {
            "organisation": shown,
            "form": ProfileForm(initial=values),
            "version": shown.version,
            "based_on": json.dumps(profiles.marks_of(values)),
            "may": may,
        }
        return render(request, "registry/edit.html", context)
    form = ProfileForm(request.POST, initial=profiles.values_of(shown))
    sides, theirs = _sides(request, shown, profiles.values_of(shown), profiles.PROFILE_FIELDS)
    if not form.is_valid() or (sides is not None and not sides.is_valid()):
        return _ask_again(request, "registry/edit.html", shown, may, form, sides)
    values = {name: form.cleaned_data[name] for name in profiles.PROFILE_FIELDS}
    values |= {name: theirs[name] for name in _chosen_theirs(sides)}
    try:
        edited = edit_profile(
            actor=request.user,
            ref=shown.ref,
            version=_version(request),
            based_on=_based_on(request),
            values=values,
            at=clock.now(),
        )
    except Refusal as refusal:
        return refused(request, refusal, reverse("registry:organisation", args=[shown.ref]))
    if not edited.saved:
        return _show_conflicts(request, shown, edited, profiles.PROFILE_FIELDS, _as_typed(edited.values))
    _say_saved(request, edited, profiles.PROFILE_FIELDS)
    return redirect("registry:organisation", shown.ref)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def legal_entity(request: HttpRequest, ref: str) -> HttpResponse:
    """State, correct or choose the legal entity of a profile."""
    shown, may = own(request, ref)
    now = profiles.entity_values_of(shown.legal_entity)
    if request.method != "POST":
        context = {
            "organisation": shown,
            "form": LegalEntityForm(initial=LegalEntityForm.initial_of(now), user=request.user),
            "version": shown.version,
            "based_on": json.dumps(profiles.marks_of(now)),
            "may": may,
        }
        return render(request, "registry/legal_entity.html", context)
    form = LegalEntityForm(request.POST, user=request.user, now=shown.legal_entity)
    sides, theirs = _sides(request, shown, now, profiles.ENTITY_FIELDS, "entity-")
    if not form.is_valid() or (sides is not None and not sides.is_valid()):
        return _ask_again(request, "registry/legal_entity.html", shown, may, form, sides)
    values = form.stated() | {name: theirs[name] for name in _chosen_theirs(sides)}
    try:
        edited = edit_legal_entity(
            actor=request.user,
            ref=shown.ref,
            version=_version(request),
            based_on=_based_on(request),
            values=values,
            existing=form.existing(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return refused(request, refusal, reverse("registry:organisation", args=[shown.ref]))
    if not edited.saved:
        typed = _as_typed(LegalEntityForm.initial_of(edited.values), "entity-")
        if "entity-known" in request.POST:
            typed.append(("entity-known", request.POST["entity-known"]))
        return _show_conflicts(request, shown, edited, profiles.ENTITY_FIELDS, typed)
    _say_saved(request, edited, profiles.ENTITY_FIELDS)
    return redirect("registry:organisation", shown.ref)


# --- two people edit at the same time ----------------------------------------------------------------------------


def _version(request: HttpRequest) -> int:
    told = request.POST.get("version", "")
    return int(told) if told.isdecimal() and len(told) < 10 else 0


def _based_on(request: HttpRequest) -> Mapping[str, str]:
    """The marks that came with the form; none if they were tampered with: then no field counts as changed by others."""
    try:
        marks = json.loads(request.POST.get("based_on", ""))
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in marks.items()} if isinstance(marks, dict) else {}


def _sides(
    request: HttpRequest, shown: Organisation, now: Mapping[str, Any], labels: Mapping[str, str], prefix: str = ""
) -> tuple[ConflictForm | None, Mapping[str, Any]]:
    """The choice between two sides, if this is the answer to one."""
    names = [name for name in labels if name in request.POST.getlist("in_conflict")]
    if not names:
        return None, now
    told = [
        (name, labels[name], _in_words(name, _sent(request.POST, name, prefix)), _in_words(name, now[name]))
        for name in names
    ]
    return ConflictForm(request.POST, sides=told, who=_last_editor(shown)), now


def _sent(sent: QueryDict, name: str, prefix: str) -> Any:
    """What a form sent for a field."""
    if name in profiles.LISTS and name != "services":
        return [str(one) for one in sent.getlist(prefix + name)]
    return sent.get(prefix + name, "")


def _chosen_theirs(sides: ConflictForm | None) -> Iterable[str]:
    if sides is None:
        return ()
    return [field.removeprefix("side_") for field, side in sides.cleaned_data.items() if side == "theirs"]


def _show_conflicts(
    request: HttpRequest,
    shown: Organisation,
    edited: Edited,
    labels: Mapping[str, str],
    typed: list[tuple[str, str]],
) -> HttpResponse:
    """Both sides of every field that both changed, and nothing lost: all that was typed travels along."""
    told = [
        (one.name, labels[one.name], _in_words(one.name, one.mine), _in_words(one.name, one.theirs))
        for one in edited.conflicts
    ]
    who = _last_editor(shown)
    context = {
        "organisation": shown,
        "form": ConflictForm(sides=told, who=who),
        "who": who,
        "typed": typed,
        "in_conflict": [one.name for one in edited.conflicts],
        "kept": [labels[name] for name in edited.kept],
        "version": edited.version,
        "based_on": json.dumps(dict(edited.marks)),
    }
    return render(request, "registry/conflict.html", context, status=CONFLICT)


def _ask_again(
    request: HttpRequest,
    template: str,
    shown: Organisation,
    may: Standing,
    form: Any,
    sides: ConflictForm | None,
) -> HttpResponse:
    """What was typed, with what is wrong in it. A choice that was not made is asked for again."""
    if form.is_valid() and sides is not None:
        context = {
            "organisation": shown,
            "form": sides,
            "who": _last_editor(shown),
            "typed": _travelling(request),
            "in_conflict": request.POST.getlist("in_conflict"),
            "kept": [],
            "version": _version(request),
            "based_on": request.POST.get("based_on", ""),
        }
        return render(request, "registry/conflict.html", context, status=UNPROCESSABLE)
    context = {
        "organisation": shown,
        "form": form,
        "version": request.POST.get("version", ""),
        "based_on": request.POST.get("based_on", ""),
        "may": may,
    }
    return render(request, template, context, status=UNPROCESSABLE)


def _travelling(request: HttpRequest) -> list[tuple[str, str]]:
    left_out = ("csrfmiddlewaretoken", "version", "based_on", "in_conflict")
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if name not in left_out and not name.startswith("side_")
        for value in values
    ]


def _as_typed(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Values as a form would send them."""
    typed: list[tuple[str, str]] = []
    for name, value in values.items():
        if name == "services":
            typed.append((name, "\n".join(value)))
        elif isinstance(value, list):
            typed += [(name, str(one)) for one in value]
        elif isinstance(value, bool):
            typed += [(f"{prefix}{name}", "on")] if value else []
        else:
            typed.append((f"{prefix}{name}", "" if value is None else str(value)))
    return typed


def _in_words(name: str, value: Any) -> str:
    """A value for people."""
    tables = {
        "sectors": profiles.sector_name,
        "target_markets": profiles.market_name,
        "languages": profiles.language_name,
    }
    if isinstance(value, list):
        return "; ".join(tables.get(name, str)(one) for one in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "country":
        return profiles.country_name(str(value)) or "nothing"
    if name == "kind":
        return profiles.KINDS.get(str(value), "nothing")
    return "nothing" if value in ("", None) else str(value)


def _last_editor(shown: Organisation) -> str:
    """Who changed a profile last, as the record has it."""
    event = audit.history(("organisation", shown.ref)).filter(act__startswith="edit").last()
    return event.actor_name if event and event.actor_name else "Somebody else"


def _say_saved(request: HttpRequest, edited: Edited, labels: Mapping[str, str]) -> None:
    if edited.kept:
        names = ", ".join(labels[name] for name in edited.kept)
        messages.success(
            request, f"Saved. Somebody else had changed these fields meanwhile, and their changes stand: {names}."
        )
    elif edited.changed:
        messages.success(request, "Saved.")
    else:
        messages.info(request, "Nothing was changed.")
