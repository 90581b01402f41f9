"""Addresses of submissions."""

from django.urls import path

from hanse.stages.submission.pages import deadlines, officers, receipts, submitting

app_name = "submission"

urlpatterns = [
    path("calls/<str:reference>/deadline", deadlines.deadline, name="deadline"),
    path("calls/<str:reference>/deadline/<int:place>.json", deadlines.notice, name="notice"),
    path("proposals/<slug:ref>/submission", submitting.submission, name="submission"),
    path("proposals/<slug:ref>/submission/changes", submitting.changes, name="changes"),
    path("proposals/<slug:ref>/submission/state", submitting.state, name="state"),
    path("proposals/<slug:ref>/submission/withdraw", submitting.withdraw, name="withdraw"),
    path("proposals/<slug:ref>/receipts/<int:place>", receipts.receipt, name="receipt"),
    path("proposals/<slug:ref>/receipts/<int:place>.json", receipts.as_file, name="receipt_file"),
    path("proposals/<slug:ref>/receipts/<int:place>.pdf", receipts.on_paper, name="receipt_pdf"),
    path("proposals/<slug:ref>/receipts/<int:place>.zip", receipts.package, name="package"),
    path("submissions", officers.calls, name="calls"),
    path("submissions/<str:call>", officers.submissions, name="submissions"),
    path("submissions/late/<int:number>", officers.late_case, name="late_case"),
    path("proposals/<slug:ref>/receipts/<int:place>/late", officers.propose, name="propose_late"),
]
