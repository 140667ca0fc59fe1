"""Asks a service for links as its users do, and looks at every document with the rules of DataLink 1.1.

    datalink.py TAP ROOT MAPPING CHECK

TAP is the base URL of the service's TAP, beside which it has /datalink; ROOT and MAPPING are the repository and the
mapping that it serves. CHECK is the name of a function of a module below. Whatever is not as it should be is an
exception.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyvo
import requests
from astropy.io import votable
from astropy.table import Table
from astropy.utils.data import import_file_to_cache

TAP, ROOT, MAPPING = sys.argv[1:4]
BASE = TAP.removesuffix("/tap")
LINKS = BASE + "/datalink/links"
KIND = "application/x-votable+xml;content=datalink"
STANDARD = "ivo://ivoa.net/std/DataLink#links-1.1"
NS = "{http://www.ivoa.net/xml/VOTable/v1.3}"
# The vocabulary datalink/core, with the narrower terms of each.
CORE: dict[str, list[str]] = {
    name: []
    for name in (
        "this progenitor derivation auxiliary weight error noise calibration bias dark flat preview preview-image "
        "preview-plot thumbnail proc cutout documentation detached-header coderived counterpart package"
    ).split()
}
CORE["auxiliary"] = ["weight", "error", "noise"]
CORE["calibration"] = ["bias", "dark", "flat"]
CORE["preview"] = ["preview-image", "preview-plot", "thumbnail"]
CORE["proc"] = ["cutout"]
CORE["documentation"] = ["detached-header"]
FIELDS = {
    "ID": ("char", "", "meta.id;meta.main"),
    "access_url": ("char", "", "meta.ref.url"),
    "service_def": ("char", "", "meta.ref"),
    "error_message": ("char", "", "meta.code.error"),
    "description": ("char", "", "meta.note"),
    "semantics": ("char", "", "meta.code"),
    "content_type": ("char", "", "meta.code.mime"),
    "content_length": ("long", "byte", "phys.size;meta.file"),
    "content_qualifier": ("char", "", ""),
    "local_semantics": ("char", "", "meta.id.assoc"),
    "link_auth": ("char", "", "meta.code"),
    "link_authorized": ("boolean", "", "meta.code"),
}
PRODUCTS = {"#image", "#cube", "#spectrum", "#sed", "#timeseries", "#visibility", "#event", "#measurements"}
Row = dict[str, Any]


class Answer:
    """A document of links that keeps the rules."""

    def __init__(self, response: requests.Response, asked: list[str], kind: str = KIND):
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == kind, response.headers
        self.text = response.text
        self.root = ElementTree.fromstring(response.content)
        votable.parse(io.BytesIO(response.content), verify="exception")
        resources = self.root.findall(f"{NS}RESOURCE")
        (results,) = [one for one in resources if one.get("type") == "results"]
        self.services = [one for one in resources if one.get("type") == "meta"]
        names = [child.tag.removeprefix(NS) for child in results]
        infos = {info.get("name"): info.get("value") for info in list(results)[: names.index("TABLE")]}
        assert infos["standardID"] == STANDARD and infos["QUERY_STATUS"] == "OK", infos
        later = [info for info in list(results)[names.index("TABLE") + 1 :] if info.get("name") == "QUERY_STATUS"]
        assert [info.get("value") for info in later] in ([], ["OVERFLOW"]), later
        self.overflow = bool(later)
        (table,) = results.findall(f"{NS}TABLE")
        fields = table.findall(f"{NS}FIELD")
        for field in fields:
            datatype, unit, ucd = FIELDS[field.get("name", "")]
            found = field.get("datatype", "").replace("unicodeChar", "char")
            assert (found, field.get("unit", ""), field.get("ucd", "")) == (datatype, unit, ucd), field.attrib
            assert datatype != "char" or field.get("arraysize") == "*", field.attrib
        names = [field.get("name") for field in fields]
        assert names == list(FIELDS), names
        # What is plain text for everybody stays so.
        wide = {field.get("name") for field in fields if field.get("datatype") == "unicodeChar"}
        may = {"error_message", "description", "local_semantics"}
        assert wide <= (may if "".join(asked).isascii() else may | {"ID"}), wide
        (data,) = table.findall(f"{NS}DATA/{NS}TABLEDATA")
        cells = [[cell.text or "" for cell in row] for row in data]
        self.rows: list[Row] = [dict(zip(names, row, strict=True)) for row in cells]
        self.described()
        self.ruled(asked)

    def ruled(self, asked: list[str]) -> None:
        """Look at the rows."""
        seen: list[str] = []
        ids = {service.get("ID") for service in self.services if service.get("ID")}
        places = {service.get("ID"): param.get("value", "") for service in self.services
                  for param in service.findall(f"{NS}PARAM") if param.get("name") == "accessURL"}
        elsewhere = {name for name, place in places.items() if not place.startswith(BASE + "/")}
        for row in self.rows:
            assert row["ID"] in asked, (row, asked)
            if not seen or seen[-1] != row["ID"]:
                assert row["ID"] not in seen, ("rows of an ID are apart", row["ID"])
                seen.append(row["ID"])
            filled = [name for name in ("access_url", "service_def", "error_message") if row[name]]
            assert len(filled) == 1, row
            term = row["semantics"]
            assert term.removeprefix("#") in CORE if term.startswith("#") else ":" in term, row
            if row["error_message"]:
                word = row["error_message"].split(":")[0]
                assert word in ("NotFoundFault", "UsageFault", "TransientFault", "FatalFault", "DefaultFault"), row
                assert not row["link_auth"] and not row["link_authorized"], row
            elif row["service_def"] in elsewhere:
                # What another service wants to know is not known.
                assert not row["link_auth"] and not row["link_authorized"], row
            else:
                assert row["link_auth"] in ("false", "optional", "true") and row["link_authorized"] == "T", row
            if row["access_url"]:
                assert re.fullmatch(r"https?://[!-~]+", row["access_url"]), row
            if row["service_def"]:
                assert row["service_def"] in ids, (row, ids)
            if row["content_type"]:
                assert re.fullmatch(r"[\w.+-]+/[\w.+-]+(;\s*[\w.+-]+=[\w.+-]+)*", row["content_type"]), row
            assert not row["content_length"] or int(row["content_length"]) >= 0, row
            assert not row["content_qualifier"] or row["content_qualifier"] in PRODUCTS, row
        wanted = list(dict.fromkeys(asked))
        assert seen == wanted[: len(seen)] and (self.overflow or len(seen) == len(wanted)), (seen, wanted)
        assert not self.overflow or len(seen) < len(wanted)

    def described(self) -> None:
        """Look at the services."""
        ids = [element.get("ID") for element in self.root.iter() if element.get("ID")]
        assert len(ids) == len(set(ids)), ids
        assert sum(service.get("name") == "this" for service in self.services) == 1
        for service in self.services:
            assert service.get("utype") == ("adhoc:this" if service.get("name") == "this" else "adhoc:service")
            params = {param.get("name"): param.get("value") for param in service.findall(f"{NS}PARAM")}
            assert params["accessURL"].startswith("http"), params
            (group,) = service.findall(f"{NS}GROUP")
            assert group.get("name") == "inputParams" and not service.findall(f"{NS}TABLE")
            assert all(param.get("ref") is None for param in group)
            if service.get("name") == "this":
                assert params["accessURL"] == LINKS and params["standardID"] == STANDARD, params
                assert [param.get("name") for param in group] == ["ID", "RESPONSEFORMAT"]

    def of(self, identifier: str, *semantics: str) -> list[Row]:
        """Return the rows of an identifier with some meaning."""
        rows = [row for row in self.rows if row["ID"] == identifier]
        return [row for row in rows if not semantics or row["semantics"] in semantics]


def links(asked: list[str], way: str = "POST", kind: str = KIND, **more: str) -> Answer:
    """Ask for links."""
    pairs = [("ID", one) for one in asked] + list(more.items())
    if way == "GET":
        response = requests.get(LINKS, params=pairs, timeout=120)
    elif way == "multipart":
        response = requests.post(LINKS, files=[(name, (None, value)) for name, value in pairs], timeout=120)
    else:
        response = requests.post(LINKS, data=pairs, timeout=120)
    return Answer(response, asked, kind)


def refused(status: int, *words: str, pairs: list[tuple[str, str]], way: str = "GET", **headers: str) -> None:
    """Ask what is refused as a whole."""
    where = {"params": pairs} if way == "GET" else {"data": pairs}
    response = requests.request(way, LINKS, headers=headers, timeout=60, **where)
    assert response.status_code == status, (response.status_code, response.text)
    assert response.headers["content-type"].startswith("application/x-votable+xml"), response.headers
    document = votable.parse(io.BytesIO(response.content), verify="exception")
    (info,) = [info for info in document.resources[0].infos if info.name == "QUERY_STATUS"]
    assert info.value == "ERROR" and re.match(r"(Usage|Default|NotFound|Transient|Fatal)Fault: ", info.content), info
    for word in words:
        assert word in info.content, (word, info.content)


def lint(text: str, name: str) -> None:
    """Have STILTS look at a document."""
    with tempfile.NamedTemporaryFile("w", suffix=".vot", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        said = subprocess.run(["stilts", "votlint", f"votable={file.name}"], capture_output=True, text=True, check=False)
        assert not said.stdout + said.stderr, (name, said.stdout, said.stderr)
        if name.startswith("links"):
            command = ["stilts", "datalinklint", "format=text", "report=EWF", "maxrepeat=100000", file.name]
            said = subprocess.run(command, capture_output=True, text=True, check=False)
            # A term that the vocabulary has got since that STILTS was made.
            known = "Unknown predicate 'coderived' from core DataLink vocabulary"
            lines = [line for line in said.stdout.splitlines() if re.match(r"[EWF]-", line) and known not in line]
            assert not lines and not said.stderr, (name, lines, said.stderr)


def everything(columns: str = "*") -> Table:
    """Return all rows of the table."""
    return pyvo.dal.TAPService(TAP).run_sync(f"SELECT {columns} FROM ivoa.ObsCore", maxrec=1_000_000).to_table()


def stored() -> list[Row]:
    """Return what Butler stored, where there are files."""
    return json.loads(Path(ROOT, "stored.json").read_text(encoding="utf-8"))


def vocabulary() -> None:
    """Give pyvo the vocabulary, which it would fetch from the IVOA."""
    terms = {name: {"label": name, "narrower": narrower} for name, narrower in CORE.items()}
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump({"terms": terms}, file)
    import_file_to_cache("http://www.ivoa.net/rdf/datalink/core", file.name)
    os.unlink(file.name)


def sha256(url: str) -> str:
    """Return the digest of what is behind a URL."""
    response = requests.get(url, timeout=60)
    assert response.status_code == 200, (url, response.text)
    return hashlib.sha256(response.content).hexdigest()


def table_of(url: str) -> Table:
    """Return the table behind a URL."""
    return votable.parse_single_table(io.BytesIO(requests.get(url, timeout=60).content)).to_table()


def product() -> None:
    """Every file that Butler stored is linked, with its size and type, and is what Butler stored."""
    files = stored()
    published = {row["obs_publisher_did"].split("id=")[1]: row for row in everything()}
    hidden = {file["id"] for file in files if file["name"] == "hidden"}
    assert set(published) == {file["id"] for file in files} - hidden
    ids = sorted({file["id"] for file in files})
    answer = links(ids)
    assert not answer.overflow
    found = 0
    for identifier in ids:
        these = answer.of(identifier, "#this")
        own = [file for file in files if file["id"] == identifier]
        gone = own[0]["state"] in ("trashed", "gone")
        if identifier in hidden or gone:
            (row,) = these
            why = "no published dataset" if identifier in hidden else "no datastore has a file"
            assert row["error_message"].startswith("NotFoundFault: ") and why in row["error_message"], row
            assert identifier not in hidden or len(answer.of(identifier)) == 1
            continue
        assert len(these) == len(own), (these, own)
        if own[0]["state"] == "deleted":
            (row,) = these
            assert row["error_message"].startswith("NotFoundFault: ") and "not there" in row["error_message"], row
            assert not answer.of(identifier, "#cutout"), row
            continue
        for file in own:
            name = file["dataset_type"] + (f".{file['component']}" if file["component"] else "")
            (row,) = [row for row in these if row["local_semantics"] == name]
            assert int(row["content_length"]) == file["size"] or file["member"], (row, file)
            kind = "measurements" if file["dataset_type"] == "visit_notes" else "image"
            assert row["content_qualifier"] == f"#{kind}", row
            response = requests.get(row["access_url"], timeout=60)
            assert hashlib.sha256(response.content).hexdigest() == file["sha256"], row
            assert response.headers["content-type"] == row["content_type"], row
            found += 1
    assert found == 18, found
    # The dataset itself, whatever it is called.
    one = next(file for file in files if file["name"] == "visit_101_0")
    did = f"ivo://example.org/files?id={one['id']}"
    names = [one["id"], one["id"].upper(), one["id"].replace("-", ""), did, did.upper()]
    names += [f"butler://ivoa/{one['id']}", f"butler://elsewhere/{one['id']}", f"Butler:///{one['id']}"]
    for way in ("GET", "POST", "multipart"):
        answer = links(names, way)
        wanted = [{key: row[key] for key in row if key != "ID"} for row in answer.of(names[0])]
        for name in names:
            got = [{key: row[key] for key in row if key != "ID"} for row in answer.of(name)]
            same = ("access_url", "semantics", "content_length", "content_type")
            assert [[row[key] for key in same] for row in got] == [[row[key] for key in same] for row in wanted], name
    # A picture is a preview of what it belongs to.
    (preview,) = answer.of(names[0], "#preview")
    picture = next(file for file in files if file["name"] == "preview")
    assert preview["content_type"] == "image/png" and sha256(preview["access_url"]) == picture["sha256"]
    # What the registry says of it: JSON, and rows of the tables of its dimensions.
    records = {row["local_semantics"]: row for row in answer.of(did, "#auxiliary")}
    assert set(records) == {"butler", "butler.instrument", "butler.detector", "butler.visit", "butler.visit_detector_region"}, records
    said = requests.get(records["butler"]["access_url"], timeout=60).json()["results"][0]["datasets"]
    assert said[0]["id"] == one["id"] and said[0]["dataset_type"] == "visit_image"
    for name in ("instrument", "detector", "visit", "visit_detector_region"):
        (record,) = table_of(records[f"butler.{name}"]["access_url"])
        assert {"detector": lambda r: r["id"] == 0, "visit": lambda r: r["id"] == 101}.get(name, lambda r: True)(record), record
    lint(answer.text, "links of one")
    lint(links(ids).text, "links of all")
    lint(links([]).text, "links of nothing")


def offers() -> None:
    """A file is linked, and its image offered for cutting, where the service gives it, and nowhere else."""
    given, kept = 0, set()
    answer = links(sorted({file["id"] for file in stored()}))
    for identifier in sorted({file["id"] for file in stored()}):
        rows = answer.of(identifier, "#this")
        for row in rows:
            if row["access_url"]:
                assert requests.head(row["access_url"], timeout=60).status_code == 200, row
                given += 1
        if any(row["error_message"] for row in rows):
            status = requests.head(f"{BASE}/files/{identifier}", timeout=60).status_code
            # Of a composite in several files, a list is given.
            assert status in (300, 403, 404, 410), (identifier, status)
            kept.add((status, rows[-1]["error_message"].split(":")[0]))
            assert not answer.of(identifier, "#cutout"), rows
    # Files of others are not looked at: one that is not there, or a link that leads elsewhere, is found when it is asked for.
    unseen = {file["id"] for file in stored() if file["state"] == "deleted" or file["name"] == "linked"}
    others = {row["access_url"] for row in answer.rows if f"{BASE}/files/" in row["access_url"]}
    for url in others:
        status = requests.head(url, timeout=60).status_code
        assert status == 200 or any(one in url for one in unseen), (url, status)
    print(given, sorted(kept))


def attached() -> None:
    """pyvo finds links by what goes with the answers of TAP and SIA, many in batches; astropy keeps its names."""
    vocabulary()
    service = pyvo.dal.TAPService(TAP)
    query = "SELECT obs_publisher_did, access_url, access_format FROM ivoa.ObsCore"
    for run in (service.search, service.run_async):
        results = run(query)
        wanted = set(results["obs_publisher_did"])
        seen = {}
        for found in results.iter_datalinks():
            (name,) = {row.id for row in found}
            assert found.original_row["obs_publisher_did"] == name, (found.original_row, name)
            seen[name] = found
        assert set(seen) == wanted and len(seen) == len(results), (len(seen), len(wanted))
    ordered = [found.original_row["obs_publisher_did"] for found in results.iter_datalinks(preserve_order=True)]
    assert ordered == list(results["obs_publisher_did"])
    # The description refers to a column by any name that a query gives it.
    for name in ("obs_publisher_did", "my_id", "datalink", "coosys", '"my id"'):
        query = f"SELECT obs_id, obs_publisher_did AS {name}, s_region FROM ivoa.ObsCore"
        answer = service.search(query)
        assert {row.id for found in answer.iter_datalinks() for row in found} == wanted, name
        form = {"LANG": "ADQL", "RESPONSEFORMAT": "votable/td", "QUERY": query}
        text = requests.post(f"{TAP}/sync", data=form, timeout=60)
        document = votable.parse(io.BytesIO(text.content), verify="exception")
        plain = Table.read(io.BytesIO(text.content), format="votable").colnames
        assert plain[0] == "obs_id" and (plain[1] == name or name in ("datalink", "coosys", '"my id"')), plain
        (descriptor,) = [one for one in document.resources if one.type == "meta"]
        assert descriptor.ID == "datalink" and descriptor.utype == "adhoc:service"
        if name in ("obs_publisher_did", "coosys"):
            lint(text.text, f"TAP with {name}")
    # Nothing is attached to rows without identifiers.
    none = service.search("SELECT TOP 3 obs_id, access_url FROM ivoa.ObsCore")
    assert not [one for one in none.votable.resources if one.type == "meta"]
    # Images by parameters have it too.
    images = pyvo.dal.SIA2Service(BASE + "/sia").search(calib_level=2)
    assert {row.id for found in images.iter_datalinks() for row in found} == set(images["obs_publisher_did"])
    answer = requests.get(BASE + "/sia/query", params={"CALIB": 2, "RESPONSEFORMAT": "votable/td"}, timeout=60)
    lint(answer.text, "SIA")


def downloads() -> None:
    """pyvo gets what Butler stored, by the row, by its links and by access_url."""
    vocabulary()
    service = pyvo.dal.TAPService(TAP)
    known = {file["id"]: file for file in stored() if file["state"] == "there" and not file["component"]}
    results = service.search("SELECT * FROM ivoa.ObsCore")
    done = 0
    for row in results:
        file = known.get(row["obs_publisher_did"].split("id=")[1])
        if file is None:
            continue
        assert hashlib.sha256(row.getdataset().read()).hexdigest() == file["sha256"], file
        found = row.getdatalink()
        assert hashlib.sha256(found.getdataset().read()).hexdigest() == file["sha256"], file
        (this,) = found.bysemantics("#this")
        assert this.content_type == row["access_format"] and this.access_url == row["access_url"]
        assert this.content_length == file["size"] or file["member"]
        direct = pyvo.dal.adhoc.DatalinkResults.from_result_url(f"{LINKS}?ID={file['id']}")
        # The service itself is none that is called with the dataset.
        assert "this" not in [service.name for service in direct.iter_adhocservices()]
        assert [one.access_url for one in direct.bysemantics("this")] == [this.access_url]
        assert len(list(direct.bysemantics("#calibration"))) == 0
        done += 1
    assert done == 15, done


def hostile() -> None:
    """Identifiers may be any text; what is wrong with one is said of that one."""
    row = everything("TOP 1 obs_publisher_did")[0]["obs_publisher_did"]
    odd = ["'", "''; DROP TABLE x --", '"', " ", "a b", "é ü β \U0001f600", "<&>]]>", "x" * 5000, "%", "%27", "{}", "\u202e",
           "butler://", "butler://x/", "ivo://", "ivo://example.org/links?", str(uuid.uuid4()), "0", "a\nb", "-1", "\t\ufffd"]
    for way in ("GET", "POST", "multipart"):
        answer = links([*odd, row], way)
        for one in odd:
            (found,) = answer.of(one)
            assert found["error_message"].startswith("NotFoundFault: ") and found["semantics"] == "#this", found
        assert len(answer.of(row)) > 1
    lint(answer.text, "links of anything")
    # A repeated identifier is one.
    twice = links([row, "x", row, row])
    assert len(twice.of(row)) == len(answer.of(row))
    # No identifier at all is a table without rows; empty ones are none.
    for pairs in ([], [("RESPONSEFORMAT", "votable")], [("OTHER", "x")]):
        response = requests.get(LINKS, params=pairs, timeout=60)
        assert Answer(response, []).rows == []
    for name in ("votable", "VOTable", "application/x-votable+xml", "application/x-votable+xml;content=datalink"):
        assert links([row], RESPONSEFORMAT=name).rows
    assert links([row], kind="text/xml", RESPONSEFORMAT="text/xml").rows
    for name in ("csv", "json", "votable/b2", "nonsense", "<&>", "é"):
        refused(400, "UsageFault", "possible: votable", pairs=[("ID", row), ("RESPONSEFORMAT", name)])
    refused(400, "RESPONSEFORMAT", pairs=[("ID", row), ("RESPONSEFORMAT", "votable"), ("RESPONSEFORMAT", "votable")])
    assert requests.delete(LINKS, timeout=60).status_code == 405
    # A control character cannot stand in XML, so it comes back as something else, and the document is one.
    response = requests.get(LINKS, params={"ID": "a\x01b"}, timeout=60)
    votable.parse(io.BytesIO(response.content), verify="exception")


def many() -> None:
    """More identifiers than are taken: whole identifiers, and an overflow. The service takes seven."""
    vocabulary()
    rows = [str(row["obs_publisher_did"]) for row in everything("TOP 20 obs_publisher_did")]
    answer = links(rows)
    assert answer.overflow and {row["ID"] for row in answer.rows} == set(rows[:7])
    assert not links(rows[:7]).overflow and not links(rows[:7] * 3).overflow
    results = pyvo.dal.TAPService(TAP).search("SELECT TOP 16 obs_publisher_did FROM ivoa.ObsCore WHERE calib_level = 2")
    assert len(results) == 16
    seen = [found.original_row["obs_publisher_did"] for found in results.iter_datalinks()]
    assert sorted(seen) == sorted(results["obs_publisher_did"])
    lint(answer.text, "links with an overflow")


def thousands() -> None:
    """Lists of any length are taken, as far as there are bytes for them."""
    vocabulary()
    rows = [str(row["obs_publisher_did"]) for row in everything("obs_publisher_did")]
    asked = rows[:3] + [f"nothing {number}" for number in range(1497)]
    for way in ("POST", "multipart"):
        answer = links(asked, way)
        assert answer.overflow and len({row["ID"] for row in answer.rows}) == 500, way
        assert len(answer.of(rows[0])) > 1
    refused(413, "UsageFault", "larger than", pairs=[("ID", f"{number:05}" * 20) for number in range(20_000)], way="POST")
    # One row of a query each, though several are of one dataset.
    three = " UNION ALL ".join(["SELECT obs_publisher_did FROM ivoa.ObsCore WHERE calib_level < 3"] * 5)
    results = pyvo.dal.TAPService(TAP).search(three, maxrec=1200)
    assert len(results) == 1200
    first = next(results.iter_datalinks())
    name = first.original_row["obs_publisher_did"]
    assert name in results["obs_publisher_did"] and {row.id for row in first} == {name}


def guarded() -> None:
    """Links are for those who say who they are."""
    refused(401, "DefaultFault", pairs=[("ID", "x")])
    token = {"Authorization": "Bearer 0123456789abcdef"}
    asked = ["x", one_did(token)]
    answer = Answer(requests.get(LINKS, params={"ID": asked}, headers=token, timeout=60), asked)
    assert {row["link_auth"] for row in answer.rows if row["access_url"]} == {"true"}


def one_did(token: dict[str, str]) -> str:
    """Return an identifier, as somebody who may ask."""
    query = {"LANG": "ADQL", "RESPONSEFORMAT": "csv", "QUERY": "SELECT TOP 1 obs_publisher_did FROM ivoa.ObsCore"}
    return requests.get(f"{TAP}/sync", params=query, headers=token, timeout=60).text.splitlines()[1]


def foreign() -> None:
    """What the registry has and no table publishes is not there; nor are its files."""
    from lsst.daf.butler import Butler

    butler = Butler.from_config(ROOT)
    published = {str(row["obs_publisher_did"])[-36:] for row in everything("obs_publisher_did")}
    names = [info.name for info in butler.collections.query_info("*") if info.type.name == "RUN"]
    others = []
    for kind in butler.registry.queryDatasetTypes("*"):
        refs = butler.registry.queryDatasets(kind, collections=names, findFirst=False)
        others += [str(ref.id) for ref in refs if str(ref.id) not in published][:6]
    assert len(others) > 50
    for start in range(0, len(others), 100):
        answer = links(others[start : start + 100])
        assert all(row["error_message"].startswith("NotFoundFault: ") for row in answer.rows)


def where(start: str) -> list[Row]:
    """Return the rows whose URL begins so, found by their URL as well."""
    service = pyvo.dal.TAPService(TAP)
    rows = [row for row in everything("obs_publisher_did, access_url, access_format") if str(row["access_url"]).startswith(start)]
    for row in rows[:3] + rows[-3:]:
        url = str(row["access_url"]).replace("'", "''")
        found = service.search(f"SELECT obs_publisher_did FROM ivoa.ObsCore WHERE access_url = '{url}'")
        assert list(found["obs_publisher_did"]) == [row["obs_publisher_did"]], (row, found)
    return rows


def access() -> None:
    """access_url leads to this service: to links in place of the mapping's, to files where there was none."""
    total = len(everything("obs_id"))
    to_links, to_files = where(LINKS), where(BASE + "/files/")
    assert to_links and to_files and len(to_links) + len(to_files) < total
    assert {str(row["access_format"]) for row in to_links} == {KIND}
    assert {str(row["access_format"]) for row in to_files} == {"image/fits"}
    for row in to_links[:3] + to_links[-3:]:
        (name,) = parse_qs(urlsplit(str(row["access_url"])).query)["ID"]
        assert name == f"butler://ivoa/{str(row['obs_publisher_did'])[-36:]}"
        assert len(Answer(requests.get(str(row["access_url"]), timeout=60), [name]).rows) > 1
    vocabulary()
    # Without a description clients follow the URL.
    found = pyvo.dal.TAPService(TAP).search(
        "SELECT TOP 3 access_url, access_format FROM ivoa.ObsCore WHERE access_format LIKE '%datalink%' AND calib_level = 1"
    )
    assert len([list(one) for one in found.iter_datalinks()]) == 3


