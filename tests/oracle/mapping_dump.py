"""What Butler's models make of mappings.

Standard input is a JSON list of YAML texts. For each the answer is {"error": text} or the dump of
`ObsCoreManagerConfig` (when the file has `collection_type`) or `ExporterConfig`, in the normal form
that the test also gives to our model: absent and empty are alike, floats are their bits.
"""

import datetime
import enum
import json
import math
import struct
import sys

from lsst.daf.butler import Config
from lsst.daf.butler.queries.expressions.parser import parse_expression
from lsst.daf.butler.registry.obscore import ObsCoreManagerConfig
from lsst.dax.obscore import ExporterConfig

PGSPHERE = "lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin"


def normal(value):
    match value:
        case enum.Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case float() if math.isnan(value):
            return {"bits": "7ff8000000000000"}
        case float():
            return {"bits": struct.pack(">d", value).hex()}
        case datetime.datetime():
            if value.tzinfo is not None:
                value = value.astimezone(datetime.UTC).replace(tzinfo=None)
            return value.isoformat(timespec="microseconds")
        case datetime.date():
            return value.isoformat()
        case dict():
            return {key: normal(item) for key, item in value.items()}
        case list() | tuple():
            return [normal(item) for item in value]
        case set() | frozenset():
            return sorted(value)
    raise TypeError(value)


def columns(value):
    found = normal(value or {})
    for column in found.values():
        # A length below one is warned about, and ignored.
        if isinstance(column, dict) and column.get("length") is not None and column["length"] < 1:
            column["length"] = None
    return found


def constraint(value):
    expression = None
    try:
        expression = parse_expression(value["where"])
        empty = expression is None
    except Exception:
        empty = False
    bind = {k: v if isinstance(v, list) else [v] for k, v in value["bind"].items()}
    return {"empty": empty, "bind": normal(bind), "extra_dims": sorted(value["extra_dims"])}


def dump(model):
    found = {}
    for key, value in model.model_dump().items():
        match key:
            case "collections":
                value = value or []
            case "extra_columns":
                value = columns(value)
            case "indices":
                value = {k: [v] if isinstance(v, str) else v for k, v in (value or {}).items()}
            case "spatial_plugins":
                value = [
                    [
                        p["config"].get("region_column", "pgsphere_region"),
                        p["config"].get("position_column", "pgsphere_position"),
                    ]
                    for p in value.values()
                    if p["cls"] == PGSPHERE
                ]
            case "dataset_types":
                value = {
                    name: {**normal(block), "extra_columns": columns(block["extra_columns"])}
                    for name, block in value.items()
                }
            case "where":
                value = constraint(value)
            case "dataset_type_constraints":
                value = {name: [constraint(c) for c in items] for name, items in value.items()}
            case "collection_type":
                value = value.value
            case _:
                value = normal(value)
        found[key] = value
    return found


def answer(text):
    try:
        config = Config.fromYaml(text.encode())
        kind = ObsCoreManagerConfig if "collection_type" in config else ExporterConfig
        return dump(kind.model_validate(config))
    except (Exception, RecursionError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([answer(text) for text in json.load(sys.stdin)], sys.stdout)
