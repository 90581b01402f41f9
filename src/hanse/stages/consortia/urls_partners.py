"""Addresses of partner search, notices and expressions of interest."""

from django.urls import path

from hanse.stages.consortia.pages import notices, partners

urlpatterns = [
    path("consortia/<slug:ref>/partners", partners.search, name="partners"),
    path("consortia/<slug:ref>/partners/map", partners.partner_map, name="partner_map"),
    path("calls/<str:reference>/partners", notices.market, name="market"),
    path("calls/<str:reference>/partners/organisations", partners.match, name="match"),
    path("calls/<str:reference>/partners/new", notices.new, name="new_notice"),
    path("calls/<str:reference>/partners/first-word", notices.first_word, name="first_word"),
    path("notices/<slug:ref>", notices.notice, name="notice"),
    path("notices/<slug:ref>/edit", notices.edit, name="edit_notice"),
    path("notices/<slug:ref>/withdraw", notices.withdraw, name="withdraw_notice"),
    path("interests", notices.interests, name="interests"),
    path("interests/<int:number>", notices.interest, name="interest"),
]
