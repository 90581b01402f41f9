"""Addresses of finding organisations and of looking after the registry."""

from django.urls import path

from hanse.stages.registry.pages import cleaning, directory, history, importing

urlpatterns = [
    path("organisations/map", directory.europe, name="map"),
    path("organisations/duplicates", cleaning.duplicates, name="duplicates"),
    path("organisations/duplicates/look", cleaning.look, name="look"),
    path("organisations/duplicates/<int:number>", cleaning.duplicate, name="duplicate"),
    path("organisations/duplicates/<int:number>/keep/<slug:ref>", cleaning.merge_pair, name="merge_pair"),
    path("organisations/merges", cleaning.merges, name="merges"),
    path("organisations/merges/<int:number>", cleaning.merge, name="merge"),
    path("organisations/imports", importing.runs, name="imports"),
    path("organisations/imports/columns", importing.columns, name="import_columns"),
    path("organisations/imports/template.csv", importing.template, name="import_template"),
    path("organisations/imports/<int:number>", importing.run, name="import"),
    path("organisations/imports/<int:number>/step", importing.step, name="import_step"),
    path("organisations/imports/<int:number>/begin", importing.begin, name="import_begin"),
    path("organisations/imports/<int:number>/discard", importing.discard, name="import_discard"),
    path("organisations/<slug:ref>/history", history.history, name="history"),
]
