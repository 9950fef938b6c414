"""A release's life against a real API server, with the real controllers and scheduler.

Pods are admitted under the Pod Security standard `restricted`, scheduled and said to be ready by kwok:
no container runs, so that nothing here is about the services themselves. Whatever is started is ended,
whatever happens.
"""

import datetime
import json
import pathlib
import subprocess
import tempfile
import time

from . import contract
from .cluster import Cluster, Life, all_equal, namespace, prepare
from .rendering import RENDERINGS
from .tools import CHART, CONTROL_PLANE, ROOT
from .variants import available, with_definitions, without_definitions


def admission_works(report, cluster, space):
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "root", "namespace": space},
        "spec": {"containers": [{"name": "root", "image": "entrepot"}]},
    }
    code, _, errors = cluster.kubectl("apply", "--filename", "-", stdin=json.dumps(pod))
    report.expect(
        code != 0 and "violates PodSecurity" in errors,
        "the cluster refuses a pod that is not restricted",
        errors,
    )


def plain(report, cluster, scratch):
    """Install, upgrade, scale, refuse, roll back, uninstall."""
    space = "statistics"
    namespace(cluster, space, scratch)
    admission_works(report, cluster, space)
    life = Life(report, cluster, space)
    base = [
        "entrepot",
        CHART,
        *RENDERINGS["default"],
        "--set",
        "kafka.configSecret=entrepot-kafka",
        "--timeout",
        "120s",
        "--wait",
    ]

    _, _, seconds = life.helm("install", "install", *base)
    seconds += life.settle("install")
    pods = life.looks_right("install", all_equal(1))
    life.expect(not cluster.get("job", space), "the topics job ran and is gone")
    jobs = [
        one
        for one in cluster.get("event", space)
        if one["reason"] == "Completed" and one["involvedObject"]["kind"] == "Job"
    ]
    life.expect(jobs, "the topics job completed before anything else was made")
    life.saw("install", seconds, f"{len(pods)} pods admitted and ready; topics job completed")

    before = {one["metadata"]["name"]: one["metadata"]["uid"] for one in life.pods()}
    _, _, seconds = life.helm(
        "upgrade, log.filter=debug", "upgrade", *base, "--set", "log.filter=debug"
    )
    seconds += life.settle("upgrade")
    pods = life.looks_right("upgrade", all_equal(1))
    renewed = sum(before.get(one["metadata"]["name"]) != one["metadata"]["uid"] for one in pods)
    life.expect(renewed == len(pods), "a changed value makes every pod anew")
    for pod in pods:
        env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
        life.expect(env["ENTREPOT_LOG"] == "debug", f"{pod['metadata']['name']} has the new value")
    life.saw(
        "upgrade, one value", seconds, f"{renewed} of {len(pods)} pods made anew, the same volumes"
    )

    before = {one["metadata"]["name"]: one["metadata"]["uid"] for one in life.pods()}
    _, _, seconds = life.helm(
        "upgrade, nothing changed", "upgrade", *base, "--set", "log.filter=debug"
    )
    life.settle("the same again")
    kept = sum(before.get(one["metadata"]["name"]) == one["metadata"]["uid"] for one in life.pods())
    life.expect(kept == len(before), "an upgrade that changes nothing touches no pod")
    life.saw("upgrade, no value", seconds, f"{kept} of {len(before)} pods untouched")

    for number in (2, 3, 2, 4):
        claims = len(life.volumes)
        _, _, seconds = life.helm(
            f"scale to {number}", "upgrade", *base, "--set", f"services.replicas={number}"
        )
        seconds += life.settle(f"scale to {number}")
        life.looks_right(f"scale to {number}", all_equal(number))
        kept = len(cluster.get("persistentvolumeclaim", space))
        life.expect(
            kept == max(claims, 4 * number), f"scale to {number}: volumes stay", f"{claims} {kept}"
        )
        life.saw(
            f"scale to {number}",
            seconds,
            f"every pod and URL list says {number}; {kept} volumes, all as they were",
        )

    pods = {one["metadata"]["uid"] for one in life.pods()}
    code, errors, seconds = life.helm(
        "refused", "upgrade", *base, "--set", "services.replicas=13", check=False
    )
    life.expect(
        code != 0 and "topics.partitions is 12" in errors,
        "13 instances of 12 partitions are refused",
    )
    code, errors, _ = life.helm("refused", "upgrade", *base, "--set", "tls.source=", check=False)
    life.expect(
        code != 0 and "TLS is not configured" in errors, "an upgrade without TLS is refused"
    )
    life.expect(
        {one["metadata"]["uid"] for one in life.pods()} == pods, "a refused upgrade touches no pod"
    )
    life.saw("two refused upgrades", seconds, "each says what to do; no pod touched")

    code, errors, seconds = life.helm(
        "refused",
        "upgrade",
        *base,
        "--set",
        "services.storage.size=30Gi",
        "--set",
        "services.replicas=4",
        check=False,
    )
    life.expect(
        code != 0 and "updates to statefulset spec" in errors,
        "a volume's size cannot be changed in place",
        errors,
    )
    life.saw(
        "larger volumes in place",
        seconds,
        "refused by the API server, as the README says; its way is below",
    )
    for part in contract.SERVICES:
        cluster.kubectl(
            "delete", "statefulset", f"entrepot-{part}", "--namespace", space, "--cascade=orphan"
        )
    life.expect(
        {one["metadata"]["uid"] for one in life.pods()} == pods,
        "the pods outlive their StatefulSets",
    )
    _, _, seconds = life.helm(
        "larger volumes",
        "upgrade",
        *base,
        "--set",
        "services.storage.size=30Gi",
        "--set",
        "services.replicas=4",
    )
    seconds += life.settle("larger volumes")
    life.looks_right("larger volumes", all_equal(4))
    life.saw(
        "larger volumes, by the README's way",
        seconds,
        "StatefulSets made anew around the pods; the same volumes",
    )

    for part in contract.SERVICES:
        cluster.kubectl(
            "delete", "statefulset", f"entrepot-{part}", "--namespace", space, "--cascade=orphan"
        )
    _, _, seconds = life.helm(
        "rollback", "rollback", "entrepot", "1", "--wait", "--timeout", "120s"
    )
    seconds += life.settle("rollback")
    pods = life.looks_right("rollback", all_equal(1))
    for pod in pods:
        env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
        life.expect(
            env["ENTREPOT_LOG"] == "info", f"{pod['metadata']['name']} has the value of revision 1"
        )
    life.saw(
        "rollback to revision 1",
        seconds,
        f"{len(pods)} pods, 1 instance each, the values of revision 1",
    )

    _, _, seconds = life.helm("uninstall", "uninstall", "entrepot", "--wait", "--timeout", "120s")
    left = {}

    def gone():
        left.clear()
        for kind in (
            "pod",
            "statefulset",
            "deployment",
            "service",
            "serviceaccount",
            "networkpolicy",
            "poddisruptionbudget",
            "horizontalpodautoscaler",
            "job",
            "configmap",
        ):
            ours = [
                one
                for one in cluster.get(
                    kind, space, "--selector", "app.kubernetes.io/instance=entrepot"
                )
            ]
            if ours:
                left[kind] = [one["metadata"]["name"] for one in ours]
        return not left

    life.expect(
        cluster.until("nothing is left", gone), "uninstall leaves nothing but volumes", str(left)
    )
    claims = cluster.get("persistentvolumeclaim", space)
    life.expect(len(claims) == 16, "uninstall keeps the volumes", str(len(claims)))
    life.saw("uninstall", seconds, f"nothing left but {len(claims)} volumes, which are kept")
    return life.rows


