"""The form of an application: what a call asks to be written, told, attached and declared, as data.

A form is sections in chapters. A section is one field, a table of records (work packages, risks), or the same fields
for every target or every partner. Each field has a key, by which texts of a draft are kept:

    summary                         a section that is one field
    targets/JP/goals                a part of a section that is asked for every target
    members/lanterna/expertise      a part of a section that is asked for every partner
    work_packages/3                 that record 3 exists, with its place in the table as a number
    work_packages/3/title           a part of that record

`parse_form` reads it, `hanse.core.form.state` says how far a draft has come.
"""

from hanse.core.form.parsing import parse_form
from hanse.core.form.state import (
    Draft,
    FieldState,
    Record,
    SectionState,
    fault_of,
    field_at,
    fields_of,
    names_in,
    records_of,
    state_of,
    states_of,
    words_in,
)
from hanse.core.form.values import (
    Annex,
    Asked,
    CostCategory,
    Declaration,
    Form,
    PaperGate,
    Part,
    PartKind,
    Property,
    Section,
    SectionKind,
    Table,
)

__all__ = [
    "Annex",
    "Asked",
    "CostCategory",
    "Declaration",
    "Draft",
    "FieldState",
    "Form",
    "PaperGate",
    "Part",
    "PartKind",
    "Property",
    "Record",
    "Section",
    "SectionKind",
    "SectionState",
    "Table",
    "fault_of",
    "field_at",
    "fields_of",
    "names_in",
    "parse_form",
    "records_of",
    "state_of",
    "states_of",
    "words_in",
]
