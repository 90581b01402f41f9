"""Addresses of the partner search and of notices."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
