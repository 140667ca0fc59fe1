"""Answers what astropy and Butler say of instants.

Reads a JSON list of TAI nanoseconds since 1970 from stdin; writes a JSON list of
[UTC as MJD, UTC as text] in the same order.
"""

import json
import sys
import warnings

from lsst.daf.butler.time_utils import TimeConverter

warnings.simplefilter("ignore")
converter = TimeConverter()
answers = []
for nanoseconds in json.load(sys.stdin):
    utc = converter.nsec_to_astropy(nanoseconds).utc
    answers.append([float(utc.mjd), utc.isot])
json.dump(answers, sys.stdout)
