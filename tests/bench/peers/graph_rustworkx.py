#!/usr/bin/env python3
"""Answers the questions of the example `graph` by rustworkx, as one would write it.

    graph_rustworkx.py DIRECTORY        reads the tables there, and writes `rustworkx.json`
"""

import pathlib
import sys

import rustworkx as rx

from graph_tables import CHANGE_MAX, DAMPING, STEPS_MAX, Answers, component_names, firms, held, relations, told


def main(directory):
    answers = Answers(directory, "rustworkx")
    graph = rx.PyDiGraph()
    index = {}
    for firm, row in firms(directory):
        if firm not in index:
            index[firm] = graph.add_node(row)
    graph.add_edges_from([(index[row["from"]], index[row["to"]], row) for row in relations(directory)])
    answers.loaded()
    names = {node: firm for firm, node in index.items()}

    def edges(id):
        return [*graph.out_edges(index[id]), *graph.in_edges(index[id])]

    def two_steps(id):
        node = index[id]
        first = {*graph.successor_indices(node), *graph.predecessor_indices(node)}
        near = set(first)
        for one in first:
            near.update(graph.successor_indices(one))
            near.update(graph.predecessor_indices(one))
        return len(near - {node})

    def network_in_the_past():
        past = rx.PyDiGraph()
        past.add_nodes_from(graph.nodes())
        past.add_edges_from([edge for edge in graph.weighted_edge_list() if held(edge[2])])
        return past.num_edges()

    def ranks():
        return rx.pagerank(graph, alpha=DAMPING, tol=CHANGE_MAX / len(index), max_iter=STEPS_MAX)

    def named(components):
        return component_names([{names[node] for node in part} for part in components])

    answers.each("a firm", lambda id: told([row for _, _, row in edges(id)]))
    answers.each("two steps", two_steps)
    answers.each("a firm in the past", lambda id: told([row for _, _, row in edges(id) if held(row)]))
    answers.whole("the network in the past", network_in_the_past)
    answers.whole("PageRank", ranks, lambda found: [found[index[id]] for id in sorted(index)])
    answers.whole("components", lambda: rx.weakly_connected_components(graph), named)
    answers.write()


main(pathlib.Path(sys.argv[1]))
