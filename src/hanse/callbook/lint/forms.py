"""Does the application form fit the call: its citations, its strands, and the rules its properties name."""

from collections.abc import Iterator

from hanse.callbook.application_forms import FILE
from hanse.callbook.lint.remarks import Remark, contradiction
from hanse.core.call import Call
from hanse.core.form import Annex, Declaration, Form, Property, Section


def form_remarks(call: Call, form: Form) -> Iterator[Remark]:
    """What the form names and the call does not have."""
    strands = {strand.id for strand in call.strands}
    rules = {rule.id for rule in call.rules}
    named: list[tuple[str, Section | Annex | Declaration | Property]] = []
    named += [(f"section.{section.id}", section) for section in form.sections]
    named += [(f"annex.{annex.id}", annex) for annex in form.annexes]
    named += [(f"declaration.{each.id}", each) for each in form.declarations]
    named += [(f"property.{each.id}", each) for each in form.properties]
    for key, item in named:
        if item.citation is not None and item.citation.source not in call.sources:
            what = f"cites {item.citation.source!r}, which sources.toml does not have"
            yield contradiction(FILE, key, what, "Add the source, or correct its id.")
        for strand in item.strands:
            if strand not in strands:
                yield contradiction(FILE, key, f"names strand {strand!r}, which the call does not have", "Correct it.")
    for each in form.properties:
        for id in each.rules:
            if id not in rules:
                what = f"names rule {id!r}, which rules.toml does not have"
                yield contradiction(FILE, f"property.{each.id}", what, "Correct its id.")
    rate = form.indirect_rate.citation
    if rate is not None and rate.source not in call.sources:
        what = f"cites {rate.source!r}, which sources.toml does not have"
        yield contradiction(FILE, "indirect_rate", what, "Add the source, or correct its id.")
