"""Addresses of the registry."""

from django.urls import include, path

from hanse.stages.registry.pages import directory, partnerships, people, profile, registration, review

app_name = "registry"

urlpatterns = [
    path("organisations", directory.organisations, name="organisations"),
    path("organisations/new", registration.register, name="register"),
    path("", include("hanse.stages.registry.urls_care")),
    path("organisations/<slug:ref>", profile.organisation, name="organisation"),
    path("organisations/<slug:ref>/edit", profile.edit, name="edit"),
    path("organisations/<slug:ref>/legal-entity", profile.legal_entity, name="legal_entity"),
    path("organisations/<slug:ref>/partnerships", partnerships.partnerships, name="partnerships"),
    path("organisations/<slug:ref>/partnerships/<int:number>", partnerships.partnership, name="partnership"),
    path("organisations/<slug:ref>/request", registration.request_page, name="request"),
    path("organisations/<slug:ref>/withdraw", registration.withdraw, name="withdraw"),
    path("organisations/<slug:ref>/people", people.people, name="people"),
    path("organisations/<slug:ref>/people/<int:number>", people.member, name="member"),
    path("organisations/<slug:ref>/leave", people.leave, name="leave"),
    path("organisations/<slug:ref>/invitations/<int:number>", people.invitation, name="invitation"),
    path("organisations/<slug:ref>/take-over", people.take_over, name="take_over"),
    path("invitations/<str:token>", people.accept, name="accept"),
    path("registrations", review.reviews, name="reviews"),
    path("registrations/<slug:ref>", review.review, name="review"),
    path("takeovers/<int:number>", review.takeover, name="takeover"),
    path("takeovers/<int:number>/file", review.takeover_file, name="takeover_file"),
]
