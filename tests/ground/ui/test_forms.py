"""Forms in the markup of the design system: nothing typed is lost, each fault leads to its field, all is escaped."""

import re
from datetime import date, time
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import formset_factory
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict

from hanse.ground.ui.forms import faults_of

HOSTILE = "\"'><script>alert(1)</script><b>"


class Registration(forms.Form):
    name = forms.CharField(label="Name", max_length=20, help_text="As in the statutes.")
    email = forms.EmailField(label="Email", required=False)
    country = forms.ChoiceField(label="Country", choices=[("", "Choose"), ("BE", "Belgium"), ("DK", "Denmark")])
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Cluster"), ("b", "Network")], widget=forms.RadioSelect)
    sectors = forms.MultipleChoiceField(
        label="Sectors",
        choices=[("Near", [("a", "Food")]), ("Far", [("b", "Energy"), ("c", "Health")])],
        widget=forms.CheckboxSelectMultiple,
        help_text="At least one.",
    )
    founded = forms.DateField(label="Founded")
    opens = forms.TimeField(label="Opens", widget=forms.TimeInput(attrs={"type": "time"}))
    summary = forms.CharField(label="Summary", widget=forms.Textarea(attrs={"width": "full", "rows": 4}))
    agreed = forms.BooleanField(label="I act for it")
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("name") == "Nobody":
            raise forms.ValidationError("Nobody may not register.")
        return self.cleaned_data