def untouched() -> None:
    """access_url and access_format are what the mapping says."""
    rows = everything("dataproduct_subtype, calib_level, access_url, access_format, obs_publisher_did")
    urls = [str(row["access_url"]) for row in rows]
    assert not [url for url in urls if url.startswith(BASE)]
    assert len(where("https://example.org/links?ID=butler%3A//raw/")) > 100 and "" in urls
    assert {str(row["access_format"]) for row in rows} == {"", "image/fits", KIND}


def resolved(did: str) -> Row:
    """Return what /resolve says of a dataset."""
    return requests.get(f"{BASE}/resolve", params={"ID": did}, timeout=60).json()["results"][0]["datasets"][0]


def declared() -> None:
    """Services that the operator declared are described for each dataset, with its values."""
    rows = everything("obs_publisher_did, calib_level, instrument_name")
    others = (str(row["obs_publisher_did"]) for row in rows if row["calib_level"] == 2 and "Né" in str(row["instrument_name"]))
    odd = next(did for did in others if resolved(did)["dataset_type"] == "visit_image")
    visits = (str(row["obs_publisher_did"]) for row in rows if row["calib_level"] == 2 and row["instrument_name"] == "SynthCam")
    # STILTS fails at a call with a value that is not ASCII, as the name of one run.
    visit = next(did for did in visits if resolved(did)["run"].isascii() and resolved(did)["dataset_type"] == "visit_image")
    coadd = next(str(row["obs_publisher_did"]) for row in rows if row["calib_level"] == 3)
    # By two names at once, there is one description of each.
    answer = links([visit, visit[-36:], odd, coadd])
    offered = {name: {row["service_def"] for row in answer.of(name) if row["service_def"]} for name in (visit, visit[-36:], odd, coadd)}
    assert offered[visit] == offered[visit[-36:]] and len(offered[visit]) == 2, offered
    assert [len(offered[name]) for name in (odd, coadd)] == [2, 1], offered
    services = {service.get("ID"): service for service in answer.services}
    (row,) = answer.of(visit, "#cutout")
    assert row["content_type"] == "application/fits" and row["description"] == "Cuts & <more>"
    params = {param.get("name"): param for param in services[row["service_def"]].find(f"{NS}GROUP")}
    values = {name: param.get("value") for name, param in params.items()}
    own = resolved(visit)
    assert values["ID"] == visit and values["UUID"] == f"x-{own['id']}-y" and values["RUN"] == own["run"], values
    assert values["VISIT"] == str(own["data_id"]["visit"]) and params["VISIT"].get("datatype") == "long", values
    assert values["SIZE"] == "" and params["SIZE"].get("unit") == "deg"
    limits = params["SIZE"].find(f"{NS}VALUES")
    assert [(one.tag.removeprefix(NS), one.get("value")) for one in limits] == [("MIN", "0.1"), ("MAX", "2.5")]
    options = params["KIND"].find(f"{NS}VALUES")
    assert [one.get("value") for one in options] == ["image", "mask & <more>"]
    (row,) = answer.of(odd, "#cutout")
    (camera,) = [one for one in services[row["service_def"]].find(f"{NS}GROUP") if one.get("name") == "CAMERA"]
    assert camera.get("value") == "O'Né{i}l \"%\"" and camera.get("datatype") == "unicodeChar", camera.attrib
    standard = services[next(iter(offered[coadd]))]
    assert {one.get("name"): one.get("value") for one in standard.findall(f"{NS}PARAM")}["standardID"] == "ivo://example.org/std#any"
    found = pyvo.dal.adhoc.DatalinkResults.from_result_url(f"{LINKS}?ID={visit[-36:]}")
    assert len(list(found.iter_procs())) == 2
    lint(links([visit, coadd]).text, "links with services")


