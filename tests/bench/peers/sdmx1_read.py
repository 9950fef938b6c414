"""Parses a file of SDMX-CSV with sdmx1, which needs a structure first, and counts what it read."""

import sys

import sdmx
import sdmx.model.v30 as model
from sdmx.model import common

DIMENSIONS = (
    "FREQ REF_AREA COUNTERPART_AREA DIRECTION MEASURE COMPONENT PRINCIPLE COUNTERPART_KIND ACTIVITY "
    "VALUATION UNIT_MEASURE TIME_PERIOD"
).split()
ATTRIBUTES = "OBS_STATUS CONF_STATUS UNIT_MULT DECIMALS SOURCE SOURCE_TABLE COMMENT_OBS".split()

agency = common.Agency(id="GEN")
structure = model.DataStructureDefinition(id="DSD_FDI", version="1.0", maintainer=agency)
for dimension in DIMENSIONS:
    structure.dimensions.append(common.Dimension(id=dimension))
for attribute in ATTRIBUTES:
    structure.attributes.append(common.DataAttribute(id=attribute))
structure.measures.append(model.Measure(id="OBS_VALUE"))
dataflow = model.Dataflow(id="DF_FDI_HOST", version="1.0", maintainer=agency, structure=structure)
message = sdmx.read_sdmx(sys.argv[1], structure=dataflow)
print(sum(len(one) for one in message.data))
