"""Addresses of consortia."""

from django.urls import include, path

from hanse.stages.consortia.pages import consortia, panel, seats

app_name = "consortia"
urlpatterns = [
    path("consortia", consortia.consortia, name="list"),
    path("consortia/new", consortia.new, name="new"),
    path("", include("hanse.stages.consortia.urls_partners")),
    path("", include("hanse.stages.consortia.urls_space")),
    path("consortia/<slug:ref>", consortia.consortium, name="consortium"),
    path("consortia/<slug:ref>/panel", consortia.panel, name="panel"),
    path("consortia/<slug:ref>/aim", consortia.aim, name="aim"),
    path("consortia/<slug:ref>/dissolve", consortia.dissolve, name="dissolve"),
    path("consortia/<slug:ref>/invite", seats.invite, name="invite"),
    path("consortia/<slug:ref>/invitations/<int:number>", seats.invitation, name="invitation"),
    path("consortia/<slug:ref>/members/<int:number>", seats.seat, name="seat"),
    path("consortia/<slug:ref>/members/<int:number>/leave", seats.leave, name="leave"),
    path("consortia/<slug:ref>/members/<int:number>/remove", seats.remove, name="remove"),
    path("consortia/<slug:ref>/members/<int:number>/recall", seats.recall, name="recall"),
    path("consortia/<slug:ref>/members/<int:number>/role", seats.role, name="role"),
    path("consortia/<slug:ref>/members/<int:number>/coordination", seats.hand_over, name="hand_over"),
    path("consortia/<slug:ref>/members/<int:number>/mandate", seats.mandate, name="mandate"),
    path("consortia/<slug:ref>/what-if", panel.what_if, name="what_if"),
    path("consortia/<slug:ref>/matrix", panel.matrix, name="matrix"),
]
