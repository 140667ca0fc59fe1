"""Validates mappings with the JSON Schema of `obscore-view schema`.

Standard input is {"schema": …, "right": [texts], "wrong": [texts]}; the answer has for each text null
or the first error. Needs the package jsonschema.
"""

import datetime
import json
import sys

import jsonschema
import yaml


def plain(value):
    """YAML's dates as editors see them: texts."""
    match value:
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case datetime.date():
            return value.isoformat()
    return value


question = json.load(sys.stdin)
kind = jsonschema.Draft202012Validator
kind.check_schema(question["schema"])
validator = kind(question["schema"])


def first_error(text):
    error = jsonschema.exceptions.best_match(validator.iter_errors(plain(yaml.safe_load(text))))
    return error and f"{error.json_path}: {error.message}"


json.dump({name: [first_error(t) for t in question[name]] for name in ("right", "wrong")}, sys.stdout)
