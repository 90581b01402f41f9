"""Addresses of annexes and declarations."""

from django.urls import path

from hanse.stages.proposals.pages import papers

urlpatterns = [
    path("proposals/<slug:ref>/papers", papers.papers, name="papers"),
    path("proposals/<slug:ref>/papers/annexes/<slug:kind>", papers.annex, name="annex"),
    path("proposals/<slug:ref>/papers/annexes/<slug:kind>/<int:number>", papers.annex, name="annex_of"),
    path("proposals/<slug:ref>/papers/files/<int:number>", papers.annex_file, name="annex_file"),
    path("proposals/<slug:ref>/papers/files/<int:number>/remove", papers.annex_remove, name="annex_remove"),
    path("proposals/<slug:ref>/papers/declarations/<slug:kind>/<int:number>", papers.declaration, name="declaration"),
    path(
        "proposals/<slug:ref>/papers/declarations/<int:number>/revoke",
        papers.declaration_revoke,
        name="declaration_revoke",
    ),
]
