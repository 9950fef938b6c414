"""Parses a file of SDMX-CSV with pysdmx, without validation, and counts what it read."""

import sys

from pysdmx.io import read_sdmx

datasets = read_sdmx(sys.argv[1], validate=False).get_datasets()
print(sum(len(one.data) for one in datasets))
