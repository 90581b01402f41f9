"""Partner offers and requests of a call, letters between organisations, and answers to them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.core.call import Call
from hanse.ground import clock
from hanse.ground.accounts.access import anyone, signed_in
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.actions import notices as actions
from hanse.stages.consortia.forms.notices import AnswerForm, LetterForm, MarketFilter, NoticeForm
from hanse.stages.consortia.models import Interest, Notice
from hanse.stages.consortia.pages.entry import refused
from hanse.stages.consortia.queries import notices as queries
from hanse.stages.consortia.queries.members import has_closed, own_organisations
from hanse.stages.consortia.queries.partners import place_name
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import by_ref, country_name, sector_name

SHOWN = 50
UNPROCESSABLE, CONFLICT, FORBIDDEN = 422, 409, 403


@anyone
@require_GET
def market(request: HttpRequest, reference: str) -> HttpResponse:
    """The offers and requests of a call, for everybody to read."""
    now = clock.now()
    call = _call(reference, now)
    form = MarketFilter(call, request.GET)
    found = queries.notices_of(reference)
    kept = [one for one in found if form.keeps(one)] if form.is_valid() else []
    pages = Paginator(kept, SHOWN)
    page = pages.get_page(request.GET.get("page"))
    asked = {name: value for name, value in getattr(form, "cleaned_data", {}).items() if value}
    turns = [("Later ones", page.number - 1), ("Earlier ones", page.number + 1)]
    context = {
        "call": call,
        "form": form,
        "closed": has_closed(reference, now),
        "notices": [_shown(one) for one in page],
        "number": len(kept),
        "pages": [
            (label, f"?{urlencode({**asked, 'page': number})}")
            for label, number in turns
            if 1 <= number <= pages.num_pages
        ],
        "own": bool(_writers(request)) if request.user.is_authenticated else False,
    }
    return render(request, "consortia/market.html", context, status=200 if form.is_valid() else UNPROCESSABLE)


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice,
        "place": country_name(notice.organisation.country),
        "countries": [country_name(code) for code in notice.countries],
        "sectors": [sector_name(id) for id in notice.sectors],
        "markets": [place_name(id) for id in notice.markets],
    }


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, ref: str) -> HttpResponse:
    """One notice; whoever acts for a registered organisation answers it here."""
    found = _notice(ref)
    now = clock.now()
    call = _call(found.call, now)
    writers = [one for one in _writers(request) if one.pk != found.organisation_id]
    mine = any(one.pk == found.organisation_id for one in _writers(request))
    if found.withdrawn_at is not None and not mine:
        raise Http404
    form = LetterForm(writers, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if not request.user.is_authenticated:
            raise PermissionDenied
        sent, status = _send(request, form, notice_ref=ref, call=found.call, at=now)
        if sent is not None:
            messages.success(request, f"{found.organisation.name} has your letter and is told by e-mail.")
            return redirect("consortia:interest", sent.pk)
    context = {
        **_shown(found),
        "call": call,
        "open": queries.is_open(found, now),
        "mine": mine,
        "writers": writers,
        "form": form,
    }
    return render(request, "consortia/notice.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, reference: str) -> HttpResponse:
    """Write an offer or a request."""
    now = clock.now()
    call = _call(reference, now)
    consortia = queries.led_for(request.user, reference)
    kind = request.GET.get("kind", "")
    initial = {"kind": kind if kind in Notice.Kind.values else Notice.Kind.OFFER}
    form = NoticeForm(call, _writers(request), consortia, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.publish(
                actor=request.user,
                call=reference,
                organisation_ref=form.cleaned_data["organisation"],
                kind=form.cleaned_data["kind"],
                consortium_ref=form.cleaned_data.get("consortium", ""),
                at=now,
                **form.told(),
            )
        except Refusal as refusal:
            if refusal.status == FORBIDDEN:
                raise PermissionDenied(refusal.message) from None
            form.put_faults(refusal.faults, refusal.message)
        else:
            messages.success(request, "The notice is published. It expires when the call closes.")
            return redirect("consortia:notice", made.ref)
    context = {"call": call, "form": form, "own": bool(_writers(request)), "closed": has_closed(reference, now)}
    return render(request, "consortia/notice_edit.html", context, status=UNPROCESSABLE if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a notice of one's own."""
    found = _own_notice(request, ref)
    now = clock.now()
    call = _call(found.call, now)
    names = ("strand", "title", "text", "countries", "sectors", "markets")
    initial = {**{name: getattr(found, name) for name in names}, "based_on": found.version}
    form = NoticeForm(call, (), (), request.POST or None, change=True, initial=initial)
    status, theirs = 200, None
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                actions.change(
                    actor=request.user,
                    ref=ref,
                    based_on=form.cleaned_data["based_on"] or 0,
                    at=now,
                    **form.told(),
                )
            except Refusal as refusal:
                form.put_faults(refusal.faults, refusal.message)
                status = refusal.status
                if status == CONFLICT:
                    theirs = _shown(_notice(ref))
                    again = request.POST.copy()
                    again["based_on"] = str(theirs["notice"].version)  # saving again has both sides in view
                    form.data = again
            else:
                messages.success(request, "The notice is changed.")
                return redirect("consortia:notice", ref)
    context = {"call": call, "form": form, "notice": found, "own": True, "theirs": theirs}
    return render(request, "consortia/notice_edit.html", context, status=status)


