"""The cells of a partner as rows of a table, put together in Python: a hundred of them are drawn on one page."""

from collections.abc import Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hanse.core.form import Asked, CostCategory
from hanse.core.values.money import ZERO, Money
from hanse.core.values.typed_amounts import show_months
from hanse.stages.proposals.forms.money import field_name, mark_of, shown_in
from hanse.stages.proposals.models import Cost
from hanse.stages.proposals.queries.money import Books, Package, Sheet

CELL = '<td class="ecl-table__cell money-cell" data-ecl-table-header="{}"><div class="money-hold">{}</div></td>'
FIELD = (
    '<input class="ecl-text-input money-field{}" id="{}" name="{}" value="{}" inputmode="decimal" autocomplete="off"'
    ' maxlength="60" aria-label="{}"{}>'
)
UNITS = {"a": "EUR", "m": "person-months", "r": "EUR a month"}


def rows_of(
    books: Books,
    sheet: Sheet,
    *,
    editing: bool,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> SafeString:
    """The rows of one partner's table, with fields if they may be changed.

    Args:
        typed: what stands in fields instead, by name.
        faults: fields that cannot be read.
    """
    typed, faults = typed or {}, faults or {}
    sums: dict[str, Money] = {}
    computed: dict[tuple[str, str], Money] = {}
    for line in books.ledger.lines:
        if line.partner == sheet.id:
            sums[line.work_package] = sums.get(line.work_package, ZERO) + line.amount
            computed[line.work_package, line.category] = line.amount
    rows = []
    for package in books.packages:
        cells = format_html_join(
            "",
            CELL,
            (
                (
                    category.title,
                    _typing(package, category, sheet, typed, faults)
                    if editing and not books.computed(category)
                    else _reading(
                        sheet.cells.get((package.id, category.id)),
                        computed.get((package.id, category.id), ZERO),
                        category,
                    ),
                )
                for category in books.categories
            ),
        )
        rows.append((package.title, cells, sums.get(package.id, ZERO)))
    return format_html_join(
        "\n",
        '<tr class="ecl-table__row"><th class="ecl-table__cell money-row" scope="row" '
        'data-ecl-table-header="Work package">{}</th>{}'
        '<td class="ecl-table__cell hanse-number" data-ecl-table-header="Sum">{}</td></tr>',
        rows,
    )


def foot_of(books: Books, sheet: Sheet) -> SafeString:
    """The sums by category."""
    sums: dict[str, Money] = {}
    for line in books.ledger.lines:
        if line.partner == sheet.id:
            sums[line.category] = sums.get(line.category, ZERO) + line.amount
    cells = format_html_join(
        "",
        '<td class="ecl-table__cell hanse-number" data-ecl-table-header="{}">{}</td>',
        [(category.title, sums.get(category.id, ZERO)) for category in books.categories],
    )
    return format_html(
        '<tr class="ecl-table__row money-foot"><th class="ecl-table__cell" scope="row" '
        'data-ecl-table-header="Work package">All</th>{}'
        '<td class="ecl-table__cell hanse-number" data-ecl-table-header="Sum">{}</td></tr>',
        cells,
        books.ledger.cost_of(sheet.id),
    )


def _typing(
    package: Package, category: CostCategory, sheet: Sheet, typed: Mapping[str, str], faults: Mapping[str, str]
) -> SafeString:
    key = package.id, category.id
    cost = sheet.cells.get(key)
    months = category.by is Asked.MONTHS
    parts = "mr" if months else "a"
    fields = format_html_join(
        "",
        FIELD,
        [
            (
                " ecl-text-input--invalid" if (name := field_name(part, *key)) in faults else "",
                name,
                name,
                typed.get(name, shown_in(part, cost)),
                f"{category.title}, {package.title}, {UNITS[part]}",
                format_html(' placeholder="{}"', "months" if part == "m" else "a month") if months else "",
            )
            for part in parts
        ],
    )
    amount: SafeString | str = ""
    if months:
        product = Money(cost.cents) if cost is not None and cost.cents else ""
        amount = format_html('<span class="money-product">{}</span>', product)
    return format_html(
        '{}<input type="hidden" name="{}" value="{}">{}', fields, field_name("v", *key), mark_of(parts, cost), amount
    )


def _reading(cost: Cost | None, amount: Money, category: CostCategory) -> SafeString:
    if category.by is Asked.MONTHS and cost is not None and cost.months and cost.rate:
        return format_html(
            '<span class="hanse-number">{}<br><span class="hanse-muted hanse-small">{} months at {}</span></span>',
            amount,
            show_months(cost.months),
            Money(cost.rate),
        )
    return format_html('<span class="hanse-number">{}</span>', amount if amount.cents else "–")
