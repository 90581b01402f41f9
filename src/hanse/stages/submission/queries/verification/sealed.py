"""What was sealed: applications, files, and the packages that name them."""

from hashlib import sha256

from django.db.models import Count

from hanse.core.submission.documents import APPLICATION, File, faults_in_package
from hanse.core.values.digest import digest
from hanse.ground import files
from hanse.ground.files.models import StoredFile
from hanse.stages.submission.models import Content, Package, Receipt
from hanse.stages.submission.queries.packing import is_as_packed, unpacked
from hanse.stages.submission.queries.verification.rows import AT_ONCE, Held, each

PIECE = 1 << 20


def contents() -> Held:
    """Every sealed application is the one with its digest, and kept as it was packed."""
    rows = Content.objects.order_by("digest").iterator(chunk_size=AT_ONCE)
    return each(rows, lambda content: f"Sealed application {content.digest}", _of_content)


def _of_content(content: Content) -> str:
    if not is_as_packed(content.body):
        return "its bytes were changed."
    body = unpacked(content.body)
    if sha256(body).hexdigest() != content.digest or len(body) != content.size:
        return "its content is not the one with this digest."
    return ""


def stored_files() -> Held:
    """Every file is where it was kept, and the one with its digest."""
    rows = StoredFile.objects.order_by("digest").iterator(chunk_size=AT_ONCE)
    return each(rows, lambda stored: f"File {stored.digest}", _of_file)


def _of_file(stored: StoredFile) -> str:
    told, size = sha256(), 0
    try:
        with files.opened(stored) as content:
            while piece := content.read(PIECE):
                told.update(piece)
                size += len(piece)
    except FileNotFoundError:
        return "the storage has lost it."
    except OSError as wrong:
        return f"the storage cannot read it: {wrong.strerror or wrong}."
    if told.hexdigest() != stored.digest:
        return "its content was changed."
    if size != stored.size:
        return f"it has {size} bytes, and its row says {stored.size}."
    return ""


def packages() -> Held:
    """Every package is as its manifest says, has its application and its files, and one receipt."""
    gone = Receipt.objects.filter(package__isnull=False).exclude(package__in=Package.objects.values("digest"))
    lost = gone.order_by("position").values_list("package", "number").first()
    if lost is not None:
        return 0, f"Package {lost[0]}: receipt {lost[1]} names it, and it is missing."
    empty = Package.objects.exclude(content__in=Content.objects.values("digest")).order_by("digest").first()
    if empty is not None:
        return 0, f"Package {empty.digest}: the application that was sealed in it is missing."
    counted = Receipt.objects.filter(package__isnull=False).order_by().values_list("package")
    sealed: dict[str, int] = dict(counted.annotate(n=Count("pk")))
    sizes = dict(StoredFile.objects.values_list("digest", "size"))

    def fault_of(package: Package) -> str:
        if digest(package.manifest) != package.digest:
            return "its manifest was changed."
        if sealed.get(package.digest, 0) != 1:
            return f"it has {sealed.get(package.digest, 0)} receipts instead of one."
        body = unpacked(package.content.body)
        there = {APPLICATION: File(package.content_id, len(body))}
        for annex in package.manifest["annexes"]:
            if annex["sha256"] in sizes:
                there[annex["path"]] = File(annex["sha256"], sizes[annex["sha256"]])
        faults = faults_in_package(package.manifest, there, body)
        return f"{faults[0]}." if faults else ""

    rows = Package.objects.order_by("digest").select_related("content").iterator(chunk_size=AT_ONCE)
    return each(rows, lambda package: f"Package {package.digest}", fault_of)
