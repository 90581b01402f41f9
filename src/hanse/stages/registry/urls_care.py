"""Addresses of finding organisations and of looking after the registry."""

from django.urls import path

from hanse.stages.registry.pages import directory, history

urlpatterns = [
    path("organisations/map", directory.europe, name="map"),
    path("organisations/<slug:ref>/history", history.history, name="history"),
]
