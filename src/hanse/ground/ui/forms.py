"""Forms in the markup of the Europa Component Library: any Django form, without a word about looks in it.

`FORM_RENDERER` names `Renderer`, so `{{ field.as_field_group }}`, `{{ form }}` and `{% include "ui/form.html" %}` come
out right. The last one is a whole form with error summary, fields and buttons:

    {% include "ui/form.html" with form=form submit="Send the request" cancel=back_url %}

Optional words for it: `lead` (a paragraph above the fields), `action`, `method`, `cancel` (an address), `kind` (of the
button), `submit_name`, `submit_value`. Forms with files set their encoding by themselves.

What forms may leave to this module: a date field becomes a native date input, and falls back to text when what was
typed is no date, so that nothing typed is lost; a multiple choice is best declared with `CheckboxSelectMultiple`; a
required field carries no mark, an optional one says "optional". A widget attribute `width` of "s", "m" (usual), "l" or
"full" sets how wide a field is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.forms import BaseForm, BaseFormSet
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.template.base import Template
from django.template.loader import get_template

WIDGETS = "django/forms/widgets/"
WIDTHS = ("s", "m", "l", "full")
OURS = frozenset(
    {
        "checkbox",
        "checkbox_select",
        "clearable_file_input",
        "multiple_input",
        "radio",
        "select",
    }
)
"""Widgets whose markup differs from Django's by more than a class."""


class Field(BoundField):
    """A field of a form, with the classes and input types that its group in the page needs."""

    def as_widget(self, widget: Any = None, attrs: dict[str, Any] | None = None, only_initial: bool = False) -> Any:
        """The widget in the design system's classes."""
        widget = widget or self.field.widget
        attrs = dict(attrs or {})
        own = widget.attrs.get("class", "")
        width = widget.attrs.get("width", "m")
        attrs["class"] = " ".join(part for part in (own, self._classes(widget, width)) if part)
        attrs["width"] = False  # a word to us, not an attribute
        self._make_native(widget)
        return super().as_widget(widget, attrs, only_initial)

    @property
    def kind(self) -> str:
        """`checkbox` for a single one, whose label stands beside it; `group` for several inputs; else `input`."""
        if isinstance(self.field.widget, forms.CheckboxInput):
            return "checkbox"
        return "group" if self.use_fieldset else "input"

    @property
    def anchor(self) -> str:
        """Id of the first input, where a link from the error summary leads."""
        if isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return next((str(option.id_for_label) for option in self.subwidgets), str(self.auto_id))
        return self.id_for_label or (f"{self.auto_id}_0" if self.use_fieldset else str(self.auto_id))

    def _classes(self, widget: forms.Widget, width: str) -> str:
        if isinstance(widget, forms.CheckboxSelectMultiple | forms.CheckboxInput):
            return "ecl-checkbox__input"
        if isinstance(widget, forms.RadioSelect):
            return "ecl-radio__input"
        if isinstance(widget, forms.Textarea):
            name = "ecl-text-area"
        elif isinstance(widget, forms.FileInput):
            name = "hanse-file"
        elif isinstance(widget, forms.Select):
            name = "ecl-select"
        elif isinstance(widget, forms.widgets.Input | forms.MultiWidget) and not widget.is_hidden:
            name = "ecl-text-input"
        else:
            return ""
        block = "hanse-select" if name == "ecl-select" else name
        sized = "" if name == "hanse-file" else f" {block}--{width if width in WIDTHS else 'm'}"
        return f"{name}{sized}" + (f" {name}--invalid" if self.errors else "")

    def _make_native(self, widget: forms.Widget) -> None:
        """The browser's own date and time inputs; plain text again where a browser would drop what was typed."""
        typed = self.value()
        if type(widget) is forms.DateInput:
            widget.input_type, widget.format = ("date", "%Y-%m-%d") if _reads(typed, date) else ("text", None)
        if type(widget) is forms.TimeInput:
            widget.input_type = "time" if _reads(typed, time) else "text"
            widget.format = "%H:%M:%S" if getattr(typed, "second", 0) else "%H:%M"


def _reads(typed: object, kind: type[date] | type[time]) -> bool:
    if not isinstance(typed, str) or not typed:
        return True
    try:
        kind.fromisoformat(typed)
    except ValueError:
        return False
    return True


class Renderer(TemplatesSetting):
    """Renders forms by the templates of the site, ours before Django's."""

    form_template_name = "ui/form_fields.html"
    formset_template_name = "ui/formset.html"
    field_template_name = "ui/field.html"
    bound_field_class = Field

    def get_template(self, template_name: str) -> Template:
        """Our template of a widget where there is one."""
        if template_name.startswith(WIDGETS):
            name = template_name.removeprefix(WIDGETS).removesuffix(".html")
            if name in OURS:
                template_name = f"ui/widgets/{name}.html"
        return get_template(template_name)  # type: ignore[return-value]


@dataclass(frozen=True)
class Fault:
    """One thing that needs attention.

    Attributes:
        label: of the field; empty when it concerns the form as a whole.
        text: what is wrong.
        anchor: id of the input; empty when it concerns the form as a whole.
    """

    label: str
    text: str
    anchor: str


def faults_of(form: "BaseForm | BaseFormSet[Any]") -> Iterator[Fault]:
    """What is wrong with a form, in the order of its fields; first what concerns the whole."""
    if isinstance(form, BaseFormSet):
        for text in form.non_form_errors() if form.is_bound else ():
            yield Fault("", str(text), "")
        for part in form.forms:
            yield from faults_of(part)
        return
    for text in form.non_field_errors():
        yield Fault("", str(text), "")
    for bound in form.hidden_fields():
        for text in bound.errors:
            yield Fault("", f"{bound.label}: {text}", "")
    for bound in form.visible_fields():
        for text in bound.errors:
            yield Fault(str(bound.label), str(text), getattr(bound, "anchor", bound.auto_id))
