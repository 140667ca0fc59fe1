"""What Python's format() gives.

In: a JSON list of [kind, value, conversion, spec] on standard input; a float is the integer of its
64 bits, so that nothing is lost on the way. Out: a JSON list of texts; null where a value of that
type cannot be formatted (the text cannot be stored, or the code point does not exist), false where
the specification is refused for every value.
"""

import json
import struct
import sys


def value_of(kind, value):
    if value is None:
        return None
    if kind == "float":
        return struct.unpack("<d", struct.pack("<Q", value))[0]
    return {"int": int, "text": str, "bool": bool}[kind](value)


def text_of(kind, value, conversion, spec):
    value = value_of(kind, value)
    if conversion is not None:
        value = {"s": str, "r": repr, "a": ascii}[conversion](value)
    try:
        text = format(value, spec)
    except (TypeError, OverflowError):
        return None
    except ValueError:
        return False
    storable = not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)
    return text if storable else None


json.dump([text_of(*case) for case in json.load(sys.stdin)], sys.stdout)
