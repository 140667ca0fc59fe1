"""Random VOTables as astropy writes them, with what astropy reads from them.

In, as JSON on stdin: `folder`, `seed`, `count`. Out, as JSON: for each file its name, the attributes
of its columns and its cells: null, booleans, integers as "i…", single and double precision as their
bits ("f…", "d…"), text as "s…", arrays as lists. Every third file is then rewritten without changing
what it says: another encoding, a prefix for the namespace, comments and CDATA. With `stilts`, STILTS
copies each table in every serialization, and those copies are answered instead.
"""

import json
import random
import re
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
from astropy.io.votable import parse
from astropy.io.votable.tree import Field, Resource, TableElement, Values, VOTableFile

warnings.simplefilter("ignore")

INTS = {"unsignedByte": (0, 255), "short": (-(2**15), 2**15 - 1), "int": (-(2**31), 2**31 - 1),
        "long": (-(2**63), 2**63 - 1)}  # fmt: skip
FLOATS = ("float", "double", "floatComplex", "doubleComplex")
SIZES = (None, "1", "2", "3x2", "*", "7*")
VARIABLE = ("2x*", "5x2x*")
LETTERS = "abcXYZ <>&\"'0.;%=/+\t"
FOREIGN = LETTERS + "äßéÅøñ"


def number(rng, datatype):
    """A value of a numeric type, often at its edge."""
    if datatype in INTS:
        low, high = INTS[datatype]
        # The lowest value stands for null where one is needed.
        return rng.choice([rng.randint(low + 1, high), low + 1, high, 0 if low < 0 else 7])
    if datatype == "boolean":
        return rng.random() < 0.5
    if datatype == "bit":
        return rng.random() < 0.5
    real = rng.choice([rng.uniform(-1, 1) * 10 ** rng.randint(-30, 30), 0.0, -0.0, 1.5, float("inf"), float("-inf"),
                       float("nan"), 5e-324, 1.7976931348623157e308])  # fmt: skip
    if "float" in datatype:
        with np.errstate(over="ignore"):
            real = float(np.float32(real))
    if "Complex" in datatype:
        # astropy writes a complex NaN as one number, which it cannot read.
        real = 0.25 if np.isnan(real) else real
        return complex(real, rng.uniform(-5, 5))
    return real


def text(rng, datatype, length):
    letters = FOREIGN if datatype == "unicodeChar" else LETTERS
    word = "".join(rng.choice(letters) for _ in range(length))
    return word.strip() or "x"


def column(rng, votable, index, sizes):
    # STILTS makes pairs of complex numbers and fails on bits.
    more = (*FLOATS, "bit") if sizes else FLOATS[:2]
    datatype = rng.choice([*INTS, *more, "boolean", "char", "unicodeChar", "char", "double"])
    sizes = sizes or SIZES
    size = rng.choice(sizes)
    if datatype in ("char", "unicodeChar"):
        size = rng.choice((None, "1", "9", "*", "20*"))
    if datatype in ("bit", "boolean") and size and "x" in size:
        size = "4"
    if datatype == "bit" and size and "*" in size:
        # astropy gives each bit of these a byte in BINARY, which the standard does not.
        size = "11"
    field = Field(votable, name=f"c {index}", ID=f"col_{index}", datatype=datatype, arraysize=size)
    field.unit = rng.choice((None, "deg", "mag"))
    field.ucd = rng.choice((None, "pos.eq.ra;meta.main", "meta.id"))
    field.utype = rng.choice((None, "obscore:Char.SpatialAxis"))
    field.description = rng.choice((None, "a < b & c", "Zwölf"))
    if datatype in INTS and (size is None or size == "1" or rng.random() < 0.5):
        values = Values(votable, field, null=INTS[datatype][0])
        field.values = values
    return field


def fill(rng, field, array, row):
    """Puts a random value into a cell; sometimes masks it."""
    name, datatype, size = field.ID, field.datatype, field.arraysize
    null = rng.random() < 0.2
    if datatype in ("char", "unicodeChar"):
        longest = {None: 1, "1": 1, "9": 9, "*": 40, "20*": 20}[size]
        array[name][row] = "" if null else text(rng, datatype, rng.randint(1, longest))
        return
    if size in (None, "1"):
        array[name][row] = number(rng, datatype)
        if null and datatype != "bit" and "Complex" not in datatype:
            array.mask[name][row] = True
        return
    shape = [int(part) for part in size.rstrip("*").split("x") if part and not (size == "7*")]
    shape.reverse()
    if "*" in size:
        shape.insert(0, rng.choice((1, 1, 2, 5)))
    if datatype in ("char", "unicodeChar"):
        return
    flat = [number(rng, datatype) for _ in range(int(np.prod(shape)))]
    kind = {"boolean": bool, "bit": bool, "unsignedByte": np.uint8, "short": np.int16, "int": np.int32,
            "long": np.int64, "float": np.float32, "double": np.float64, "floatComplex": np.complex64,
            "doubleComplex": np.complex128}[datatype]  # fmt: skip
    value = np.array(flat, dtype=kind).reshape(shape)
    if "*" in size:
        # Of objects: numpy would take a mask with one flag for each element.
        array.data[name][row] = np.ma.array(value, mask=np.zeros(shape, dtype=bool))
        return
    array[name][row] = value


