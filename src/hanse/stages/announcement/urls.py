"""Addresses of calls."""

from django.urls import path

from hanse.stages.announcement.pages import calls, check, desk, questions

app_name = "announcement"
urlpatterns = [
    path("calls", calls.calls, name="calls"),
    path("calls/desk", desk.desk, name="desk"),
    path("calls/desk/new", desk.new, name="new"),
    path("calls/desk/<int:edition_id>", desk.edition, name="draft"),
    path("calls/desk/<int:edition_id>/propose", desk.propose, name="propose"),
    path("calls/desk/<int:edition_id>/return", desk.send_back, name="return"),
    path("calls/desk/<int:edition_id>/withdraw", desk.withdraw, name="withdraw"),
    path("calls/desk/<int:edition_id>/publish", desk.publish, name="publish"),
    path("calls/<str:reference>", calls.call, name="call"),
    path("calls/<str:reference>/check", check.check, name="check"),
    path("calls/<str:reference>/deadline.ics", calls.deadline, name="deadline"),
    path("calls/<str:reference>/follow", calls.follow, name="follow"),
    path("calls/<str:reference>/editions/<int:number>", calls.edition, name="edition"),
    path("calls/<str:reference>/extend", desk.extend, name="extend"),
    path("calls/<str:reference>/questions", questions.questions, name="questions"),
    path("calls/<str:reference>/questions/ask", questions.ask, name="ask"),
    path("calls/<str:reference>/questions/<int:number>", questions.question, name="question"),
]
