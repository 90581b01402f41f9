"""Template tags of every page; `hanse.site.settings` makes them builtin, so no template loads them."""
