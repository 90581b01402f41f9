"""Addresses of the budget."""

from django.urls import URLPattern, path

from hanse.stages.proposals.pages import money

BUDGET = "proposals/<slug:ref>/budget"

urlpatterns: list[URLPattern] = [
    path(BUDGET, money.budget, name="budget"),
    path(f"{BUDGET}/shares", money.shares, name="budget_shares"),
    path(f"{BUDGET}/workbook", money.workbook, name="workbook"),
    path(f"{BUDGET}/import", money.workbook_back, name="workbook_back"),
    path(f"{BUDGET}/history", money.history, name="budget_history"),
    path(f"{BUDGET}/seats/<int:seat>/cell", money.cell, name="budget_cell"),
    path(f"{BUDGET}/<slug:partner>/cells", money.cells, name="budget_cells"),
    path(f"{BUDGET}/<slug:partner>/contribution", money.contribution, name="budget_contribution"),
    path(f"{BUDGET}/<slug:partner>/sharing", money.sharing, name="budget_sharing"),
    path(f"{BUDGET}/<slug:partner>/sources", money.sources, name="budget_sources"),
]
