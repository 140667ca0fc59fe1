"""What the real Butler says of datasets, against what the service says of them.

Called as: resolve.py URL ROOT MAPPING, where URL is that of /resolve.
"""

from __future__ import annotations

import random
import re
import sys
import uuid

import requests

from lsst.daf.butler import Butler

url, root = sys.argv[1:3]
butler = Butler.from_config(root)
TYPES = ("raw", "visit_image", "deep_coadd", "camera_notes")
SEARCHED = "Survey/defaults"


def asked(**parameters: object) -> tuple[int, list[dict]]:
    """Ask the service."""
    answer = requests.post(url, data=parameters, timeout=60)
    return answer.status_code, answer.json()["results"]


infos = butler.collections.query_info("*")
chains = {info.name: info.children for info in infos if info.type.name == "CHAINED"}


def above(names: set[str]) -> set[str]:
    """Chains that lead to collections."""
    found: set[str] = set()
    while new := {c for c, kids in chains.items() if set(kids) & (names | found)} - found:
        found |= new
    return found


members: dict[uuid.UUID, set[str]] = {}
published = {}
for name in TYPES:
    kind = butler.get_dataset_type(name)
    for info in infos:
        if info.type.name == "CHAINED":
            continue
        for ref in butler.registry.queryDatasets(kind, collections=re.compile(re.escape(info.name)), findFirst=False):
            members.setdefault(ref.id, set()).add(info.name)
    for ref in butler.registry.queryDatasets(kind, collections=SEARCHED, findFirst=True):
        published[ref.id] = ref
hidden = [i for i in members if i not in published]
assert len(published) > 100 and hidden

class Finder:
    """A Butler that does not read files."""

    get_dataset = butler.get_dataset

    @staticmethod
    def get(*args: object, **kwargs: object) -> object:
        """Find what would be read."""
        return args[0] if not isinstance(args[0], str) else butler.find_dataset(*args, **kwargs)


random.seed(4)
some = random.sample(sorted(published), 60)
some += [i for i in published if len(members[i]) > 1][:20]
forms = (
    "{}",
    "ivo://example.org/test?{}",
    "IVO://Example.ORG/test?{}",
    "butler://somewhere/{}",
    "butler://ivoa/{}",
)
for form in forms:
    wanted = [form.format(i) for i in some]
    status, results = asked(ID=wanted)
    assert status == 200 and [r["asked"] for r in results] == wanted
    for i, result in zip(some, results, strict=True):
        (found,) = result["datasets"]
        ref = published[i]
        assert found["id"] == str(i), found
        assert found["dataset_type"] == ref.datasetType.name
        assert found["storage_class"] == ref.datasetType.storageClass_name
        assert found["data_id"] == dict(ref.dataId.required), (found, ref)
        assert found["run"] == ref.run
        assert found["collections"] == sorted(members[i]), (found, members[i])
        assert found["chains"] == sorted(above(members[i])), (found, above(members[i]))
        assert found["obs_publisher_did"] == f"ivo://example.org/test?{i}"
        # The line of Python names this dataset and no other.
        named = eval(found["python"], {"butler": Finder})
        assert named is not None and named.id == i, found["python"]

# What the table does not publish is not found, nor what is nowhere.
for i in [*hidden[:10], uuid.uuid4()]:
    status, results = asked(ID=[str(i), f"ivo://example.org/test?{i}"])
    assert status == 404 and [r["datasets"] for r in results] == [[], []], results
for odd in ("ivo://example.org/test?", "'", "%", "butler://x/", "a" * 5000, "ivo://e\u00e4", "0"):
    status, results = asked(ID=odd)
    assert status == 404 and results[0]["datasets"] == [], odd

# Data IDs become identifiers.
for i in some:
    ref = published[i]
    status, (result,) = asked(dataset_type=ref.datasetType.name, **dict(ref.dataId.required))
    assert status == 200 and [d["id"] for d in result["datasets"]] == [str(i)], result
status, (result,) = asked(dataset_type="raw", detector=1)
wanted = {str(i) for i, r in published.items() if r.datasetType.name == "raw" and r.dataId["detector"] == 1}
assert {d["id"] for d in result["datasets"]} == wanted and not result["more"]
status, (result,) = asked(run="Survey/raw/all")
wanted = {str(i) for i, r in published.items() if r.run == "Survey/raw/all"}
assert len(wanted) <= 1000 and {d["id"] for d in result["datasets"]} == wanted


# Dimensions that data IDs imply are as good as those that they require.
expanded = {i: butler.registry.expandDataId(ref.dataId) for i, ref in published.items()}
implied: dict[str, set[object]] = {}
for data_id in expanded.values():
    for name in data_id.dimensions.implied:
        implied.setdefault(name, set()).add(data_id[name])
assert {"band", "physical_filter", "day_obs"} <= set(implied), implied
found_so = 0
for name, values in implied.items():
    for value in sorted(values, key=str)[:4]:
        for more in ({}, {"dataset_type": "visit_image"}):
            wanted = {
                str(i)
                for i, data_id in expanded.items()
                if name in data_id.dimensions and data_id[name] == value
                and published[i].datasetType.name == more.get("dataset_type", published[i].datasetType.name)
            }
            status, (result,) = asked(**{name: value}, **more)
            assert len(wanted) <= 1000 and {d["id"] for d in result["datasets"]} == wanted, (name, value, more)
            # Data IDs are told as ever, with what is required.
            for one in result["datasets"][:5]:
                assert one["data_id"] == dict(published[uuid.UUID(one["id"])].dataId.required), one
            found_so += len(wanted)
assert found_so > 100, found_so
# DALI's own parameters are no dimensions.
one = str(some[0])
for name in ("json", "application/json", "JSON"):
    status, results = asked(ID=one, RESPONSEFORMAT=name)
    assert status == 200 and results[0]["datasets"][0]["id"] == one, name
    status, results = asked(dataset_type="raw", detector=1, responseformat=name)
    assert status == 200, name

for wrong, said in (
    ({"ID": one, "RESPONSEFORMAT": "votable"}, "possible: json"),
    ({"ID": one, "MAXREC": 1}, "MAXREC is not a parameter of /resolve"),
    ({"visit": 1, "RUNID": "x"}, "RUNID is not a parameter of /resolve"),
    ({"ID": one, "vist": 1}, "did you mean `visit`?"),
    ({"subfilter": 1}, "`subfilter` is no dimension of any published dataset type"),
    ({"dataset_type": "raws"}, "no dataset type `raws` is published"),
    ({"dataset_type": "bias"}, "no dataset type `bias` is published"),
    ({}, "nothing is asked for"),
    ({"ID": "x", "visit": 1}, "both an ID"),
    ({"visits": 1}, "did you mean `visit`?"),
    ({"visit": "1; DROP"}, "`visit` is a whole number, not `1; DROP`"),
    ({"visit": [1, 2]}, "more than once"),
    ({"ID": ["x"] * 501}, "501 identifiers"),
):
    answer = requests.post(url, data=wrong, timeout=60)
    assert answer.status_code in (400, 413) and said in answer.text, answer.text
print("all as Butler says")
