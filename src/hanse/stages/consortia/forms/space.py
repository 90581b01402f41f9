"""What members write in the space of their consortium."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from hanse.ground.accounts.models import User
from hanse.ground.ui.uploads import FileForm, upload_field
from hanse.stages.consortia.models import Seat, Task
from hanse.stages.registry.forms.fields import Line, Text

EVERYBODY = "everybody"
UNREACHABLE = "Say how this person can be reached: give an e-mail address or a phone number."


class ContactForm(forms.Form):
    """A person to talk to at a member."""

    name = Line(label="Name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    function = Line(label="Function", max_length=200, required=False, help_text="For example: project manager.")
    email = forms.EmailField(
        label="E-mail address", max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    phone = Line(
        label="Phone number",
        max_length=40,
        required=False,
        help_text="With the country code, for example +39 010 555 01 23.",
        validators=[
            RegexValidator(
                r"^\+?[\d\s()./x-]{3,40}$", "This is no phone number; expected for example +39 010 555 01 23."
            )
        ],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    main = forms.BooleanField(
        label="Main contact of this member",
        required=False,
        help_text="Every member has one: the first contact, until another one is chosen.",
    )
    based_on = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Ask for a way to reach the person."""
        data = super().clean() or {}
        if not self.errors and not data.get("email") and not data.get("phone"):
            self.add_error("email", UNREACHABLE)
        return data


class TaskForm(forms.Form):
    """Something to do before the deadline."""

    title = Line(label="What is to do", max_length=200)
    text = Text(
        label="Details", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4, "width": "l"})
    )
    due_on = forms.DateField(
        label="By",
        required=False,
        error_messages={"invalid": "This is no day; expected for example 2020-11-30."},
    )
    who = forms.ChoiceField(label="Who does it", initial=EVERYBODY)
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        seats: Sequence[Seat],
        people: Mapping[int, Sequence[User]],
        deadline: str = "",
        task: Task | None = None,
        **kwargs: Any,
    ) -> None:
        """Take who may be named: members and the people who act for them, and who was named so far."""
        super().__init__(*args, **kwargs)
        named: list[tuple[str, Any]] = [(EVERYBODY, "Everybody")]
        for seat in seats:
            anybody = (f"{seat.pk}", f"{seat.organisation.name}, whoever it is")
            persons = [(f"{seat.pk}-{person.pk}", str(person.name or person.email)) for person in people[seat.pk]]
            named.append((seat.organisation.name, [anybody, *persons]))
        if task is not None and task.seat is not None:
            so_far = value_of(task)
            offered = {value for _, group in named[1:] for value, _ in group}
            if so_far not in offered:
                name = task.seat.organisation.name
                label = name if task.person is None else f"{task.person.name}, {name}"
                named.insert(1, (so_far, f"{label} (as it was)"))
        choice = self.fields["who"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        choice.choices = named
        self.fields["due_on"].help_text = deadline

    def responsible(self) -> tuple[int | None, int | None]:
        """The numbers of the seat and of the person that were chosen."""
        chosen = self.cleaned_data["who"]
        if chosen == EVERYBODY:
            return None, None
        seat, _, person = chosen.partition("-")
        return int(seat), int(person) if person else None


def value_of(task: Task) -> str:
    """Who does a task, as the form names it."""
    if task.seat_id is None:
        return EVERYBODY
    return f"{task.seat_id}" if task.person_id is None else f"{task.seat_id}-{task.person_id}"


class MessageForm(forms.Form):
    """Words to all members."""

    text = Text(
        label="Your message to all members",
        max_length=10_000,
        help_text="The others are told by e-mail that you wrote, each at most once an hour, however much is written.",
        error_messages={"required": "Write a message."},
        widget=forms.Textarea(attrs={"rows": 4, "width": "l"}),
    )


class ShareForm(FileForm):
    """A file for all members."""

    file = upload_field(
        "File", "PDF, Word, OpenDocument, Excel, PNG, JPEG or plain text (also CSV, TOML, JSON), at most 20 MB."
    )
    note = Line(label="What it is", max_length=300, required=False, widget=forms.TextInput(attrs={"width": "l"}))