class Page(HTMLParser):
    """Elements of a page with their attributes, and the text within each id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.twice: list[tuple[str, list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.twice.append((tag, names))
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attributes
            for found, attributes in self.elements
            if found == tag and all(attributes.get(name) == value for name, value in wanted.items())
        ]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.elements if "id" in attributes]


def shown(form: forms.Form, **words: Any) -> tuple[str, Page]:
    text = render_to_string("ui/form.html", {"form": form, "csrf_token": "token", **words})
    return text, Page(text)


GOOD = {
    "name": "Danish Food",
    "country": "DK",
    "kind": "b",
    "sectors": ["a", "c"],
    "founded": "2001-02-03",
    "opens": "09:30",
    "summary": "Food.",
    "agreed": "on",
}


def test_what_was_typed_is_shown_again_and_nothing_of_it_is_markup() -> None:
    typed = {
        **GOOD,
        "name": HOSTILE,
        "summary": HOSTILE,
        "email": HOSTILE,
        "key": HOSTILE,
        "founded": HOSTILE,
        "country": HOSTILE,
    }
    form = Registration(typed)
    assert not form.is_valid()

    text, page = shown(form)

    for field in ("name", "email", "key", "founded"):
        assert [found["value"] for found in page.all("input", name=field)] == [HOSTILE], field
    assert "<script" not in text
    assert not page.all("b")
    assert [found["value"] for found in page.all("input", name="sectors") if "checked" in found] == ["a", "c"]
    assert [found["value"] for found in page.all("input", name="kind") if "checked" in found] == ["b"]
    assert page.all("input", name="opens")[0]["value"] == "09:30"


def test_each_line_of_the_error_summary_leads_to_a_field_that_says_so() -> None:
    form = Registration({})
    assert not form.is_valid()
    text, page = shown(form)

    links = [found["href"] for found in page.all("a") if (found.get("href") or "").startswith("#")]
    assert links == [
        "#id_name",
        "#id_country",
        "#id_kind_0",
        "#id_sectors_0_0",
        "#id_founded",
        "#id_opens",
        "#id_summary",
        "#id_agreed",
    ]
    inputs = {found.get("id"): found for tag, found in page.elements if tag in ("input", "select", "textarea")}
    for link in links:
        assert link is not None
        assert link[1:] in inputs
    for name in ("name", "country", "founded", "opens", "summary", "agreed"):
        attributes = inputs[f"id_{name}"]
        assert attributes["aria-invalid"] == "true", name
        assert f"id_{name}_error" in (attributes["aria-describedby"] or "").split(), name
    assert "8 things need your attention" in text


def test_every_id_that_is_referred_to_is_there_once() -> None:
    for form in (Registration(), Registration({}), Registration(GOOD)):
        _, page = shown(form)
        assert len(page.ids) == len(set(page.ids))
        referred = {
            one
            for _, attributes in page.elements
            for name in ("for", "aria-describedby", "aria-labelledby")
            for one in (attributes.get(name) or "").split()
        }
        assert referred <= set(page.ids)
        assert page.twice == []


def test_every_input_has_a_name_that_can_be_heard() -> None:
    _, page = shown(Registration(initial={"key": "k"}))
    labelled = {found["for"] for found in page.all("label")}
    for tag, found in page.elements:
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            assert found["id"] in labelled, found
    assert len(page.all("fieldset")) == len(page.all("legend")) == 2


def test_a_fault_of_the_whole_form_is_told_without_a_link() -> None:
    form = Registration({**GOOD, "name": "Nobody"})
    form.is_valid()
    assert [(fault.label, fault.text, fault.anchor) for fault in faults_of(form)] == [
        ("", "Nobody may not register.", "")
    ]
    text, page = shown(form)
    assert "One thing needs your attention" in text
    assert not page.all("a")


def test_a_form_without_faults_has_no_summary() -> None:
    assert "attention" not in shown(Registration())[0]
    assert "attention" not in shown(Registration(GOOD))[0]


@pytest.mark.parametrize(
    ("typed", "type_", "value"),
    [(date(2001, 2, 3), "date", "2001-02-03"), ("2001-02-03", "date", "2001-02-03"), ("3 May", "text", "3 May")],
)
def test_a_date_input_is_native_unless_that_would_drop_what_was_typed(typed: Any, type_: str, value: str) -> None:
    form = Registration({"founded": typed}) if isinstance(typed, str) else Registration(initial={"founded": typed})
    (found,) = shown(form)[1].all("input", name="founded")
    assert (found["type"], found["value"]) == (type_, value)


def test_a_time_input_shows_seconds_if_there_are_any() -> None:
    for told, value in ((time(16, 59), "16:59"), (time(16, 59, 30), "16:59:30")):
        (found,) = shown(Registration(initial={"opens": told}))[1].all("input", name="opens")
        assert (found["type"], found["value"]) == ("time", value)


def test_a_form_with_a_file_says_so_and_keeps_its_own_words() -> None:
    class Upload(forms.Form):
        statutes = forms.FileField(label="Statutes")

    text, page = shown(
        Upload({}, MultiValueDict({"statutes": [SimpleUploadedFile("a.txt", b"a")]})),
        submit="Send",
        cancel="/back",
        action="/up",
    )
    (form,) = page.all("form")
    assert (form["enctype"], form["method"], form["action"]) == ("multipart/form-data", "post", "/up")
    assert "Send" in text
    assert page.all("a", href="/back")
    assert page.all("input", name="csrfmiddlewaretoken")[0]["value"] == "token"


def test_a_form_that_only_asks_carries_no_token() -> None:
    _, page = shown(Registration(), method="get")
    assert page.all("form")[0]["method"] == "get"
    assert not page.all("input", name="csrfmiddlewaretoken")


def test_optional_fields_say_so() -> None:
    text, _ = shown(Registration())
    assert re.findall(r'for="id_(\w+)"[^<]*>[^<]*</label><span class="ecl-form-label__optional">', text) == ["email"]


def test_a_set_of_forms_shows_each_and_tells_all_faults() -> None:
    class Member(forms.Form):
        name = forms.CharField(label="Name")

    members = formset_factory(Member, extra=2, validate_min=True, min_num=2)
    formset = members({"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-name": HOSTILE, "form-1-name": ""})
    assert not formset.is_valid()

    text = Template("{% error_summary formset %}{{ formset }}").render(Context({"formset": formset}))

    page = Page(text)
    assert page.all("a", href="#id_form-1-name")
    assert page.all("input", name="form-0-name")[0]["value"] == HOSTILE
    assert page.all("input", name="form-TOTAL_FORMS")
    assert "<script" not in text


def test_a_request_of_the_page_itself_is_not_needed() -> None:
    request = RequestFactory().get("/")
    assert "<form" in render_to_string("ui/form.html", {"form": Registration(), "request": request})
