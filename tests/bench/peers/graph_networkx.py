#!/usr/bin/env python3
"""Answers the questions of the example `graph` by networkx, as one would write it.

    graph_networkx.py DIRECTORY        reads the tables there, and writes `networkx.json`
"""

import pathlib
import sys

import networkx as nx

from graph_tables import CHANGE_MAX, DAMPING, STEPS_MAX, Answers, component_names, firms, held, relations, told


def main(directory):
    answers = Answers(directory, "networkx")
    graph = nx.MultiDiGraph()
    for firm, row in firms(directory):
        graph.add_node(firm, **row)
    for row in relations(directory):
        graph.add_edge(row["from"], row["to"], key=row["id"], **row)
    answers.loaded()

    def firm(id):
        both = [*graph.out_edges(id, data=True), *graph.in_edges(id, data=True)]
        return told([row for _, _, row in both])

    def two_steps(id):
        first = {*graph.successors(id), *graph.predecessors(id)}
        near = set(first)
        for one in first:
            near.update(graph.successors(one))
            near.update(graph.predecessors(one))
        return len(near - {id})

    def firm_in_the_past(id):
        both = [*graph.out_edges(id, data=True), *graph.in_edges(id, data=True)]
        return told([row for _, _, row in both if held(row)])

    def network_in_the_past():
        kept = [(one, other, key) for one, other, key, row in graph.edges(keys=True, data=True) if held(row)]
        return graph.edge_subgraph(kept).copy().number_of_edges()

    def ranks():
        return nx.pagerank(graph, alpha=DAMPING, tol=CHANGE_MAX / len(graph), max_iter=STEPS_MAX)

    answers.each("a firm", firm)
    answers.each("two steps", two_steps)
    answers.each("a firm in the past", firm_in_the_past)
    answers.whole("the network in the past", network_in_the_past)
    answers.whole("PageRank", ranks, lambda found: [found[id] for id in sorted(found)])
    answers.whole("components", lambda: list(nx.weakly_connected_components(graph)), component_names)
    answers.write()


main(pathlib.Path(sys.argv[1]))
