"""Reads the tables that the example `graph` has written, and measures what a peer answers from them.

A relation is a dictionary of the columns that are stated; its days are read as an economist would, a
year as all of its days. Both peers share this, so that they differ in their graphs only.
"""

import csv
import datetime
import json
import pathlib
import resource
import time

#: The past point, and what the example asks: keep with it.
PAST = datetime.date(2008, 6, 1), "2024-06-01"
REPEATS = 5
DAMPING = 0.85
#: In sum over all ranks; the peers want it for each.
CHANGE_MAX = 1e-12
STEPS_MAX = 500


def rows(directory, name):
    """Each row of a table of both publications, with the day on which it was recorded."""
    for publication in sorted(path for path in directory.iterdir() if path.is_dir()):
        with open(publication / name, newline="") as file:
            for row in csv.DictReader(file):
                yield {column: text for column, text in row.items() if text} | {"recorded": publication.name}


def firms(directory):
    for row in rows(directory, "entities.csv"):
        yield f"{row['kind']}:{row['id']}", row


def relations(directory):
    for row in rows(directory, "relations.csv"):
        row["confidence"] = float(row["confidence"])
        row["first"] = day(row.get("valid_from"), datetime.date.min, "-01-01")
        row["last"] = day(row.get("valid_to"), datetime.date.max, "-12-31")
        yield row


def day(text, unstated, rest):
    return datetime.date.fromisoformat(text + rest) if text else unstated


def held(relation):
    """True if the relation held on the past day and was recorded by then."""
    valid, recorded = PAST
    return relation["first"] <= valid <= relation["last"] and relation["recorded"] <= recorded


def told(relations):
    return [len(relations), sum(one["confidence"] for one in relations)]


def component_names(components):
    """The smallest firm of each firm's component, in the order of firms."""
    names = {firm: smallest for part in components for smallest in [min(part)] for firm in part}
    return [names[firm] for firm in sorted(names)]


class Answers:
    def __init__(self, directory, name):
        self.file = directory / f"{name}.json"
        self.asked = (directory / "asked.txt").read_text().split()
        self.found = {}
        self.begun = time.perf_counter()

    def loaded(self):
        self.found["load seconds"] = time.perf_counter() - self.begun
        status = pathlib.Path("/proc/self/status").read_text().split()
        self.found["resident MB"] = int(status[status.index("VmRSS:") + 1]) // 1024
        self.found["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    def each(self, name, answer):
        self.put(name, self.asked, answer)

    def whole(self, name, answer, plain=lambda found: found):
        """`plain` makes what was found comparable and is not measured."""
        self.put(name, range(REPEATS), lambda _: answer(), plain)

    def put(self, name, asked, answer, plain=lambda found: found):
        seconds, answers = [], []
        for one in asked:
            begun = time.perf_counter()
            found = answer(one)
            seconds.append(time.perf_counter() - begun)
            answers.append(plain(found))
        self.found[name] = {"seconds": seconds, "answers": answers}

    def write(self):
        self.file.write_text(json.dumps(self.found))