def plain(value, datatype, masked=False):
    """A cell as JSON."""
    if masked is True or value is np.ma.masked or value is None:
        return None
    if datatype in ("char", "unicodeChar"):
        return "s" + str(value)
    if datatype in ("boolean", "bit"):
        return bool(value)
    if datatype in INTS:
        return f"i{int(value)}"
    if datatype in ("floatComplex", "doubleComplex"):
        part = "float" if datatype == "floatComplex" else "double"
        return [plain(value.real, part), plain(value.imag, part)]
    if np.isnan(value):
        return None
    if datatype == "float":
        return "f" + struct.pack(">f", np.float32(value)).hex()
    return "d" + struct.pack(">d", float(value)).hex()


def cell(field, value, mask):
    if field.datatype in ("char", "unicodeChar"):
        return plain(value, field.datatype)
    if field.arraysize in (None, "1"):
        return plain(np.ravel(value)[0], field.datatype, bool(np.ravel(mask)[0]))
    values = np.ma.asarray(value)
    flags = np.broadcast_to(np.ma.getmaskarray(values) | np.asarray(mask, dtype=bool), values.shape) \
        if np.shape(mask) in ((), values.shape) else np.ma.getmaskarray(values)  # fmt: skip
    data = values.data
    return [plain(one, field.datatype, bool(flag)) for one, flag in zip(data.ravel(), flags.ravel(), strict=True)]


def read(path):
    table = parse(path).get_first_table()
    columns = [{"name": f.name, "id": f.ID, "datatype": f.datatype, "arraysize": f.arraysize, "unit": f.unit and str(f.unit.to_string("vounit")),
                "ucd": f.ucd, "utype": f.utype, "description": f.description} for f in table.fields]  # fmt: skip
    data, mask = table.array.data, np.ma.getmaskarray(table.array)
    rows = [[cell(f, data[f.ID][row], mask[f.ID][row]) for f in table.fields] for row in range(len(data))]
    return columns, rows


def disguise(rng, path):
    """Rewrites the file without changing what it says."""
    document = path.read_text("utf-8")
    if rng.random() < 0.5:
        document = re.sub(r"<(/?)(?=[A-Z])", r"<\1vot:", document)
        document = document.replace("xmlns=", "xmlns:vot=")
    if rng.random() < 0.5:
        document = re.sub(r"(<(?:\w+:)?TR>)", r"\1<!-- <TD>no & -->", document)
        document = re.sub(r"(<(?:\w+:)?TABLE\b)", r"<?php <TABLE> ?>\1", document, count=1)
    if rng.random() < 0.5:
        document = re.sub(r"(<(?:\w+:)?TD>)([^<>&]+)(?=<)", r"\1<![CDATA[\2]]>", document)
    encoding = rng.choice(("utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "utf-8-sig"))
    named = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    document = re.sub(r'encoding="[^"]*"', f'encoding="{named}"', document, count=1)
    path.write_bytes(document.encode(encoding))


def write(rng, path, wide=False):
    """A table; a wide one has all that STILTS and astropy agree about, so no complex numbers and bits."""
    version = rng.choice(("1.1", "1.2", "1.3", "1.4", "1.5"))
    votable = VOTableFile(version=version)
    resource = Resource(type=rng.choice(("results", None)) or "results")
    votable.resources.append(resource)
    table = TableElement(votable, name="t")
    resource.tables.append(table)
    sizes = None if wide else SIZES + VARIABLE if rng.random() < 0.2 else SIZES
    width = 60 if wide else rng.randint(1, 12)
    table.fields.extend(column(rng, votable, index, sizes) for index in range(width))
    table.create_arrays(40 if wide else rng.choice((0, 1, 2, 7, 12)))
    for row in range(len(table.array)):
        for field in table.fields:
            fill(rng, field, table.array, row)
    formats = ["tabledata", "binary"] + (["binary2"] if version >= "1.3" else [])
    if any(re.fullmatch(r".+x\*", str(field.arraysize)) for field in table.fields):
        # Before such arrays in BINARY astropy has not the number of their elements, as the standard
        # wants it and STILTS does it, but that of their last dimension.
        formats = ["tabledata"]
    table.format = rng.choice(formats)
    # astropy's writer in C writes a byte behind its buffer now and then; the one in Python does not.
    votable.to_xml(str(path), _debug_python_based_parser=True)
    return table.format, version


def copies(rng, path):
    """What STILTS makes of a table, and what astropy reads from that."""
    write(rng, path, wide=True)
    for serialization in ("tabledata", "binary", "binary2"):
        copy = path.with_suffix(f".{serialization}.vot")
        kind = "tabledata" if serialization == "tabledata" else f"{serialization}-inline"
        subprocess.run(
            ["stilts", "tcopy", str(path), f"out={copy}", "ifmt=votable", f"ofmt=votable-{kind}"], check=True
        )
        columns, rows = read(str(copy))
        yield {"file": copy.name, "serialization": serialization, "columns": columns, "rows": rows}


def main():
    wanted = json.load(sys.stdin)
    rng = random.Random(wanted["seed"])
    answers = []
    if wanted.get("stilts"):
        for index in range(wanted["count"]):
            answers.extend(copies(rng, Path(wanted["folder"]) / f"{index}.vot"))
        json.dump(answers, sys.stdout)
        return
    for index in range(wanted["count"]):
        path = Path(wanted["folder"]) / f"{index}.vot"
        serialization, version = write(rng, path)
        columns, rows = read(str(path))
        if index % 3 == 0:
            disguise(rng, path)
        answers.append({"file": path.name, "serialization": serialization, "version": version,
                        "columns": columns, "rows": rows})  # fmt: skip
    json.dump(answers, sys.stdout)


main()
