"""Every address of the site. A stage brings its own under its noun."""

from django.urls import include, path

from hanse.site import api, histories, letters, outages, pages, transparency

urlpatterns = [
    path("", pages.home, name="home"),
    path("health", pages.health, name="health"),
    path("work", pages.work, name="work"),
    path("clock", pages.clock_page, name="clock"),
    path("outbox", letters.outbox_page, name="outbox"),
    path("outbox/<int:number>/retry", letters.try_again, name="try_letter_again"),
    path("transparency", transparency.transparency, name="transparency"),
    path("transparency/roots.json", transparency.roots_file, name="transparency_roots"),
    path("transparency/digests", transparency.digests, name="transparency_digests"),
    path("transparency/key.pem", transparency.key_file, name="transparency_key"),
    path("administration", pages.administration, name="administration"),
    path("administration/outages", outages.outages, name="outages"),
    path("administration/record", histories.record, name="record"),
    path("administration/history/<str:kind>/<path:ref>", histories.history, name="history"),
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