@signed_in
@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a notice of one's own back."""
    found = _own_notice(request, ref)
    try:
        actions.withdraw(actor=request.user, ref=ref, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, reverse("consortia:notice", args=[ref]))
    messages.success(request, "The notice is taken back.")
    return redirect("consortia:market", found.call)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def first_word(request: HttpRequest, reference: str) -> HttpResponse:
    """Write to an organisation that published no notice."""
    now = clock.now()
    call = _call(reference, now)
    receiver = by_ref(request.GET.get("to", "")[:60])
    if receiver is None or receiver.status != Organisation.Status.PUBLISHED:
        raise Http404
    writers = [one for one in _writers(request) if one.pk != receiver.pk]
    form = LetterForm(writers, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        sent, status = _send(request, form, receiver_ref=receiver.ref, call=reference, at=now)
        if sent is not None:
            messages.success(request, f"{receiver.name} has your letter and is told by e-mail.")
            return redirect("consortia:interest", sent.pk)
    context = {"call": call, "receiver": receiver, "writers": writers, "form": form}
    return render(request, "consortia/first_word.html", context, status=status)


def _send(request: HttpRequest, form: LetterForm, *, at: datetime, **to: str) -> tuple[Interest | None, int]:
    """Send a letter if it can be sent; else what is wrong stands in the form."""
    if not form.is_valid():
        return None, UNPROCESSABLE
    try:
        sent = actions.express_interest(
            actor=request.user,
            sender_ref=form.cleaned_data["organisation"],
            message=form.cleaned_data["message"],
            at=at,
            **to,
        )
    except Refusal as refusal:
        form.put_faults(refusal.faults, refusal.message)
        return None, refusal.status
    return sent, 200


@signed_in
@require_GET
def interests(request: HttpRequest) -> HttpResponse:
    """The letters of one's organisations."""
    return render(request, "consortia/interests.html", {"post": queries.post_of(request.user)})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def interest(request: HttpRequest, number: int) -> HttpResponse:
    """One letter: read it, answer it or take it back."""
    found = queries.interest(number)
    own = {one.pk for one in own_organisations(request.user)}
    if found is None or not own & {found.sender_id, found.receiver_id}:
        raise Http404
    received = found.receiver_id in own
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = request.POST.get("act", "")
        now = clock.now()
        try:
            if act == "take back":
                actions.take_back(actor=request.user, number=number, at=now)
            elif act in ("welcome", "decline"):
                text = form.cleaned_data["answer"]
                actions.answer(actor=request.user, number=number, welcome=act == "welcome", text=text, at=now)
            else:
                raise Refusal("Choose what to do with the letter.", UNPROCESSABLE)
        except Refusal as refusal:
            return refused(request, refusal, reverse("consortia:interest", args=[number]))
        messages.success(request, "Taken back." if act == "take back" else "Your answer is sent.")
        return redirect("consortia:interest", number)
    invitable = queries.led_for(request.user, found.call) if received and found.state == Interest.State.WELCOME else []
    context = {
        "interest": found,
        "received": received,
        "waits": found.state == Interest.State.SENT,
        "form": form,
        "invitations": [
            (one.name, f"{reverse('consortia:invite', args=[one.ref])}?organisation={found.sender.ref}")
            for one in invitable
        ],
    }
    return render(request, "consortia/interest.html", context, status=UNPROCESSABLE if form.errors else 200)


def _call(reference: str, at: datetime) -> Call:
    call = call_of(reference, at)
    if call is None:
        raise Http404
    return call


def _notice(ref: str) -> Notice:
    found = queries.notice(ref)
    if found is None or found.organisation.status != Organisation.Status.PUBLISHED:
        raise Http404
    return found


def _own_notice(request: HttpRequest, ref: str) -> Notice:
    found = _notice(ref)
    if all(one.pk != found.organisation_id for one in _writers(request)):
        raise PermissionDenied
    return found


def _writers(request: HttpRequest) -> list[Organisation]:
    """The registered organisations for which the visitor may write."""
    if not request.user.is_authenticated:
        return []
    return [one for one in own_organisations(request.user) if one.status == Organisation.Status.PUBLISHED]
