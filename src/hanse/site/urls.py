"""Every address of the site. A stage brings its own under its noun."""

from django.urls import include, path

from hanse.site import api, outages, pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("health", pages.health, name="health"),
    path("work", pages.work, name="work"),
    path("clock", pages.clock_page, name="clock"),
    path("outbox", pages.outbox_page, name="outbox"),
    path("administration", pages.administration, name="administration"),
    path("administration/outages", outages.outages, name="outages"),
    path("administration/record", pages.record, name="record"),
    path("accounts/", include("hanse.ground.accounts.urls")),
    path("", include("hanse.ground.ui.urls")),
    path("", include("hanse.stages.registry.urls")),
    path("", include("hanse.stages.announcement.urls")),
    path("", include("hanse.stages.consortia.urls")),
    path("", include("hanse.stages.proposals.urls")),
    path("", include("hanse.stages.submission.urls")),
    path("api/v1/", include((api.routes(), "api-v1"), namespace="api-v1")),
]

handler400 = "hanse.site.pages.bad_request"
handler403 = "hanse.site.pages.forbidden"
handler404 = "hanse.site.pages.not_found"
handler500 = "hanse.site.pages.server_error"
