"""How the bytes of a sealed application are kept: compressed, and so that a change of any byte of it is seen.

What is compressed can be written in more ways than one: some of its bits say nothing. So its digest stands behind it.
"""

import zlib
from hashlib import sha256

LEVEL = 6


def packed(content: bytes) -> bytes:
    """A content compressed, and behind it the SHA-256 of what that came to."""
    stream = zlib.compress(content, LEVEL)
    return stream + sha256(stream).digest()


def unpacked(body: bytes | memoryview) -> bytes:
    """The content again; whether it is the right one, the digest tells by which it is known.

    Raises:
        zlib.error: if it was damaged so that it cannot be read.
    """
    return zlib.decompress(bytes(body))


def is_as_packed(body: bytes | memoryview) -> bool:
    """Whether no byte of it was changed. What was packed before digests stood behind is taken as it is."""
    kept, reading = bytes(body), zlib.decompressobj()
    try:
        reading.decompress(kept)
    except zlib.error:
        return False
    behind = reading.unused_data
    stream = kept.removesuffix(behind)
    return reading.eof and behind in (b"", sha256(stream).digest())
