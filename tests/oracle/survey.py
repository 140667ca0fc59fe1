"""Makes the registry of a synthetic survey with every awkward thing a registry can hold.

    survey.py ROOT [--url URL --namespace NS] [--universe 8] [--collections int|name]
              [--datasets 1.0.0|2.0.0] [--size 12] [--files] [--hostile]
              [--obscore CONFIG.yaml]

Everything is written by the real daf_butler. Prints one line of JSON that says what was made.
"""

from __future__ import annotations

import argparse
import json
import logging
import warnings

import repository
import survey_datasets
import survey_dimensions
import yaml


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", help="directory of the repository; replaced when it exists")
    parser.add_argument("--url", help="PostgreSQL database of the registry")
    parser.add_argument("--namespace", help="PostgreSQL schema of the registry")
    parser.add_argument("--universe", type=int, default=8)
    parser.add_argument("--collections", choices=("int", "name"), default="int")
    parser.add_argument("--datasets", choices=("1.0.0", "2.0.0"))
    parser.add_argument("--size", type=int, default=12, help="plain exposures per camera and night")
    parser.add_argument("--files", action="store_true", help="fewer datasets, with real files")
    parser.add_argument("--hostile", action="store_true", help="also what Butler's code fails at")
    parser.add_argument("--obscore", help="configuration of Butler's live ObsCore manager")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    obscore = None
    if arguments.obscore:
        with open(arguments.obscore, encoding="utf-8") as stream:
            obscore = yaml.safe_load(stream)
    butler = repository.make(
        arguments.root,
        repository.Kind(arguments.universe, arguments.collections, arguments.datasets),
        url=arguments.url,
        namespace=arguments.namespace,
        obscore=obscore,
        extra=repository.FILE_CONFIG if arguments.files else None,
    )
    survey = survey_dimensions.add_dimensions(butler, arguments.size, arguments.hostile)
    count = survey_datasets.add_datasets(butler, survey, arguments.files)
    print(
        json.dumps(
            {
                "datasets": count,
                "exposures": len(survey.exposures),
                "visits": len(survey.visits),
                "universe": butler.dimensions.version,
            }
        )
    )


if __name__ == "__main__":
    main()
