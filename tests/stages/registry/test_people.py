"""Who acts for an organisation: invitations, rights, leaving, taking over."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import (
    HOUR,
    appointed,
    browser,
    draft,
    member,
    person,
    published,
    unowned,
)

from hanse.ground import audit
from hanse.ground.accounts.models import Role, User
from hanse.ground.outbox.models import Message
from hanse.stages.registry.actions import people, takeover
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Invitation, Membership, Organisation, Takeover

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def invite(actor: User, organisation: Organisation, email: str, right: str = "editor", at: datetime = NOW) -> str:
    """Invite somebody; the token that the message carries."""
    tokens: list[str] = []

    def link(token: str) -> str:
        tokens.append(token)
        return f"https://hanse.example/invitations/{token}"

    people.invite(actor=actor, ref=organisation.ref, email=email, right=right, at=at, link=link)
    return tokens[0]


def accept(actor: User, token: str, at: datetime = NOW) -> Membership:
    return people.accept_invitation(actor=actor, token=token, verified=frozenset({actor.email}), at=at)


def rights(organisation: Organisation) -> dict[User, str]:
    return {held.user: held.right for held in organisation.memberships.filter(until=None)}


# --- the verbs ---------------------------------------------------------------------------------------------------


def test_an_invitation_is_mailed_and_its_link_is_kept_nowhere() -> None:
    owner, guest = person(), person()
    organisation = draft(owner)
    token = invite(owner, organisation, guest.email)
    message = Message.objects.get()
    assert message.to == guest.email
    assert token in message.body
    invitation = Invitation.objects.get()
    assert token not in (invitation.secret, str(invitation))
    assert invitation.expires_at == NOW + timedelta(days=14)
    entries = [str(event.facts) for event in audit.history(("organisation", organisation.ref))]
    assert not any(token in entry for entry in entries)


def test_an_accepted_invitation_makes_a_member_and_owners_are_told() -> None:
    owner, guest = person(), person("Bo Lind")
    organisation = draft(owner)
    token = invite(owner, organisation, guest.email.upper())
    held = accept(guest, token)
    assert (held.user, held.right) == (guest, "editor")
    assert Message.objects.filter(to=owner.email, subject__contains="Bo Lind").exists()


def test_an_editor_who_accepts_as_owner_becomes_one() -> None:
    owner, guest = person(), person()
    organisation = draft(owner)
    as_owner = invite(owner, organisation, guest.email, "owner")
    member(guest, organisation, "editor")
    accept(guest, as_owner)
    assert rights(organisation) == {owner: "owner", guest: "owner"}


def test_an_owner_is_not_made_less_by_an_invitation() -> None:
    owner, guest = person(), person()
    organisation = draft(owner)
    as_editor = invite(owner, organisation, guest.email, "editor")
    member(guest, organisation, "owner")
    accept(guest, as_editor)
    assert rights(organisation)[guest] == "owner"


@pytest.mark.parametrize(
    ("spoil", "words", "status"),
    [
        ("used", "used already", 410),
        ("withdrawn", "withdrawn", 410),
        ("expired", "expired", 410),
        ("foreign", "is for", 403),
        ("unverified", "is for", 403),
        ("unknown", "No invitation", 404),
        ("merged", "merged", 410),
    ],
)
def test_invitations_that_cannot_be_accepted(spoil: str, words: str, status: int) -> None:
    owner, guest = person(), person()
    organisation = draft(owner)
    token = invite(owner, organisation, guest.email)
    actor, verified, at = guest, {guest.email}, NOW
    if spoil == "used":
        accept(guest, token)
    elif spoil == "withdrawn":
        people.withdraw_invitation(actor=owner, ref=organisation.ref, number=Invitation.objects.get().pk, at=NOW)
    elif spoil == "expired":
        at = NOW + timedelta(days=14)
    elif spoil == "foreign":
        actor = person()
        verified = {actor.email}
    elif spoil == "unverified":
        verified = set()
    elif spoil == "unknown":
        token = "x" * 43
    else:
        Organisation.objects.update(status="merged")
    before = Membership.objects.count()
    with pytest.raises(Refusal, match=words) as refusal:
        people.accept_invitation(actor=actor, token=token, verified=frozenset(verified), at=at)
    assert refusal.value.status == status
    assert Membership.objects.count() == before


def test_an_invitation_works_until_its_last_second() -> None:
    owner, guest = person(), person()
    organisation = draft(owner)
    accept(guest, invite(owner, organisation, guest.email), NOW + timedelta(days=14, seconds=-1))
    assert guest in rights(organisation)


def test_a_second_invitation_replaces_the_first() -> None:
    owner, guest = person(), person()
    organisation = draft(owner)
    first = invite(owner, organisation, guest.email)
    second = invite(owner, organisation, guest.email)
    with pytest.raises(Refusal, match="withdrawn"):
        accept(guest, first)
    accept(guest, second)


def test_who_acts_for_it_is_not_invited_and_rights_are_two() -> None:
    owner = person()
    organisation = draft(owner)
    with pytest.raises(Refusal) as already:
        invite(owner, organisation, owner.email)
    assert "email" in already.value.faults
    with pytest.raises(Refusal) as unknown:
        invite(owner, organisation, "new@hanse.example", "emperor")
    assert "right" in unknown.value.faults


def test_there_are_not_endless_invitations() -> None:
    owner = person()
    organisation = draft(owner)
    for number in range(people.OPEN_AT_ONCE):
        invite(owner, organisation, f"guest{number}@elsewhere.example")
    with pytest.raises(Refusal, match="Withdraw one first"):
        invite(owner, organisation, "one-more@elsewhere.example")


def test_only_owners_manage_people() -> None:
    owner, editor, auditor = person(), person(), appointed(Role.AUDITOR)
    organisation = draft(owner)
    held = member(editor, organisation, "editor")
    member(auditor, organisation, "owner")
    for actor in (editor, person(), auditor, appointed(Role.OFFICER)):
        told = {"actor": actor, "ref": organisation.ref, "at": NOW}
        for verb in (
            lambda told: people.invite(email="a@b.example", right="editor", link=str, **told),
            lambda told: people.remove(number=held.pk, **told),
            lambda told: people.change_right(number=held.pk, right="owner", **told),
            lambda told: people.withdraw_invitation(number=1, **told),
        ):
            with pytest.raises(Refusal) as refusal:
                verb(told)
            assert refusal.value.status == 403


def test_the_last_owner_stays() -> None:
    owner, editor = person(), person()
    organisation = draft(owner)
    member(editor, organisation, "editor")
    held = Membership.objects.get(user=owner)
    told: dict[str, Any] = {"actor": owner, "ref": organisation.ref, "at": NOW}
    for verb in (
        lambda: people.leave(**told),
        lambda: people.remove(number=held.pk, **told),
        lambda: people.change_right(number=held.pk, right="editor", **told),
    ):
        with pytest.raises(Refusal, match="at least one owner"):
            verb()
    assert rights(organisation)[owner] == "owner"


def test_with_a_second_owner_the_first_can_leave() -> None:
    owner, second = person(), person()
    organisation = draft(owner)
    held = member(second, organisation, "editor")
    people.change_right(actor=owner, ref=organisation.ref, number=held.pk, right="owner", at=NOW)
    people.leave(actor=owner, ref=organisation.ref, at=NOW + HOUR)
    assert rights(organisation) == {second: "owner"}
    assert Membership.objects.get(user=owner).until == NOW + HOUR
    with pytest.raises(Refusal) as again:
        people.leave(actor=owner, ref=organisation.ref, at=NOW)
    assert again.value.status == 404


def test_a_removed_person_is_told_and_is_not_removed_twice() -> None:
    owner, editor = person(), person()
    organisation = draft(owner)
    held = member(editor, organisation, "editor")
    people.remove(actor=owner, ref=organisation.ref, number=held.pk, at=NOW)
    assert Message.objects.get().to == editor.email
    with pytest.raises(Refusal, match="any more"):
        people.remove(actor=owner, ref=organisation.ref, number=held.pk, at=NOW)


# --- taking over -------------------------------------------------------------------------------------------------


def test_a_takeover_is_asked_granted_and_told() -> None:
    organisation, somebody, officer = unowned(), person("Eva Berg"), appointed(Role.OFFICER)
    asked = takeover.ask_for_takeover(actor=somebody, ref=organisation.ref, proof="I manage it.", at=NOW)
    takeover.grant_takeover(actor=officer, number=asked.pk, at=NOW + HOUR)
    assert rights(organisation) == {somebody: "owner"}
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.decided_at) == ("granted", officer, NOW + HOUR)
    assert Message.objects.get(to=somebody.email).subject == "You are an owner of Green Valley Network"


def test_owners_are_told_of_a_request_and_of_its_grant_and_stay() -> None:
    owner, somebody = person(), person("Eva Berg")
    organisation = published(owner)
    Message.objects.all().delete()
    asked = takeover.ask_for_takeover(actor=somebody, ref=organisation.ref, proof="I manage it.", at=NOW)
    takeover.grant_takeover(actor=appointed(Role.OFFICER), number=asked.pk, at=NOW)
    assert Message.objects.filter(to=owner.email).count() == 2
    assert rights(organisation) == {owner: "owner", somebody: "owner"}


def test_an_editor_can_take_over() -> None:
    owner, editor = person(), person()
    organisation = published(owner)
    member(editor, organisation, "editor")
    asked = takeover.ask_for_takeover(actor=editor, ref=organisation.ref, proof="The owner left.", at=NOW)
    takeover.grant_takeover(actor=appointed(Role.OFFICER), number=asked.pk, at=NOW)
    assert rights(organisation)[editor] == "owner"


def test_takeovers_that_are_not_asked_for() -> None:
    owner, auditor = person(), appointed(Role.AUDITOR)
    mine, private = published(owner), draft(person(), name="Hidden")
    free, somebody = unowned(), person()
    takeover.ask_for_takeover(actor=somebody, ref=free.ref, proof="I manage it.", at=NOW)
    for actor, organisation, proof, status in (
        (owner, mine, "Mine.", 409),
        (somebody, private, "Mine.", 404),
        (person(), free, "  ", 422),
        (somebody, free, "Again.", 409),
        (auditor, free, "Mine.", 403),
    ):
        with pytest.raises(Refusal) as refusal:
            takeover.ask_for_takeover(actor=actor, ref=organisation.ref, proof=proof, at=NOW)
        assert refusal.value.status == status


def test_takeovers_that_are_not_decided() -> None:
    officer = appointed(Role.OFFICER)
    asked = takeover.ask_for_takeover(actor=officer, ref=unowned().ref, proof="I manage it.", at=NOW)
    for actor, reason, status in (
        (officer, "why", 403),
        (person(), "why", 403),
        (appointed(Role.AUDITOR), "why", 403),
        (appointed(Role.OFFICER), " ", 422),
    ):
        with pytest.raises(Refusal) as refusal:
            takeover.refuse_takeover(actor=actor, number=asked.pk, reason=reason, at=NOW)
        assert refusal.value.status == status
    other = appointed(Role.OFFICER)
    takeover.refuse_takeover(actor=other, number=asked.pk, reason="No proof.", at=NOW)
    with pytest.raises(Refusal, match="decided already"):
        takeover.grant_takeover(actor=other, number=asked.pk, at=NOW)
    with pytest.raises(Refusal, match="decided already"):
        takeover.withdraw_takeover(actor=officer, number=asked.pk, at=NOW)
    with pytest.raises(Refusal, match="no such"):
        takeover.grant_takeover(actor=other, number=10_000, at=NOW)
    assert "No proof." in Message.objects.get(to=officer.email).body


# --- in the browser ----------------------------------------------------------------------------------------------


def test_inviting_and_accepting_in_the_browser(at: datetime) -> None:
    owner, guest = person("Anna Holm"), person("Bo Lind")
    organisation = draft(owner)
    sent = browser(owner).post(
        f"/organisations/{organisation.ref}/people", {"email": guest.email, "right": "owner"}, follow=True
    )
    assert f"{guest.email} is invited." in sent.content.decode()
    found = re.search(r"http://testserver(/invitations/\S+)", Message.objects.get().body)
    assert found is not None
    address = found[1]
    visitor = browser().get(address)
    assert visitor.status_code == 200
    assert f"?next={address}" in visitor.content.decode()
    assert visitor["Referrer-Policy"] == "no-referrer"
    client = browser(guest)
    assert "Accept" in client.get(address).content.decode()
    assert rights(organisation) == {owner: "owner"}
    assert client.post(address).status_code == 302
    assert rights(organisation) == {owner: "owner", guest: "owner"}
    again = client.get(address)
    assert (again.status_code, "You accepted it" in again.content.decode()) == (410, True)


@pytest.mark.parametrize(
    ("spoil", "title", "status"),
    [
        ("unknown", "No invitation has this link", 404),
        ("withdrawn", "This invitation was withdrawn", 410),
        ("expired", "This invitation has expired", 410),
        ("used", "This invitation was used already", 410),
        ("foreign", "This invitation is for somebody else", 403),
        ("unverified", "Confirm your e-mail address first", 403),
    ],
)
def test_every_bad_invitation_has_a_clear_page(at: datetime, spoil: str, title: str, status: int) -> None:
    owner, guest = person(), person(verified=spoil != "unverified")
    organisation = draft(owner)
    token = invite(owner, organisation, guest.email, at=NOW - timedelta(days=20) if spoil == "expired" else NOW)
    if spoil == "withdrawn":
        Invitation.objects.update(withdrawn_at=NOW)
    if spoil == "used":
        accept(guest, token)
    client = browser(owner if spoil in ("foreign", "used") else guest)
    for answer in (
        client.get(f"/invitations/{'x' if spoil == 'unknown' else token}"),
        client.post(f"/invitations/{'x' if spoil == 'unknown' else token}"),
    ):
        assert (answer.status_code, title in answer.content.decode()) == (status, True)
    assert guest not in rights(organisation) or spoil == "used"


def test_people_are_changed_in_the_browser(at: datetime) -> None:
    owner, editor = person("Anna Holm"), person("Bo Lind")
    organisation = draft(owner)
    held = member(editor, organisation, "editor")
    client = browser(owner)
    page = f"/organisations/{organisation.ref}/people"
    assert "Name a second owner" in client.get(page).content.decode()
    assert client.post(f"{page}/{held.pk}", {"act": "owner"}).status_code == 302
    assert "Name a second owner" not in client.get(page).content.decode()
    assert client.post(f"{page}/{held.pk}", {"act": "remove"}).status_code == 409
    now = Membership.objects.get(user=editor, until=None)
    assert client.post(f"{page}/{now.pk}", {"act": "remove"}).status_code == 302
    assert rights(organisation) == {owner: "owner"}
    leaving = client.post(f"/organisations/{organisation.ref}/leave")
    assert (leaving.status_code, "at least one owner" in leaving.content.decode()) == (409, True)


def test_an_invitation_is_withdrawn_in_the_browser(at: datetime) -> None:
    owner = person()
    organisation = draft(owner)
    invite(owner, organisation, "guest@elsewhere.example")
    number = Invitation.objects.get().pk
    client = browser(owner)
    address = f"/organisations/{organisation.ref}/invitations/{number}"
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 409


def test_wrong_invitations_are_asked_again(at: datetime) -> None:
    owner = person()
    organisation = draft(owner)
    client = browser(owner)
    for data, field in (
        ({"email": "nobody", "right": "editor"}, "email"),
        ({"email": owner.email, "right": "editor"}, "email"),
        ({"email": "guest@elsewhere.example", "right": "emperor"}, "right"),
    ):
        answer = client.post(f"/organisations/{organisation.ref}/people", data)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_taking_over_in_the_browser(at: datetime) -> None:
    organisation, somebody, officer = unowned(), person("Eva Berg"), appointed(Role.OFFICER)
    client = browser(somebody)
    profile = client.get(f"/organisations/{organisation.ref}").content.decode()
    assert "Take it over" in profile
    upload = SimpleUploadedFile("proof.pdf", PDF, "application/pdf")
    address = f"/organisations/{organisation.ref}/take-over"
    assert client.post(address, {"proof": "I <b>manage</b> it.", "file": upload}).status_code == 302
    assert "You have asked already" in client.get(address).content.decode()
    asked = Takeover.objects.get()
    desk = browser(officer)
    assert "Eva Berg" in desk.get("/registrations").content.decode()
    page = desk.get(f"/takeovers/{asked.pk}").content.decode()
    assert "I &lt;b&gt;manage&lt;/b&gt; it." in page
    document = desk.get(f"/takeovers/{asked.pk}/file")
    assert (document.content, document["Content-Type"]) == (PDF, "application/pdf")
    assert document["Content-Disposition"].startswith("attachment")
    assert desk.post(f"/takeovers/{asked.pk}", {"decision": "refuse"}).status_code == 422
    assert desk.post(f"/takeovers/{asked.pk}", {"decision": "grant"}).status_code == 302
    assert rights(organisation) == {somebody: "owner"}
    assert desk.post(f"/takeovers/{asked.pk}", {"decision": "grant"}).status_code == 409
    assert browser(somebody).get(f"/takeovers/{asked.pk}/file").status_code == 403
    assert "Granted on" in browser(appointed(Role.AUDITOR)).get(f"/takeovers/{asked.pk}").content.decode()


def test_a_wrong_file_says_why_and_the_words_stay(at: datetime) -> None:
    organisation = unowned()
    upload = SimpleUploadedFile("proof.pdf", b"MZ\x00\x01\x02" * 40, "application/pdf")
    answer = browser(person()).post(
        f"/organisations/{organisation.ref}/take-over", {"proof": "I manage it.", "file": upload}
    )
    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors
    assert "I manage it." in answer.content.decode()
    assert not Takeover.objects.exists()


def test_a_request_is_withdrawn_by_who_asked(at: datetime) -> None:
    organisation, somebody = unowned(), person()
    takeover.ask_for_takeover(actor=somebody, ref=organisation.ref, proof="I manage it.", at=NOW)
    client = browser(somebody)
    assert client.post(f"/organisations/{organisation.ref}/take-over", {"act": "withdraw"}).status_code == 302
    assert Takeover.objects.get().state == "withdrawn"