def more() -> None:
    """Of more datasets than are linked a query of TAP finds the rest. The service links two of each type."""
    did = next(str(row["obs_publisher_did"]) for row in everything("obs_publisher_did, calib_level, s_region")
               if row["calib_level"] == 3 and row["s_region"])
    answer = links([did])
    urls = [row for row in answer.of(did, "#auxiliary") if "as a table" in row["description"]]
    assert urls
    for row in urls:
        table = table_of(row["access_url"])
        assert len(table) > 2, row
    assert len([row for row in answer.of(did, "#progenitor") if " visit_image of " in f" {row['description']}"]) == 2


def alone() -> None:
    """Without related datasets there are the dataset itself, and what the registry says of it."""
    rows = everything("TOP 40 obs_publisher_did")
    answer = links([str(row["obs_publisher_did"]) for row in rows])
    assert {row["semantics"] for row in answer.rows} == {"#this", "#auxiliary"}


def without() -> None:
    """A service of the applied view alone says why it has no links, and promises none."""
    refused(404, "NotFoundFault", "applied view", pairs=[("ID", "x")])
    results = pyvo.dal.TAPService(TAP).search("SELECT TOP 3 * FROM ivoa.ObsCore")
    assert not [one for one in results.votable.resources if one.type == "meta"]


