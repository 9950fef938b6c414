#!/usr/bin/env python3
"""ESRI by sparse matrices of scipy, a step over all firms at a time, as one would write it.

    esri_scipy.py DIRECTORY FIRMS        closes so many firms, evenly spread, one by one

Reads what the example `esri` has written there, and prints the seconds and the largest difference.
"""

import csv
import pathlib
import sys
import time

import numpy as np
import scipy.sparse as sparse

EPS = 1e-2


def main(directory, sample):
    industry = np.loadtxt(directory / "industries.csv", dtype=int)
    sales = np.loadtxt(directory / "sales.csv", delimiter=",")
    needs = np.loadtxt(directory / "needs.csv", delimiter=",", dtype=int)
    n, kinds = len(industry), len(needs)
    supplier, buyer = sales[:, 0].astype(int), sales[:, 1].astype(int)
    w = sparse.coo_matrix((sales[:, 2], (supplier, buyer)), shape=(n, n)).tocsr()
    w.sum_duplicates()
    sold = np.asarray(w.sum(axis=1)).ravel()
    bought = np.asarray(w.sum(axis=0)).ravel()
    up = sparse.diags(np.divide(1, sold, out=np.zeros(n), where=sold > 0)) @ w
    links = w.tocoo()
    need = needs[industry[links.row], industry[links.col]]
    group = industry[links.row] * n + links.col
    of_group = np.bincount(group, links.data, kinds * n)
    linear = need == 1
    down = sparse.csr_matrix(
        (links.data[linear] / bought[links.col[linear]], (links.col[linear], links.row[linear])), (n, n)
    )
    essential = need == 2
    # A row for each pair of input industry and buyer that has one.
    rows, place = np.unique(group[essential], return_inverse=True)
    parts = links.data[essential] / of_group[group[essential]]
    groups = sparse.csr_matrix((parts, (place, links.row[essential])), (len(rows), n))
    buyers = rows % n
    order = np.argsort(buyers, kind="stable")
    groups, buyers = groups[order], buyers[order]
    starts = np.flatnonzero(np.r_[True, np.diff(buyers) > 0])
    firsts = buyers[starts]

    def esri(firm):
        psi = np.ones(n)
        psi[firm] = 0
        hd, hu, steps = psi.copy(), psi.copy(), 0
        while True:
            missing = 1 - hd
            left = 1 - down @ missing
            worst = np.zeros(n)
            worst[firsts] = np.maximum.reduceat(groups @ missing, starts)
            next_d = np.maximum(0, np.minimum(np.minimum(left, 1 - worst), psi))
            next_u = np.maximum(0, np.minimum(psi, 1 - up @ (1 - hu)))
            drop = max((hd - next_d).max(), (hu - next_u).max())
            hd, hu, steps = next_d, next_u, steps + 1
            if drop <= EPS:
                return (sold * (1 - np.minimum(hd, hu))).sum() / sold.sum(), steps

    with open(directory / "values.csv") as file:
        ours = {int(row["firm"]): row for row in csv.DictReader(file)}
    firms = [index * n // sample for index in range(sample)]
    begun = time.monotonic()
    theirs = {firm: esri(firm) for firm in firms}
    seconds = time.monotonic() - begun
    both = [firm for firm in firms if firm in ours]
    difference = max(abs(theirs[firm][0] - float(ours[firm]["esri"])) for firm in both)
    steps = sum(theirs[firm][1] != int(ours[firm]["iterations"]) for firm in both)
    print(f"scipy: {sample} firms in {seconds:.2f} s ({seconds * 1000 / sample:.2f} ms each); "
          f"largest difference of {len(both)} values {difference:.1e}, other steps {steps}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
