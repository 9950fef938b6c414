"""Releases of other kinds: highly available, with operators, and without what they need."""

import json
import pathlib
import subprocess
import tempfile
import time

from . import contract
from .cluster import Life, all_equal, namespace
from .rendering import KUBE, RENDERINGS
from .tools import CHART

# Where operators publish the definitions of their resources; some megabytes each.
DEFINITIONS = {
    "github.com/cert-manager/cert-manager": "v1.20.0",
    "github.com/prometheus-operator/prometheus-operator": "v0.91.0",
}


def available(report, cluster, scratch):
    """values-ha.yaml: three of everything, a node drained, an autoscaler that acts."""
    space = "available"
    namespace(cluster, space, scratch)
    life = Life(report, cluster, space)
    base = [
        "entrepot",
        CHART,
        *RENDERINGS["default"],
        "--values",
        CHART / "values-ha.yaml",
        "--timeout",
        "120s",
        "--wait",
    ]
    _, _, seconds = life.helm("install", "install", *base)
    seconds += life.settle("install")
    pods = life.looks_right("install", all_equal(3))
    for part in [*contract.SERVICES, "gateway"]:
        nodes = {
            one["spec"]["nodeName"]
            for one in pods
            if one["metadata"]["labels"]["app.kubernetes.io/component"] == part
        }
        life.expect(len(nodes) == 3, f"three {part} are on three nodes", str(nodes))
    modes = {
        mode
        for one in cluster.get("persistentvolumeclaim", space)
        for mode in one["spec"]["accessModes"]
    }
    life.expect(modes == {"ReadWriteOncePod"}, "a volume is one pod's", str(modes))
    life.saw(
        "install, values-ha.yaml",
        seconds,
        f"{len(pods)} pods, each service on three nodes in three zones",
    )

    def scaler():
        found = cluster.get("horizontalpodautoscaler", space)[0]
        able = {one["type"]: one["status"] for one in found["status"].get("conditions", [])}
        return found if able.get("AbleToScale") == "True" else None

    found = cluster.until("the autoscaler sees its target", scaler)
    life.expect(
        found and found["status"]["desiredReplicas"] in (0, 3), "the autoscaler sees its target"
    )
    life.saw("autoscaler", 0, "AbleToScale; without a metrics server it leaves the number as it is")

    begun = time.monotonic()
    code, out, errors = cluster.kubectl(
        "drain",
        "one",
        "--ignore-daemonsets",
        "--delete-emptydir-data",
        "--timeout=90s",
        "--pod-selector",
        "app.kubernetes.io/instance=entrepot",
    )
    life.expect(code == 0, "a node is drained within its budgets", errors)
    life.settle("drain")
    pods = life.looks_right("drain", all_equal(3))
    life.expect(
        all(one["spec"]["nodeName"] != "one" for one in pods), "its pods run on the other nodes"
    )
    cluster.kubectl("uncordon", "one")
    life.saw(
        "a node drained",
        time.monotonic() - begun,
        "budgets kept; its pods are ready on the two other nodes",
    )

    code, _, errors = cluster.kubectl(
        "scale", "statefulset", "entrepot-metrics", "--replicas=0", "--namespace", space
    )
    life.expect(code == 0, "metrics is stopped", errors)
    cluster.until(
        "no metrics",
        lambda: not [
            one for one in cluster.get("pod", space) if "metrics" in one["metadata"]["name"]
        ],
    )
    _, _, seconds = life.helm("repair", "upgrade", *base)
    seconds += life.settle("repair")
    life.looks_right("repair", all_equal(3))
    life.saw(
        "a wrong `kubectl scale` repaired",
        seconds,
        "`helm upgrade` brings the number of the values back",
    )
    life.helm("uninstall", "uninstall", "entrepot", "--wait", "--timeout", "120s")
    return life.rows


