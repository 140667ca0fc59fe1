"""Results of queries in any output format, as readers of others read them.

In, as JSON on stdin: a list of `[format, file]`. Out, as JSON: for each file its `columns`, its `rows`
and `notes`. Cells are null, booleans, integers as "i…", double precision as its bits ("d…"), single
precision as ("f…"), text as "s…", arrays as lists. What a format does not keep apart (NULL and NaN, NULL
and the empty text) is null.

VOTable, Parquet's VOTable and FITS are read by astropy, whose warnings are errors; Parquet's columns by
pyarrow; CSV, TSV, JSON and HTML by Python's own modules.
"""

import csv
import html.parser
import io
import json
import struct
import sys
import warnings

import numpy as np
import pyarrow.parquet
from astropy.io import fits
from astropy.io.votable import parse

INTS = ("unsignedByte", "short", "int", "long")


def number(value, single):
    if np.isnan(value):
        return None
    return "f" + struct.pack(">f", value).hex() if single else "d" + struct.pack(">d", value).hex()


def plain(value, bits=False):
    """A cell of numpy or Python as JSON."""
    if value is None or value is np.ma.masked:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return f"i{int(value)}"
    if isinstance(value, (np.complex64, np.complex128)):
        single = isinstance(value, np.complex64)
        return [number(value.real, single), number(value.imag, single)]
    if isinstance(value, (float, np.floating)):
        return number(value, isinstance(value, np.float32))
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        return "s" + value if value else None
    if isinstance(value, np.ma.MaskedArray):
        return [plain(one) for one in value.ravel()] or None
    if isinstance(value, (np.ndarray, list, tuple)):
        return [plain(one) for one in np.ravel(value)] or None
    if hasattr(value, "isoformat"):
        return "s" + value.isoformat(timespec="microseconds")
    raise TypeError(type(value))


def infos(element):
    return [[info.name, info.value, info.content] for info in element.infos]


def votable(file):
    document = parse(file, verify="exception")
    resource = document.resources[0]
    notes = {"version": document.version, "root": infos(document), "resource": infos(resource),
             "coosys": [[c.ID, c.system, getattr(c, "refposition", None)] for c in resource.coordinate_systems],
             "timesys": [[t.ID, t.timeorigin, t.timescale, t.refposition] for t in resource.time_systems]}  # fmt: skip
    if not resource.tables:
        return {"columns": [], "rows": [], "notes": notes}
    table = resource.tables[0]
    columns = [{key: str(getattr(field, key)) for key in ("name", "datatype", "arraysize", "xtype", "unit", "ucd", "utype",
                "description", "ref") if getattr(field, key)} for field in table.fields]  # fmt: skip
    notes["null"] = [field.values.null is not None for field in table.fields]
    rows = []
    data, mask = table.array.data, np.ma.getmaskarray(table.array)
    for index in range(len(data)):
        row = []
        for field in table.fields:
            value, hidden = data[field.ID][index], mask[field.ID][index]
            if np.all(hidden) and np.size(hidden) > 0:
                row.append(None)
            elif field.arraysize is None or field.datatype in ("char", "unicodeChar"):
                row.append(plain(value if np.ndim(value) == 0 else np.ravel(value)[0]))
            else:
                kind = np.float32 if field.datatype == "float" else None
                # astropy has variable arrays of single precision as double now and then.
                mask_of_one = np.ma.getmaskarray(np.ma.asarray(value))
                if np.shape(hidden) == mask_of_one.shape:
                    mask_of_one = mask_of_one | hidden
                row.append(plain(np.ma.array(np.ma.asarray(value).data, mask=mask_of_one, dtype=kind)))
        rows.append(row)
    return {"columns": columns, "rows": rows, "notes": notes}