def several() -> None:
    """Several repositories: `ivoa` and `again` have the same files, `synth` the survey."""
    vocabulary()
    service = pyvo.dal.TAPService(TAP)
    sets = {name: list(service.search(f"SELECT * FROM {name}.ObsCore", maxrec=100_000)["obs_publisher_did"])
            for name in ("ivoa", "synth", "again")}
    assert sorted(sets["ivoa"]) == sorted(sets["again"]) and not set(sets["ivoa"]) & set(sets["synth"])
    for name, dids in sets.items():
        some = [str(did) for did in dids[:40]]
        results = service.search(f"SELECT TOP 40 obs_publisher_did, access_url FROM {name}.ObsCore WHERE access_url IS NOT NULL")
        assert len({row.id for found in results.iter_datalinks() for row in found}) == len(results) > 0
        answer = links([f"butler://{name}/{did[-36:]}" for did in some])
        assert not [row for row in answer.rows if "no published dataset" in row["error_message"]]
        # Another one's label excludes it, a label that nobody has does not.
        other = "synth" if name != "synth" else "ivoa"
        answer = links([f"butler://{other}/{did[-36:]}" for did in some])
        assert all(row["error_message"].startswith("NotFoundFault: ") for row in answer.rows)
        assert len(links([f"butler://elsewhere/{did[-36:]}" for did in some]).rows) > len(some)
    file = next(file for file in stored() if file["name"] == "visit_101_0")
    for name in ("ivoa", "again"):
        (this,) = links([f"butler://{name}/{file['id']}"]).of(f"butler://{name}/{file['id']}", "#this")
        assert sha256(this["access_url"]) == file["sha256"]


if __name__ == "__main__":
    if sys.argv[4] in ("related", "calibrations", "certify"):
        import datalink_butler

        getattr(datalink_butler, sys.argv[4])(sys.modules[__name__])
    else:
        globals()[sys.argv[4]]()