def without_definitions(report, cluster, scratch):
    """What needs an operator says so when it is not there, and makes nothing."""
    space = "absent"
    namespace(cluster, space, scratch)
    code, _, errors = cluster.helm(
        "install",
        "entrepot",
        CHART,
        *RENDERINGS["default"],
        "--namespace",
        space,
        "--set",
        "tls.source=cert-manager",
        "--set",
        "serviceMonitor.enabled=true",
    )
    report.expect(
        code != 0 and "ensure CRDs are installed first" in errors,
        "without cert-manager an install with it is refused",
        errors,
    )
    report.expect(not cluster.get("statefulset", space), "and nothing is made")
    return [
        (
            space,
            "install with cert-manager and Prometheus operator absent",
            "",
            "refused before anything is made: “ensure CRDs are installed first”",
        )
    ]


def with_definitions(report, cluster, scratch):
    """What needs cert-manager and the Prometheus operator, against their own definitions."""
    space = "defined"
    folders = {name: module(name, version) for name, version in DEFINITIONS.items()}
    if None in folders.values():
        report.skip(
            "certificates, ServiceMonitor, PrometheusRule against their definitions",
            "the modules are not to be had: " + ", ".join(DEFINITIONS),
        )
        return []
    cert_manager, prometheus = folders.values()
    files = [
        cert_manager / "deploy/crds" / f"cert-manager.io_{one}.yaml"
        for one in ("issuers", "certificates")
    ]
    files += [
        prometheus / "example/prometheus-operator-crd" / f"monitoring.coreos.com_{one}.yaml"
        for one in ("servicemonitors", "prometheusrules")
    ]
    for one in files:
        code, _, errors = cluster.kubectl("create", "--filename", one)
        report.expect(code == 0, f"{one.name} is known", errors)
    for one in (
        "issuers.cert-manager.io",
        "certificates.cert-manager.io",
        "servicemonitors.monitoring.coreos.com",
        "prometheusrules.monitoring.coreos.com",
    ):
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{one}", "--timeout=30s")
    namespace(cluster, space, scratch)
    life = Life(report, cluster, space)
    base = [
        "entrepot",
        CHART,
        *RENDERINGS["default"],
        "--set",
        "tls.source=cert-manager",
        "--set",
        "serviceMonitor.enabled=true",
        "--set",
        "prometheusRule.enabled=true",
        "--set",
        "dashboard.enabled=true",
        "--set",
        "gateway.ingress.enabled=true",
        "--set",
        "gateway.ingress.hosts={entrepot.example.org}",
    ]
    _, manifests, _ = cluster.helm("template", *base, "--namespace", space, "--kube-version", KUBE)
    code, out, errors = cluster.kubectl(
        "apply",
        "--dry-run=server",
        "--validate=strict",
        "--namespace",
        space,
        "--filename",
        "-",
        stdin=manifests,
    )
    life.expect(code == 0 and "Warning" not in errors, "the API server knows every field", errors)
    _, _, seconds = life.helm("install", "install", *base, "--timeout", "120s", "--wait")
    seconds += life.settle("install")
    pods = life.looks_right("install", all_equal(1))
    made = {
        kind: len(cluster.get(kind, space))
        for kind in ("issuer", "certificate", "servicemonitor", "prometheusrule")
    }
    life.expect(
        made == {"issuer": 2, "certificate": 6, "servicemonitor": 1, "prometheusrule": 1},
        "custom resources are made",
        str(made),
    )
    life.saw(
        "install with their definitions",
        seconds,
        f"{len(pods)} pods ready; {sum(made.values())} custom resources, no unknown field",
    )
    life.helm("uninstall", "uninstall", "entrepot", "--wait", "--timeout", "120s")
    left = sum(len(cluster.get(kind, space)) for kind in made)
    life.expect(left == 0, "uninstall takes custom resources along")
    return life.rows


def module(name, version):
    """The folder of a Go module's files, or None."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            done = subprocess.run(
                ["go", "mod", "download", "-json", f"{name}@{version}"],
                cwd=scratch,
                capture_output=True,
                text=True,
                timeout=120,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    return pathlib.Path(json.loads(done.stdout)["Dir"]) if done.returncode == 0 else None
