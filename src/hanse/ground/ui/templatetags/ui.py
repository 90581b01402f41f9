"""The components of pages as tags and filters. They are builtin: no template has to load them.

Icons, buttons, links:

    {% icon "check" size="s" label="Met" %}                 without a label it is decoration, hidden from screen readers
    {% button "Save" kind="primary" name="act" value="save" icon="check" %}
    {% link_button address "Read the call" "secondary" %}   kinds: primary, secondary, ghost, highlight

What a page says:

    {% message "warning" "The call closes tomorrow" "Submit today." %}       tones: info, success, warning, error
    {% status_label "Published" "good" %}                   tones: good, bad, doubt, busy, quiet, plain
    {% facts pairs %}                                       pairs: (term, definition) or a mapping
    {% crumbs "Calls" calls_url "Clusters Go International" %}   label, address, label, address ... and where one is
    {% timeline events %}                                   events: (when, title, text), or with the address of a source
    {% quotation text source address %}
    {% counters figures %}                                  figures: (value, label) or (value, label, address)
    {% stepper steps now=2 %}                               steps: labels, or (label, address)
    {% progress 30 100 "Rows read" %}
    {% countdown instant %}                                 "3 days, 4 hours": by server time, ticking where scripts run
    {% error_summary form %}                                links to the fields that need attention

Figures and time: `{{ instant|brussels }}`, `{{ date|day }}`, `{{ amount|euro }}`, `{{ number|grouped }}`.

What comes from data is escaped everywhere; an address with a scheme that a browser would run is shown as text.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from re import findall
from typing import Any

from django import template
from django.forms import BaseForm, BaseFormSet
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from hanse.core.values.money import Money
from hanse.core.values.words import left_in_words
from hanse.ground import clock
from hanse.ground.clock import BRUSSELS
from hanse.ground.ui.forms import Fault, faults_of

register = template.Library()

ICON_SIZES = ("2xs", "xs", "s", "m", "l", "xl", "2xl", "fluid")
BUTTONS = {
    "primary": "primary",
    "secondary": "secondary",
    "ghost": "tertiary",
    "highlight": "primary ecl-button--highlight",
}
TONES = {"info": "information", "success": "check-filled", "warning": "warning", "error": "error"}
TONE_WORDS = {"info": "Note", "success": "Done", "warning": "Warning", "error": "Error"}
LABELS = ("good", "bad", "doubt", "busy", "quiet", "plain")
SPRITE = "vendor/ecl/icons.svg"


# --- icons, buttons, links ---------------------------------------------------------------------------------------


@cache
def icons() -> frozenset[str]:
    """Names of the icons there are."""
    sprite = Path(__file__).parents[1] / "static" / SPRITE
    return frozenset(findall(r'<symbol [^>]*id="([^"]+)"', sprite.read_text(encoding="utf-8")))


@register.simple_tag
def icon(name: str, size: str = "s", label: str = "", turn: int = 0) -> SafeString:
    """An icon; with a label it speaks, without one it is decoration. `turn` is 90, 180 or 270 degrees.

    Raises:
        ValueError: if there is no such icon, or no such size.
    """
    if name not in icons():
        raise ValueError(f"there is no icon {name!r}; there are: {', '.join(sorted(icons()))}")
    if size not in ICON_SIZES:
        raise ValueError(f"icon size is {size!r}; expected one of {', '.join(ICON_SIZES)}")
    classes = f"ecl-icon ecl-icon--{size}" + (f" ecl-icon--rotate-{turn}" if turn else "")
    voice: SafeString = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" focusable="false" {}><use href="{}#{}"></use></svg>', classes, voice, static(SPRITE), name
    )


@register.simple_tag
def button(
    label: str,
    kind: str = "primary",
    name: str = "",
    value: str = "",
    icon: str = "",
    type: str = "submit",
    describedby: str = "",
    form: str = "",
) -> SafeString:
    """A button of a form."""
    extra = format_html_join(
        "",
        ' {}="{}"',
        [
            (key, held)
            for key, held in (("name", name), ("value", value), ("aria-describedby", describedby), ("form", form))
            if held
        ],
    )
    return format_html(
        '<button class="ecl-button ecl-button--{}" type="{}"{}>{}</button>',
        _kind(kind),
        type,
        extra,
        _inner(label, icon),
    )


@register.simple_tag
def link_button(address: str, label: str, kind: str = "primary", icon: str = "", download: bool = False) -> SafeString:
    """A link that looks like a button: it goes somewhere and changes nothing. Label and address may change places."""
    if not _leads(address):
        if not _leads(label):
            return conditional_escape(label)
        address, label = label, address
    return format_html(
        '<a class="ecl-button ecl-button--{} hanse-button-link" href="{}"{}>{}</a>',
        _kind(kind),
        address,
        mark_safe(" download" if download else ""),  # noqa: S308 -- constant
        _inner(label, icon),
    )


def _kind(kind: str) -> str:
    if kind not in BUTTONS:
        raise ValueError(f"button kind is {kind!r}; expected one of {', '.join(BUTTONS)}")
    return BUTTONS[kind]


def _inner(label: str, name: str) -> SafeString:
    drawn = format_html('<span class="ecl-button__icon hanse-button-icon">{}</span>', icon(name, "xs")) if name else ""
    return format_html(
        '<span class="ecl-button__container">{}<span class="ecl-button__label">{}</span></span>', drawn, label
    )


def _leads(address: object) -> bool:
    """Whether a browser would go there, and not run it."""
    return str(address).strip().startswith(("/", "?", "#", "https://", "http://", "mailto:", "./", "../"))


@register.filter
def leads(address: object) -> bool:
    """Whether an address that somebody typed may be a link: `{% if site|leads %}`."""
    return _leads(address)


# --- what a page says --------------------------------------------------------------------------------------------


@register.simple_tag
def message(tone: str, title: str, text: str = "") -> SafeString:
    """A notice. An error or a warning is told to screen readers at once.

    Raises:
        ValueError: if there is no such tone.
    """
    if tone not in TONES:
        raise ValueError(f"message tone is {tone!r}; expected one of {', '.join(TONES)}")
    role = "alert" if tone == "error" else "status"
    said = format_html('<div class="ecl-notification__description">{}</div>', text) if text else ""
    return format_html(
        '<div class="ecl-notification ecl-notification--{0} hanse-message" role="{1}">'
        '<span class="ecl-notification__icon">{2}</span>'
        '<div class="ecl-notification__content"><div class="ecl-notification__title">{3}</div>{4}</div></div>',
        tone,
        role,
        icon(TONES[tone], "m", label=TONE_WORDS[tone]),
        title,
        said,
    )


@register.simple_tag
def status_label(text: str, tone: str = "plain") -> SafeString:
    """A short state. The words carry it; the colour only helps.

    Raises:
        ValueError: if there is no such tone.
    """
    if tone not in LABELS:
        raise ValueError(f"label tone is {tone!r}; expected one of {', '.join(LABELS)}")
    return format_html('<span class="hanse-label hanse-label--{}">{}</span>', tone, text)


@register.inclusion_tag("ui/facts.html")
def facts(pairs: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Terms and what holds for each. A definition that is a list is shown as one; an empty one is left out."""
    told = pairs.items() if isinstance(pairs, Mapping) else pairs
    return {"pairs": [(term, _several(held)) for term, held in told if held not in (None, "", [], ())]}


