"""Butler's own answers about dimension universes, as JSON on stdout.

Usage: dimension_groups.py COUNT

For every universe that the installed daf_butler ships: the JSON that a registry stores, the order
of its elements, the required dimensions of each, and DimensionGroup for COUNT random sets of
dimensions (the same ones every time).
"""

import importlib.resources
import json
import random
import sys

from lsst.daf.butler import DimensionConfig, DimensionUniverse


def describe(universe, names):
    group = universe.conform(names)
    return {
        "asked": names,
        "names": list(group.names),
        "required": list(group.required),
        "implied": list(group.implied),
        "elements": list(group.elements),
        "spatial": [family.name for family in group.spatial],
        "temporal": [family.name for family in group.temporal],
        "region_dimension": group.region_dimension,
        "timespan_dimension": group.timespan_dimension,
    }


def main():
    count = int(sys.argv[1])
    folder = importlib.resources.files("lsst.daf.butler") / "configs" / "old_dimensions"
    answers = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".yaml"):
            continue
        config = DimensionConfig(str(file))
        text = config.dump(format="json")
        universe = DimensionUniverse(config)
        dimensions = [d.name for d in universe.dimensions]
        common = [name for name in dimensions if name not in universe.skypix_dimensions.names]
        chooser = random.Random(universe.version)
        sets = [[]] + [[name] for name in common]
        while len(sets) < count:
            size = chooser.randint(1, 6)
            names = chooser.sample(common, min(size, len(common)))
            if chooser.random() < 0.2:
                names.append(chooser.choice(dimensions))
            if chooser.random() < 0.05:
                names += ["htm7", "htm9"]
            sets.append(sorted(set(names), key=lambda name: chooser.random()))
        answers.append(
            {
                "version": universe.version,
                "json": text,
                "order": list(universe.elements.names),
                "required": {e.name: list(e.required.names) for e in universe.elements},
                "tables": {
                    e.name: list(e.RecordClass.fields.makeTableSpec(
                        TimespanReprClass=TIMESPAN
                    ).fields.names)
                    for e in universe.elements
                    if e.name not in universe.skypix_dimensions.names and e.has_own_table
                },
                "groups": [describe(universe, names) for names in sets],
            }
        )
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    from lsst.daf.butler.timespan_database_representation import TimespanDatabaseRepresentation

    TIMESPAN = TimespanDatabaseRepresentation.Compound
    main()
