"""JSON for output, as fast as what is installed allows."""

import json
from collections.abc import Callable
from typing import Any

from hanse.core.values.digest import plain


def json_encoder() -> Callable[[Any], bytes]:
    """The fast encoder of the `bulk` extra where installed, else the standard one; both write the same values.

    Core values take their canonical form: an amount is text, not a table of its fields.
    """
    return json_writers()[0]


def json_writers() -> tuple[Callable[[Any], bytes], Callable[[Any], Any]]:
    """The encoder, and what it has for a part that stands in many values: the part written once, or as it was."""
    try:
        import orjson
    except ImportError:
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=plain).encode
        return lambda table: encode(table).encode(), lambda part: part
    dumps, own_forms = orjson.dumps, orjson.OPT_PASSTHROUGH_DATACLASS

    def write(table: Any) -> bytes:
        return dumps(table, default=plain, option=own_forms)

    return write, lambda part: orjson.Fragment(write(part))
