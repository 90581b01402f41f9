"""Addresses of annexes and declarations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
