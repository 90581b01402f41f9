"""Whether a site has kept what it answered: every receipt, no other, none twice, and everything proves itself.

Run: python bench/submission_proof.py NOTES.jsonl ... [--taken FILE] [--saved FILE]
with the settings of the site in the environment
"""

import argparse
import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import django

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

if __name__ == "__main__":  # run by itself it is the one that sets Django up
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.site.settings")
    django.setup()

from bench.mail_sink import sign_of  # noqa: E402 -- scripts are run by path, so the folder has to be named first
from bench.offering import digest_of  # noqa: E402

from hanse.ground.outbox.models import Message  # noqa: E402
from hanse.stages.consortia.models import Seat  # noqa: E402
from hanse.stages.proposals.models import Text, TextVersion  # noqa: E402
from hanse.stages.submission.models import Package, Receipt, Standing  # noqa: E402
from hanse.stages.submission.queries.verification import verify_all  # noqa: E402

Notes = list[dict[str, Any]]


def faults_of(notes: Notes, *, all_answered: bool) -> list[str]:
    """What is wrong; nothing, if all is well.

    Args:
        notes: what each attempt got, as `bench/offering.py` wrote them.
        all_answered: whether everybody waited for an answer; else what was sent and not answered may be there or not.
    """
    return [*_of_answers(notes, all_answered=all_answered), *_of_letters(), *_of_rows()]


def _of_answers(notes: Notes, *, all_answered: bool) -> list[str]:
    faults = []
    kept = {
        (ref, key): (number, document)
        for ref, key, number, document in Receipt.objects.values_list("proposal__ref", "key", "number", "document")
    }
    for note in notes:
        who = f"{note['ref']}, attempt {note['key']}"
        known = kept.pop((note["ref"], note["key"]), None)
        if note["status"] not in (201, 409):
            if all_answered:
                faults.append(f"{who}: no receipt, {note['status']}: {note['errors'][-1:]}")
            continue
        if known is None:
            faults.append(f"{who}: its receipt {note['number']} is not in the database")
        elif known[0] != note["number"] or digest_of(known[1]) != note["document"]:
            faults.append(f"{who}: the database has another receipt than was answered")
        if note["twice"] and note["twice"] != note["document"]:
            faults.append(f"{who}: sent twice, it got two different receipts")
    faults += [f"{ref}: receipt {number} of {key} was asked by nobody" for (ref, key), (number, _) in kept.items()]
    return faults


def _of_letters() -> list[str]:
    """One letter to each member for every act that was accepted, to whoever made it for one refused; no other."""
    members = Counter(Seat.objects.filter(state=Seat.State.ACCEPTED).values_list("consortium__ref", flat=True))
    due: Counter[str] = Counter()
    for number, ref, outcome in Receipt.objects.values_list("number", "proposal__ref", "outcome"):
        due[number] = members[ref] if outcome == Receipt.Outcome.ACCEPTED else 1
    found: Counter[str] = Counter()
    dead = 0
    for body, state in Message.objects.filter(purpose="submission").values_list("body", "state").iterator():
        found[body.partition("Receipt ")[2].partition(",")[0]] += 1
        dead += state == Message.State.DEAD
    wrong = sorted(number for number in due | found if due[number] != found[number])
    faults = [f"receipt {number}: {found[number]} letters instead of {due[number]}" for number in wrong]
    return faults + ([f"{dead} letters were given up"] if dead else [])


def _of_rows() -> list[str]:
    """Everything that `hanse verify` looks at, and that every package has its one receipt."""
    faults = [f"{what}: {fault}" for what, _, fault in verify_all() if fault]
    sealed = Counter(Receipt.objects.filter(package__isnull=False).values_list("package", flat=True))
    packages = set(Package.objects.values_list("pk", flat=True))
    faults += [f"package {digest} has {sealed[digest]} receipts" for digest in packages if sealed[digest] != 1]
    return faults


def _of_mail(taken: list[tuple[str, str, int]]) -> tuple[list[str], int]:
    """What is wrong between the letters of the database and those that the mail server took; how many came again."""
    came: dict[str, Counter[str]] = defaultdict(Counter)
    for letter, said, times in taken:
        came[letter][said] += times
    faults, again = [], 0
    for message in Message.objects.iterator():
        letters = came.pop(f"outbox-{message.pk}", Counter())
        times = letters.pop(sign_of(message.to, message.subject, message.body), 0)
        again += max(0, times - 1)
        if letters:
            faults.append(f"letter {message.pk} was sent with another text")
        if not times:
            faults.append(f"letter {message.pk} did not come; the database says {message.state}")
        elif message.state != Message.State.SENT:
            faults.append(f"letter {message.pk} came; the database says {message.state}")
    return faults + [f"{letter} came and is not in the database" for letter in came], again


def _of_texts(saved: list[tuple[str, int, str]]) -> list[str]:
    """Every text that was confirmed is there, or a later one, and each is what its newest version says."""
    faults = []
    kept = {ref: (version, value) for ref, version, value in Text.objects.filter(key="summary").values_list(
        "proposal__ref", "version", "value"
    )}  # fmt: skip
    for ref, version, value in saved:
        now, text = kept[ref]
        if now < version or (now == version and text != value):
            faults.append(f"{ref}: the summary of version {version} was confirmed and is not there")
    newest = {
        (proposal, key): (number, value)
        for proposal, key, number, value in TextVersion.objects.filter(number__isnull=False)
        .order_by("number")
        .values_list("proposal", "key", "number", "value")
        .iterator()
    }
    for proposal, key, version, value in Text.objects.values_list("proposal", "key", "version", "value"):
        if newest[proposal, key] != (version, value):
            faults.append(f"application {proposal}, {key}: the text is not that of its newest version")
    return faults


def main() -> None:
    """Tell what is wrong, and what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notes", nargs="+", type=Path, metavar="NOTES.jsonl")
    parser.add_argument("--taken", type=Path, metavar="FILE", help="letters that a mail server took")
    parser.add_argument("--saved", type=Path, metavar="FILE", help="texts that were confirmed")
    arguments = parser.parse_args()
    faults = faults_of([note for path in arguments.notes for note in _lines(path)], all_answered=True)
    again = 0
    if arguments.taken:
        wrong, again = _of_mail(list(_lines(arguments.taken)))
        faults += wrong
    if arguments.saved:
        faults += _of_texts(list(_lines(arguments.saved)))
    told = {
        "faults": len(faults),
        "first": faults[:10],
        "receipts": Receipt.objects.count(),
        "counting": Standing.objects.count(),
        "letters": Message.objects.count(),
        "sent_again": again,
    }
    print(json.dumps(told))


def _lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text().splitlines()]


if __name__ == "__main__":
    main()