def write(report, rows, versions, seconds):
    lines = [
        "# The chart on Kubernetes: what was seen",
        "",
        "Written by `make kubernetes` (`tests/kubernetes/check --cluster`): the chart against a real API server",
        "with its admission, defaulting and validation, the real controller manager and scheduler, on three",
        "simulated nodes in three zones, in namespaces that enforce the Pod Security standard `restricted`.",
        "",
        "What it shows: manifests are accepted, pods are admitted and scheduled, controllers do what the chart",
        "wants of them. What it does not: no container runs (kwok says that pods are ready, whatever their",
        "probes would say), no NetworkPolicy is enforced, no volume holds data.",
        "",
        f"{datetime.date.today().isoformat()}: {report.passed} claims held, {len(report.failed)} did not, in {seconds:.0f} s. {versions}",
        "",
        "| namespace | step | time | seen |",
        "|---|---|---|---|",
        *[f"| {' | '.join(row)} |" for row in rows],
        "",
    ]
    if report.failed:
        lines += ["Did not hold:", "", *[f"- {one}" for one in report.failed], ""]
    path = ROOT / "docs" / "kubernetes.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))
    print(f"   written to {path.relative_to(ROOT)}")


def all_of(report, port):
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        plane = subprocess.Popen(
            [CONTROL_PLANE, "run", pathlib.Path(scratch) / "plane", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        rows = []
        try:
            kubeconfig = plane.stdout.readline().strip()
            if not report.expect(kubeconfig, "a control plane starts"):
                return
            cluster = Cluster(kubeconfig)
            _, server, _ = cluster.kubectl("version", "--output", "json")
            version = json.loads(server)["serverVersion"]["gitVersion"]
            _, helm, _ = cluster.helm("version", "--template", "{{.Version}}")
            prepare(cluster)
            rows.append(
                (
                    "",
                    "control plane",
                    f"{time.monotonic() - begun:.1f} s",
                    f"Kubernetes {version} answers",
                )
            )
            for part in (plain, available, without_definitions, with_definitions):
                report.section(part.__doc__.splitlines()[0])
                rows += part(report, cluster, scratch)
            versions = f"Kubernetes {version}, Helm {helm or '3.19'}."
            write(report, rows, versions, time.monotonic() - begun)
        finally:
            # The end of its input ends it, and it ends what it started.
            plane.stdin.close()
            try:
                plane.wait(timeout=60)
            except subprocess.TimeoutExpired:
                plane.kill()
        report.expect(
            plane.returncode == 0, "the control plane ended by itself", str(plane.returncode)
        )
