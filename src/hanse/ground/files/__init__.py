"""Files under the digest of their content, on disk or in a bucket: the same content is kept once and never changes.

    stored = files.keep(upload, allowed=files.DOCUMENTS, most_bytes=10 << 20, kept_by=user, at=now)
    with files.opened(stored) as content: ...

What a file is, its content says. A file that is too large, of another type, or not what its name says is `Refused`,
with words for the person who uploaded it. The name a file had belongs to what refers to it, not to the content.
"""

from hanse.ground.files.keeping import Refused, found, is_whole, keep, opened
from hanse.ground.files.types import DOCUMENTS, SHEETS, TABLES

__all__ = ["DOCUMENTS", "SHEETS", "TABLES", "Refused", "found", "is_whole", "keep", "opened"]
