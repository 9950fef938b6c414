"""Generates a release of the FDI cube: series × 30 years, the same bytes for the same arguments.

    python3 generate.py OBSERVATIONS OUT.csv OUT-STRUCTURES.json

The structures are those of the paper's feeds with one dataflow of another agency, in a domain of its
own, so that nothing that is already there is touched.
"""

import itertools
import json
import pathlib
import sys

YEARS = range(1990, 2020)
AGENCY = "GEN"
DOMAIN = "generated"
HEADER = (
    "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,COUNTERPART_AREA,DIRECTION,MEASURE,COMPONENT,"
    "PRINCIPLE,COUNTERPART_KIND,ACTIVITY,VALUATION,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,"
    "CONF_STATUS,UNIT_MULT,DECIMALS,SOURCE,SOURCE_TABLE,COMMENT_OBS\n"
)


def structures(top):
    message = json.loads((top / "feeds/paper/structures.json").read_text())
    flows = message["data"]["dataflows"]
    flow = next(one for one in flows if one["id"] == "DF_FDI_HOST")
    flow["agencyID"] = AGENCY
    flow["annotations"] = [{"id": "DOMAIN", "title": DOMAIN}]
    flow.pop("links", None)
    message["data"]["dataflows"] = [flow]
    return message


def codes(message, list_id):
    for one in message["data"]["codelists"]:
        if one["id"] == list_id:
            return [code["id"] for code in one["codes"]]
    raise SystemExit(f"code list {list_id} is not in the structures")


def keys(message):
    """Series keys, those that indicators read first."""
    areas = codes(message, "CL_AREA")
    activities = codes(message, "CL_ACTIVITY")
    members = ["BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "VN", "ASEAN"]
    order = ["_T"] + [one for one in activities if one != "_T"]
    partners = ["W", "ASEAN"] + [one for one in areas if one not in ("W", "ASEAN")]
    # The plain inward flow of the total comes first: that is what indicators read.
    others = itertools.product(("F", "P"), ("D", "A"), ("IMM", "ULT"), ("I", "O"), ("T", "EQ", "RE", "ICD"))
    for measure, principle, kind, direction, component in others:
        for activity in order:
            for partner in partners:
                for area in members:
                    yield (
                        f"A,{area},{partner},{direction},{measure},{component},{principle},{kind},"
                        f"{activity},C,USD"
                    )


def main():
    count, csv, out = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    top = pathlib.Path(__file__).resolve().parents[2]
    message = structures(top)
    pathlib.Path(out).write_text(json.dumps(message))
    state, written = 1, 0
    with open(csv, "w", newline="") as file:
        file.write(HEADER)
        for key in keys(message):
            for year in YEARS:
                if written == count:
                    return
                state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
                value = (state >> 33) % 2_000_000 / 10
                file.write(
                    f"dataflow,{AGENCY}:DF_FDI_HOST(1.0),I,{key},{year},{value},A,F,6,1,g,t,\n"
                )
                written += 1
    if written < count:
        raise SystemExit(f"the code lists give {written} observations only")


main()