def parquet(file):
    read = pyarrow.parquet.ParquetFile(file)
    meta = read.metadata.metadata
    content = meta[b"IVOA.VOTable-Parquet.content"]
    header = votable(io.BytesIO(content))
    header["notes"]["version of the convention"] = meta[b"IVOA.VOTable-Parquet.version"].decode()
    header["notes"]["types"] = [str(field.type) for field in read.schema_arrow]
    assert read.schema_arrow.names == [column["name"] for column in header["columns"]]
    table = read.read()
    single = [str(field.type) == "float" for field in read.schema_arrow]
    lists = [str(field.type) == "list<element: float>" or str(field.type) == "list<item: float>" for field in read.schema_arrow]  # fmt: skip
    rows = []
    for index in range(table.num_rows):
        row = []
        for at, column in enumerate(table.columns):
            value = column[index].as_py()
            if single[at] and value is not None:
                value = np.float32(value)
            if lists[at] and value is not None:
                value = np.array(value, dtype=np.float32)
            row.append([plain(one) for one in value] or None if isinstance(value, (list, np.ndarray)) else plain(value))
        rows.append(row)
    header["rows"] = rows
    return header


def fits_table(file):
    with fits.open(file, checksum=True, logical_as_bytes=True) as hdus:
        hdus.verify("exception")
        hdu = hdus[1]
        keys = dict(hdu.header)
        columns = [{"name": c.name, "format": str(c.format), "unit": c.unit or "", "ucd": keys.get(f"TUCD{n}", ""),
                    "utype": keys.get(f"TUTYP{n}", ""), "description": keys.get(f"TCOMM{n}", "")}
                   for n, c in enumerate(hdu.columns, 1)]  # fmt: skip
        rows = []
        read = [hdu.data.field(n) for n in range(len(columns))]
        flags = {b"T": True, b"F": False, b"\0": None, b"": None}
        for index in range(len(hdu.data)):
            row = []
            for n, column in enumerate(hdu.columns):
                value = read[n][index]
                if column.format.endswith("L"):
                    row.append([flags[bytes(one)] for one in value] if np.ndim(value) else flags[bytes(value)])
                elif column.null is not None:
                    null = None if np.ndim(value) == 0 and value == column.null else value
                    row.append(plain(np.ma.masked_equal(value, column.null) if np.ndim(value) else null))
                elif isinstance(value, np.ndarray) and value.dtype.kind in "US":
                    row.append(plain("".join(value.ravel().tolist())))
                else:
                    row.append(plain(value))
            rows.append(row)
        notes = {key: keys[key] for key in ("QSTATUS", "QERROR", "RADESYS", "TIMESYS") if key in keys}
        notes["history"] = "".join(f"{line:<72}" for line in hdu.header["HISTORY"]) if "HISTORY" in hdu.header else ""
    return {"columns": columns, "rows": rows, "notes": notes}


def delimited(file, style):
    with open(file, newline="", encoding="utf-8") as text:
        if style == "csv":
            lines = list(csv.reader(text, strict=True))
        else:
            lines = [line.split("\t") for line in text.read().split("\n")[:-1]]
    return {"columns": lines[0], "rows": lines[1:], "notes": {}}


def json_table(file):
    def refuse(word):
        raise ValueError(f"{word} is not JSON")

    with open(file, encoding="utf-8") as text:
        # Numbers as they are written, so that no digit is lost on the way.
        document = json.load(text, parse_constant=refuse, parse_float=lambda digits: {"number": digits},
                             parse_int=lambda digits: {"number": digits})  # fmt: skip
    rows = document.pop("data")
    return {"columns": document.pop("metadata"), "rows": rows, "notes": document}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.links, self.open, self.text, self.cell = [], [], [], "", False

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell, self.text = True, ""
        if tag == "a":
            self.links.append(dict(attributes)["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
        if tag in ("td", "th"):
            self.rows[-1].append(self.text)
            self.cell = False

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("small",):
            self.text += data


def page(file):
    with open(file, encoding="utf-8", newline="") as text:
        reader = Page()
        reader.feed(text.read())
        reader.close()
    assert not reader.open, reader.open
    return {"columns": reader.rows[0] if reader.rows else [], "rows": reader.rows[1:], "notes": {"links": reader.links}}


READERS = {"votable": votable, "parquet": parquet, "fits": fits_table, "json": json_table, "html": page,
           "csv": lambda file: delimited(file, "csv"), "tsv": lambda file: delimited(file, "tsv")}  # fmt: skip


def main():
    warnings.simplefilter("error")
    json.dump([READERS[kind](file) for kind, file in json.load(sys.stdin)], sys.stdout)


main()
