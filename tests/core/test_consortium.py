"""A consortium is its members in roles, in the order of the application."""

from tests.cast import consortium, nobody, organisation

from hanse.core.consortium import APPLICANTS, Role


def test_a_name_is_the_legal_name_or_else_the_id() -> None:
    assert organisation("IT").name == "Lanterna Marine Cluster"
    assert nobody("blank").name == "blank"


def test_only_the_roles_asked_for_are_counted() -> None:
    group = consortium("IT", "DE", "RS", role=Role.ASSOCIATED_PARTNER)
    assert [o.id for o in group.in_roles(APPLICANTS)] == ["lanterna"]
    assert [o.id for o in group.in_roles(frozenset(Role))] == ["lanterna", "salzspeicher", "sava"]


def test_members_join_at_the_end_and_leave_by_id() -> None:
    group = consortium("IT", "DE")
    grown = group.with_added((organisation("RS"), organisation("TR")), Role.AFFILIATED_ENTITY)
    assert [(p.organisation.id, p.role) for p in grown.participants[2:]] == [
        ("sava", Role.AFFILIATED_ENTITY),
        ("bogaz", Role.AFFILIATED_ENTITY),
    ]
    assert grown.without("sava").without("bogaz") == group
    assert group.without("nobody") == group