def _several(held: Any) -> Sequence[Any]:
    return held if isinstance(held, list | tuple) else [held]


@register.inclusion_tag("ui/crumbs.html")
def crumbs(*steps: str) -> dict[str, Any]:
    """The way here: labels with their addresses in turn, and last the label of this page, which needs none."""
    return {"steps": list(zip(steps[:-1:2], steps[1::2], strict=False)), "here": steps[-1] if len(steps) % 2 else ""}


@register.inclusion_tag("ui/timeline.html")
def timeline(events: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Dated facts in the order given: (when, title, text) and optionally the address of the source."""
    keys = ("when", "title", "text", "source")
    return {"events": [dict(zip(keys, event, strict=False)) for event in events]}


@register.inclusion_tag("ui/quotation.html")
def quotation(text: str, source: str, address: str = "", language: str = "") -> dict[str, Any]:
    """Words of a document, with the document and clause they stand in."""
    return {"text": text, "source": source, "address": address, "language": language}


@register.inclusion_tag("ui/counters.html")
def counters(figures: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """A few figures with what they count: (value, label) and optionally an address."""
    return {"figures": [dict(zip(("value", "label", "address"), figure, strict=False)) for figure in figures]}


@register.inclusion_tag("ui/stepper.html")
def stepper(steps: Iterable[str | Sequence[str]], now: int = 1) -> dict[str, Any]:
    """Steps of a task; those before `now` (counted from 1) are done, and lead back if they have an address."""
    told = [(step, "") if isinstance(step, str) else (step[0], step[1]) for step in steps]
    states = [("done" if n < now else "here" if n == now else "ahead") for n in range(1, len(told) + 1)]
    return {"steps": [(label, address, state) for (label, address), state in zip(told, states, strict=True)]}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, of: int, label: str) -> dict[str, Any]:
    """How far a long task is."""
    share = max(0, min(100, round(100 * done / of))) if of else 0
    return {"done": done, "of": of, "label": label, "share": share}


@register.inclusion_tag("ui/countdown.html")
def countdown(instant: datetime) -> dict[str, Any]:
    """Time left until an instant, by the server's clock."""
    now = clock.now()
    return {"until": instant.astimezone(UTC), "now": now, "left": left_in_words(instant - now)}


@register.inclusion_tag("ui/error_summary.html")
def error_summary(*forms: "BaseForm | BaseFormSet[Any]") -> dict[str, Any]:
    """What needs attention before forms can be accepted; each line leads to its field. Nothing if all is well."""
    faults: list[Fault] = [fault for form in forms if form for fault in faults_of(form)]
    return {"faults": faults}


@register.simple_tag
def htmx_address() -> str:
    """Address of htmx as it comes with django-htmx."""
    return static("django_htmx/htmx-2.min.js")


@register.filter
def options(groups: Iterable[tuple[str | None, Sequence[Mapping[str, Any]], int]]) -> SafeString:
    """The options of a select, drawn at once: a template for each of some hundred takes longer than the page."""
    drawn = []
    for name, held, _ in groups:
        inside = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((_value(one), flatatt(one["attrs"]) if one["attrs"] else "", one["label"]) for one in held),
        )
        drawn.append(format_html('<optgroup label="{}">{}</optgroup>', name, inside) if name else inside)
    return format_html_join("\n", "{}", ((part,) for part in drawn))


