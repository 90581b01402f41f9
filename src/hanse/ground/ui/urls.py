"""Addresses of this room: none. How pages look has no page of its own."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
