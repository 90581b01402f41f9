"""Keeping and opening files."""

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django.core.files import File
from django.core.files.storage import default_storage

from hanse.ground.files.types import UNKNOWN, in_words, promised, sniff

if TYPE_CHECKING:
    from hanse.ground.files.models import StoredFile

PIECE = 1 << 20


class Refused(Exception):
    """A file that is not taken; the message tells its owner what is wrong and what to do."""


def keep(
    upload: "File[bytes]", *, allowed: frozenset[str], most_bytes: int, kept_by: Any = None, at: datetime
) -> "StoredFile":
    """Keep an uploaded file under its digest.

    Args:
        allowed: media types, from `hanse.ground.files.types`.

    Raises:
        Refused: if it is empty, too large, of a type that is not allowed, or not what its name says.
    """
    from hanse.ground.files.models import StoredFile  # models load after this package

    name = _shown(upload.name or "the file")
    if not upload.size:
        raise Refused(f"{name} is empty. Choose it again, from your own device rather than a shared drive.")
    if upload.size > most_bytes:
        raise Refused(f"{name} has {_size(upload.size)}; at most {_size(most_bytes)} are allowed. Make it smaller.")
    content = cast("BinaryIO", upload.file or upload)
    found, said = sniff(content), promised(upload.name or "")
    choice = " or ".join(sorted(in_words(kind) for kind in allowed))
    if found not in allowed:
        what = "of a type that is not known here" if found == UNKNOWN else in_words(found)
        but = f", although its name promises {in_words(said)}" if said in allowed else ""
        raise Refused(f"{name} is {what}{but}. Choose {choice}.")
    if said and said != found:
        raise Refused(f"{name} is {in_words(found)}, although its name promises {in_words(said)}. Rename it.")
    digest, size = _digest_of(content)
    stored, _ = StoredFile.objects.get_or_create(
        digest=digest, defaults={"size": size, "media_type": found, "kept_by": kept_by, "kept_at": at}
    )
    if not is_whole(stored):
        default_storage.delete(stored.path)  # what a full disk has left of it
        content.seek(0)
        written = default_storage.save(stored.path, File(content))
        if written != stored.path:  # somebody kept the same content at the same moment
            default_storage.delete(written)
    return stored


def found(digest: str) -> "StoredFile | None":
    """What is kept under a digest. Whoever asks has to know that the person may have it."""
    from hanse.ground.files.models import StoredFile

    return StoredFile.objects.filter(digest=digest).first()


def is_whole(stored: "StoredFile") -> bool:
    """Whether the storage has a file of its size; whether it is the same, only reading it would tell."""
    return default_storage.exists(stored.path) and default_storage.size(stored.path) == stored.size


def opened(stored: "StoredFile") -> BinaryIO:
    """The content, to be read and closed.

    Raises:
        FileNotFoundError: if the storage has lost it.
    """
    return cast("BinaryIO", default_storage.open(stored.path))


def _digest_of(content: BinaryIO) -> tuple[str, int]:
    content.seek(0)
    running, size = sha256(), 0
    while piece := content.read(PIECE):
        running.update(piece)
        size += len(piece)
    return running.hexdigest(), size


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:100]


def _size(count: int) -> str:
    return f"{count / (1 << 20):.1f} MB" if count >= 1 << 20 else f"{max(1, round(count / 1024))} kB"