@register.filter
def boxes(options: Iterable[Mapping[str, Any]]) -> SafeString:
    """The boxes or buttons of a choice with the words beside them, drawn at once for the same reason."""
    return format_html_join("\n", "{}", ((_box(option),) for option in options))


def _box(option: Mapping[str, Any]) -> SafeString:
    kind, attributes = option["type"], option["attrs"]
    id = attributes.get("id")
    return format_html(
        '<div class="ecl-{0}"><input type="{0}" name="{1}" value="{2}"{3}>'
        '<label class="ecl-{0}__label"{4}><span class="ecl-{0}__box">{5}</span>'
        '<span class="ecl-{0}__text">{6}</span></label></div>',
        kind,
        option["name"],
        _value(option),
        flatatt(attributes),
        format_html(' for="{}"', id) if id else "",
        icon("check", "s") if kind == "checkbox" else mark_safe('<span class="ecl-radio__box-inner"></span>'),
        option["label"],
    )


def _value(option: Mapping[str, Any]) -> str:
    return "" if option["value"] is None else str(option["value"])


# --- figures and time --------------------------------------------------------------------------------------------


@register.filter
def brussels(instant: datetime | None) -> str:
    """`2 December 2020, 17:00 Brussels time`."""
    if not isinstance(instant, datetime):
        return ""
    local = instant.astimezone(BRUSSELS)
    return f"{day(local.date())}, {local:%H:%M} Brussels time"


@register.filter
def day(date: date | None) -> str:
    """`2 December 2020`; of an instant, the day in Brussels."""
    if date is None or not hasattr(date, "strftime"):
        return ""
    if isinstance(date, datetime):
        date = date.astimezone(BRUSSELS).date()
    return f"{date.day}\u00a0{date:%B}\u00a0{date.year}"


@register.filter
def euro(amount: Money | Decimal | int | str | None) -> str:
    """`€550 000`; cents only where there are some. A number is euro, `Money` knows its cents."""
    if amount is None or isinstance(amount, str):
        return ""
    if not isinstance(amount, Money):
        amount = Money(int((Decimal(str(amount)) * 100).to_integral_value()))
    sign, shown = ("-", str(Money(-amount.cents))) if amount.cents < 0 else ("", str(amount))
    return f"{sign}€{shown.removesuffix('.00')}"


@register.filter
def grouped(number: int | Decimal | str | None) -> str:
    """`12 345`: thousands set apart by a no-break space."""
    return "" if number is None or isinstance(number, str) else f"{number:,}".replace(",", "\u00a0")
