"""Addresses of looking after the registry."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
