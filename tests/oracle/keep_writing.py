"""Registers COUNT runs in a Butler repository, one transaction each.

Usage: keep_writing.py ROOT COUNT
"""

import sys
import time

from lsst.daf.butler import Butler

if __name__ == "__main__":
    with Butler.from_config(sys.argv[1], writeable=True) as butler:
        for number in range(int(sys.argv[2])):
            butler.collections.register(f"written/{number:05d}")
            # A loop without any pause keeps SQLite's lock most of the time.
            time.sleep(0.005)
