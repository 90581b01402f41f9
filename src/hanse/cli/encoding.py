"""JSON for output, as fast as what is installed allows."""

import json
from collections.abc import Callable
from typing import Any

from hanse.core.values.digest import plain


def json_encoder() -> Callable[[Any], bytes]:
    """The fast encoder of the `bulk` extra where installed, else the standard one; both write the same values.

    Core values take their canonical form: an amount is text, not a table of its fields.
    """
    try:
        import orjson
    except ImportError:
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=plain).encode
        return lambda table: encode(table).encode()
    dumps, own_forms = orjson.dumps, orjson.OPT_PASSTHROUGH_DATACLASS
    return lambda table: dumps(table, default=plain, option=own_forms)
