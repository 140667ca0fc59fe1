"""What Python makes of format strings.

Standard input is a JSON list of templates. For each the answer is null when Python refuses it for
every value, or a list of parts: text, or [name, path, conversion, specification].
"""

import _string
import json
import string
import sys


class Anything:
    """A value with every attribute and item, which formats as itself."""

    def __init__(self, value):
        self.value = value

    def __getattr__(self, name):
        return self

    def __getitem__(self, name):
        return self

    def __format__(self, specification):
        # The specification must be legal for a text, an integer or a float.
        for value in ("x", 65, 1.5):
            try:
                return format(value, specification)
            except (ValueError, OverflowError):
                continue
        raise ValueError(specification)

    def __str__(self):
        return "x"


class Everything(dict):
    def __missing__(self, name):
        return Anything(name)


def parts(template):
    found = []
    for literal, name, specification, conversion in string.Formatter().parse(template):
        if literal:
            if found and isinstance(found[-1], str):
                found[-1] += literal
            else:
                found.append(literal)
        if name is None:
            continue
        first, rest = _string.formatter_field_name_split(name)
        if first == "" or isinstance(first, int):
            return "positional"
        if "{" in specification:
            return "nested"
        path = [["." if attribute else "[", str(item)] for attribute, item in rest]
        found.append([first, path, conversion, specification])
    return found


def answer(template):
    try:
        result = parts(template)
        if isinstance(result, list):
            string.Formatter().vformat(template, (), Everything())
        return result
    except (ValueError, KeyError, IndexError, AttributeError):
        return None


json.dump([answer(template) for template in json.load(sys.stdin)], sys.stdout)
