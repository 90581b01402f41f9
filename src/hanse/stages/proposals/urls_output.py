"""Addresses of draft files, the PDF and the plan of an application."""

from django.urls import path

from hanse.stages.proposals.pages import output, plan

urlpatterns = [
    path("proposals/<slug:ref>/output", output.output, name="output"),
    path("proposals/<slug:ref>/draft.toml", output.draft_file, {"suffix": "toml"}, name="draft_toml"),
    path("proposals/<slug:ref>/draft.json", output.draft_file, {"suffix": "json"}, name="draft_json"),
    path("proposals/<slug:ref>/application.pdf", output.application, name="pdf"),
    path("proposals/<slug:ref>/import", output.import_draft, name="import"),
    path("proposals/<slug:ref>/plan", plan.plan, name="plan"),
]
