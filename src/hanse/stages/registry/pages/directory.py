"""The list of organisations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hanse.ground.accounts.access import anyone
from hanse.stages.registry.queries import profiles


@anyone
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    """The published organisations."""
    return render(request, "registry/organisations.html", {"organisations": profiles.published()[:100]})
