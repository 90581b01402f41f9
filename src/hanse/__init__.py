"""Hanse runs a consortium funding call, from its launch to the partnerships that live on after it."""

__version__ = "0.1.0"
