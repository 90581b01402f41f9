"""Addresses of proposals."""

from django.urls import include, path

from hanse.stages.proposals.pages import drafts, history, overview, remarks

app_name = "proposals"

urlpatterns = [
    path("proposals", drafts.proposals, name="proposals"),
    path("proposals/<slug:ref>", drafts.proposal, name="proposal"),
    path("proposals/<slug:ref>/begin", drafts.begin, name="begin"),
    path("proposals/<slug:ref>/panel", overview.panel, name="panel"),
    path("proposals/<slug:ref>/sections/<slug:section>", drafts.section, name="section"),
    path("proposals/<slug:ref>/sections/<slug:section>/news", drafts.news, name="news"),
    path("proposals/<slug:ref>/fields", drafts.fields, name="fields"),
    path("proposals/<slug:ref>/history", history.history, name="history"),
    path("proposals/<slug:ref>/history/<int:number>", history.version, name="version"),
    path("proposals/<slug:ref>/history/<int:number>/restore", history.restore, name="restore"),
    path("proposals/<slug:ref>/asides/<int:number>", history.aside, name="aside"),
    path("proposals/<slug:ref>/remarks", remarks.remarks, name="remarks"),
    path("proposals/<slug:ref>/remarks/suggest", remarks.suggest, name="suggest"),
    path("proposals/<slug:ref>/remarks/<int:number>", remarks.remark, name="remark"),
    path("", include("hanse.stages.proposals.urls_papers")),
    path("", include("hanse.stages.proposals.urls_money")),
    path("", include("hanse.stages.proposals.urls_output")),
]
