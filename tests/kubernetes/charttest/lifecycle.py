"""A release's life against a real API server, with the real controllers and scheduler.

Pods are admitted under the Pod Security standard `restricted`, scheduled and said to be ready by kwok:
no container runs, so that nothing here is about the services themselves. Every wait has a limit, and
whatever is started is ended, whatever happens.
"""

import datetime
import json
import pathlib
import subprocess
import tempfile
import time

from . import contract
from .rendering import KUBE, RENDERINGS
from .tools import CHART, CONTROL_PLANE, ROOT, cache, run

WAIT_SECONDS = 90
STANDARD = "pod-security.kubernetes.io"
# Where operators publish the definitions of their resources; some megabytes each.
DEFINITIONS = {
    "github.com/cert-manager/cert-manager": "v1.20.0",
    "github.com/prometheus-operator/prometheus-operator": "v0.91.0",
}
VOLUMES = 60  # One for each instance that ever lives, and some.


class Cluster:
    """kubectl and helm on one kubeconfig."""

    def __init__(self, kubeconfig):
        self.env = {"KUBECONFIG": kubeconfig, "HOME": str(pathlib.Path(kubeconfig).parent)}

    def kubectl(self, *words, stdin=None):
        return run(cache() / "kubectl", *words, stdin=stdin, env=self.env, timeout=120)

    def helm(self, *words):
        return run(cache() / "helm", *words, env=self.env, timeout=240)

    def apply(self, *manifests):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
        code, out, errors = self.kubectl("apply", "--filename", "-", stdin=text)
        assert code == 0, errors
        return out

    def get(self, kind, namespace, *words):
        code, out, errors = self.kubectl("get", kind, "--namespace", namespace, "--output", "json", *words)
        assert code == 0, errors
        return json.loads(out)["items"]

    def until(self, what, holds):
        """Waits until `holds()` gives something true; its last answer, or None when time is up."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            answer = holds()
            if answer:
                return answer
            if time.monotonic() > deadline:
                print(f"   waited {WAIT_SECONDS} s in vain: {what}")
                return None
            time.sleep(0.3)


def prepare(cluster):
    """A storage class without a provisioner, its volumes, and namespaces under `restricted`."""
    volumes = [{
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"volume-{number}"},
        "spec": {"capacity": {"storage": "20Gi"}, "storageClassName": "trial",
                 # The last third for those who want a volume to be one pod's: it excludes other modes.
                 "accessModes": ["ReadWriteOncePod"] if 3 * number >= 2 * VOLUMES else ["ReadWriteOnce"],
                 "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": f"/nowhere/{number}"}},
    } for number in range(VOLUMES)]
    cluster.apply({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "kubernetes.io/no-provisioner",
        "metadata": {"name": "trial", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "volumeBindingMode": "WaitForFirstConsumer"}, *volumes)


def namespace(cluster, name, scratch):
    """A namespace under `restricted`, with the Secrets that the values name."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {
        f"{STANDARD}/enforce": "restricted", f"{STANDARD}/warn": "restricted", f"{STANDARD}/audit": "restricted"}}})
    folder = pathlib.Path(scratch) / name
    code, _, errors = run(ROOT / "deploy" / "certificates", "helm", folder, "entrepot", name)
    assert code == 0, errors

    def secret(secret_name, *files):
        code, _, errors = cluster.kubectl("create", "secret", "generic", secret_name, "--namespace", name,
                                          *[f"--from-file={one}" for one in files])
        assert code == 0, errors

    for part in [*contract.SERVICES, "gateway"]:
        one = folder / f"entrepot-{part}"
        secret(f"entrepot-{part}-tls", one / "tls.crt", one / "tls.key", one / "ca.crt")
    secret("entrepot-jwt", f"jwks.json={folder / 'jwt' / 'jwt.pem'}")
    properties = folder / "kafka.properties"
    properties.write_text("security.protocol=ssl\n")
    secret("entrepot-kafka", properties)


class Life:
    """One release, what was seen of it, and when."""

    def __init__(self, report, cluster, space):
        self.report, self.cluster, self.space, self.rows = report, cluster, space, []
        self.volumes = {}

    def expect(self, holds, claim, why=""):
        return self.report.expect(holds, f"{self.space}: {claim}", why)

    def helm(self, step, *words, check=True):
        """One helm command on the release; warnings of the API server are findings."""
        begun = time.monotonic()
        code, out, errors = self.cluster.helm(*words, "--namespace", self.space)
        seconds = time.monotonic() - begun
        if check:
            self.expect(code == 0, step, errors)
        warned = [line for line in errors.splitlines() if any(
            word in line for word in ("violate", "deprecated", "unknown field"))]
        self.expect(not warned, f"{step}: the API server warns of nothing", "\n".join(warned))
        return code, errors, seconds

    def saw(self, step, seconds, text):
        self.rows.append((self.space, step, f"{seconds:.1f} s", text))
        print(f"   {step}: {seconds:.1f} s; {text}", flush=True)

    # What the cluster holds

    def sets(self):
        return {one["metadata"]["labels"]["app.kubernetes.io/component"]: one
                for one in self.cluster.get("statefulset", self.space)}

    def pods(self):
        return [one for one in self.cluster.get("pod", self.space) if "deletionTimestamp" not in one["metadata"]]

    def settled(self):
        """All workloads have reached what they should be, and every pod is ready."""
        for one in self.sets().values():
            status, wanted = one.get("status", {}), one["spec"]["replicas"]
            current = status.get("currentRevision") == status.get("updateRevision")
            if status.get("observedGeneration") != one["metadata"]["generation"] or not current \
                    or status.get("readyReplicas", 0) != wanted or status.get("replicas") != wanted:
                return False
        for one in self.cluster.get("deployment", self.space):
            status, wanted = one.get("status", {}), one["spec"]["replicas"]
            if status.get("observedGeneration") != one["metadata"]["generation"] or \
                    any(status.get(key, 0) != wanted for key in ("replicas", "updatedReplicas", "readyReplicas")):
                return False
        return all(any(c["type"] == "Ready" and c["status"] == "True" for c in one["status"].get("conditions", []))
                   for one in self.cluster.get("pod", self.space))

    def settle(self, step):
        begun = time.monotonic()
        self.expect(self.cluster.until(step, self.settled), f"{step}: everything becomes ready",
                    json.dumps([(one["metadata"]["name"], one["status"].get("conditions", [])[-1:]) for one in self.pods()])[:1500])
        return time.monotonic() - begun

    def looks_right(self, step, replicas):
        """What must hold in any state, with `replicas` instances of each stateful service."""
        sets = self.sets()
        for part, one in sets.items():
            self.expect(one["spec"]["replicas"] == replicas[part], f"{step}: {replicas[part]} instances of {part}")
        pods = self.pods()
        gateways = 0
        for pod in pods:
            part = pod["metadata"]["labels"]["app.kubernetes.io/component"]
            env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
            if part == "gateway":
                gateways += 1
                for other in contract.SERVICES:
                    urls = env[f"ENTREPOT_{other.upper().replace('-', '_')}"].split(",")
                    hosts = [f"{pod_name}." for pod_name in sorted(
                        (one["metadata"]["name"] for one in pods
                         if one["metadata"]["labels"]["app.kubernetes.io/component"] == other),
                        key=lambda name: int(name.rsplit("-", 1)[1]))]
                    self.expect(len(urls) == len(hosts) and all(url.startswith(f"https://{host}")
                                for url, host in zip(urls, hosts)), f"{step}: the gateway knows every {other}", f"{urls} {hosts}")
            elif part in contract.SERVICES:
                self.expect(env["ENTREPOT_INSTANCES"] == str(replicas[part]), f"{step}: {pod['metadata']['name']} knows their number")
                index = pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"]
                self.expect(pod["metadata"]["name"].endswith(f"-{index}"), f"{step}: the name ends in the ordinal")
                if part == "ingestion":
                    self.expect(len(env["ENTREPOT_METRICS"].split(",")) == replicas["metrics"], f"{step}: ingestion knows every metrics")
        self.expect(gateways >= 1, f"{step}: there is a gateway")
        # Whatever a pod mounts is there: no kubelet looks.
        have = {(kind, one["metadata"]["name"]) for kind in ("secret", "configmap", "persistentvolumeclaim")
                for one in self.cluster.get(kind, self.space)}
        for pod in pods:
            for volume in pod["spec"]["volumes"]:
                for kind, key, name in (("secret", "secret", "secretName"), ("configmap", "configMap", "name"),
                                        ("persistentvolumeclaim", "persistentVolumeClaim", "claimName")):
                    if key in volume:
                        self.expect((kind, volume[key][name]) in have, f"{step}: {kind} {volume[key][name]} is there")
        for budget in self.cluster.get("poddisruptionbudget", self.space):
            status = budget["status"]
            if status.get("disruptedPods"):
                # A pod that was evicted and came back under its name counts as away for two minutes,
                # if it was faster than the controller: kwok is.
                continue
            self.expect(status["disruptionsAllowed"] == 1 and status["currentHealthy"] == status["expectedPods"],
                        f"{step}: {budget['metadata']['name']} allows one", str(status))
        for service in self.cluster.get("service", self.space):
            slices = self.cluster.get("endpointslice", self.space, "--selector",
                                      f"kubernetes.io/service-name={service['metadata']['name']}")
            ready = sum(1 for one in slices for end in one.get("endpoints") or [] if end["conditions"].get("ready"))
            part = service["metadata"]["labels"]["app.kubernetes.io/component"]
            self.expect(ready == replicas.get(part, gateways), f"{step}: {service['metadata']['name']} has endpoints", str(ready))
        refused = [one["message"] for one in self.cluster.get("event", self.space)
                   if one["reason"] in ("FailedCreate", "FailedUpdate") or "violates PodSecurity" in one.get("message", "")]
        self.expect(not refused, f"{step}: no pod was refused", "\n".join(refused[:3]))
        # Volumes stay what they were: by the claim's identity, not by its name.
        for claim in self.cluster.get("persistentvolumeclaim", self.space):
            name, identity = claim["metadata"]["name"], claim["metadata"]["uid"]
            self.expect(claim["status"]["phase"] == "Bound", f"{step}: {name} is bound")
            self.expect(self.volumes.setdefault(name, (identity, claim["spec"]["volumeName"])) == (identity, claim["spec"]["volumeName"]),
                        f"{step}: {name} is the volume that it was")
        return pods


def all_equal(number):
    return {part: number for part in contract.SERVICES}


def admission_works(report, cluster, space):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "root", "namespace": space},
           "spec": {"containers": [{"name": "root", "image": "entrepot"}]}}
    code, _, errors = cluster.kubectl("apply", "--filename", "-", stdin=json.dumps(pod))
    report.expect(code != 0 and "violates PodSecurity" in errors, "the cluster refuses a pod that is not restricted", errors)


def plain(report, cluster, scratch):
    """Install, upgrade, scale, refuse, roll back, uninstall."""
    space = "statistics"
    namespace(cluster, space, scratch)
    admission_works(report, cluster, space)
    life = Life(report, cluster, space)
    base = ["entrepot", CHART, *RENDERINGS["default"], "--set", "kafka.configSecret=entrepot-kafka", "--timeout", "120s", "--wait"]

    _, _, seconds = life.helm("install", "install", *base)
    seconds += life.settle("install")
    pods = life.looks_right("install", all_equal(1))
    life.expect(not cluster.get("job", space), "the topics job ran and is gone")
    jobs = [one for one in cluster.get("event", space) if one["reason"] == "Completed" and one["involvedObject"]["kind"] == "Job"]
    life.expect(jobs, "the topics job completed before anything else was made")
    life.saw("install", seconds, f"{len(pods)} pods admitted and ready; topics job completed")

    before = {one["metadata"]["name"]: one["metadata"]["uid"] for one in life.pods()}
    _, _, seconds = life.helm("upgrade, log.filter=debug", "upgrade", *base, "--set", "log.filter=debug")
    seconds += life.settle("upgrade")
    pods = life.looks_right("upgrade", all_equal(1))
    renewed = sum(before.get(one["metadata"]["name"]) != one["metadata"]["uid"] for one in pods)
    life.expect(renewed == len(pods), "a changed value makes every pod anew")
    for pod in pods:
        env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
        life.expect(env["ENTREPOT_LOG"] == "debug", f"{pod['metadata']['name']} has the new value")
    life.saw("upgrade, one value", seconds, f"{renewed} of {len(pods)} pods made anew, the same volumes")

    before = {one["metadata"]["name"]: one["metadata"]["uid"] for one in life.pods()}
    _, _, seconds = life.helm("upgrade, nothing changed", "upgrade", *base, "--set", "log.filter=debug")
    life.settle("the same again")
    kept = sum(before.get(one["metadata"]["name"]) == one["metadata"]["uid"] for one in life.pods())
    life.expect(kept == len(before), "an upgrade that changes nothing touches no pod")
    life.saw("upgrade, no value", seconds, f"{kept} of {len(before)} pods untouched")

    for number in (2, 3, 2, 4):
        claims = len(life.volumes)
        _, _, seconds = life.helm(f"scale to {number}", "upgrade", *base, "--set", f"services.replicas={number}")
        seconds += life.settle(f"scale to {number}")
        life.looks_right(f"scale to {number}", all_equal(number))
        kept = len(cluster.get("persistentvolumeclaim", space))
        life.expect(kept == max(claims, 4 * number), f"scale to {number}: volumes stay", f"{claims} {kept}")
        life.saw(f"scale to {number}", seconds, f"every pod and URL list says {number}; {kept} volumes, all as they were")

    pods = {one["metadata"]["uid"] for one in life.pods()}
    code, errors, seconds = life.helm("refused", "upgrade", *base, "--set", "services.replicas=13", check=False)
    life.expect(code != 0 and "topics.partitions is 12" in errors, "13 instances of 12 partitions are refused")
    code, errors, _ = life.helm("refused", "upgrade", *base, "--set", "tls.source=", check=False)
    life.expect(code != 0 and "TLS is not configured" in errors, "an upgrade without TLS is refused")
    life.expect({one["metadata"]["uid"] for one in life.pods()} == pods, "a refused upgrade touches no pod")
    life.saw("two refused upgrades", seconds, "each says what to do; no pod touched")

    code, errors, seconds = life.helm("refused", "upgrade", *base, "--set", "services.storage.size=30Gi",
                                      "--set", "services.replicas=4", check=False)
    life.expect(code != 0 and "updates to statefulset spec" in errors, "a volume's size cannot be changed in place", errors)
    life.saw("larger volumes in place", seconds, "refused by the API server, as the README says; its way is below")
    for part in contract.SERVICES:
        cluster.kubectl("delete", "statefulset", f"entrepot-{part}", "--namespace", space, "--cascade=orphan")
    life.expect({one["metadata"]["uid"] for one in life.pods()} == pods, "the pods outlive their StatefulSets")
    _, _, seconds = life.helm("larger volumes", "upgrade", *base, "--set", "services.storage.size=30Gi", "--set", "services.replicas=4")
    seconds += life.settle("larger volumes")
    life.looks_right("larger volumes", all_equal(4))
    life.saw("larger volumes, by the README's way", seconds, "StatefulSets made anew around the pods; the same volumes")

    for part in contract.SERVICES:
        cluster.kubectl("delete", "statefulset", f"entrepot-{part}", "--namespace", space, "--cascade=orphan")
    _, _, seconds = life.helm("rollback", "rollback", "entrepot", "1", "--wait", "--timeout", "120s")
    seconds += life.settle("rollback")
    pods = life.looks_right("rollback", all_equal(1))
    for pod in pods:
        env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
        life.expect(env["ENTREPOT_LOG"] == "info", f"{pod['metadata']['name']} has the value of revision 1")
    life.saw("rollback to revision 1", seconds, f"{len(pods)} pods, 1 instance each, the values of revision 1")

    _, _, seconds = life.helm("uninstall", "uninstall", "entrepot", "--wait", "--timeout", "120s")
    left = {}

    def gone():
        left.clear()
        for kind in ("pod", "statefulset", "deployment", "service", "serviceaccount", "networkpolicy", "poddisruptionbudget",
                     "horizontalpodautoscaler", "job", "configmap"):
            ours = [one for one in cluster.get(kind, space, "--selector", "app.kubernetes.io/instance=entrepot")]
            if ours:
                left[kind] = [one["metadata"]["name"] for one in ours]
        return not left

    life.expect(cluster.until("nothing is left", gone), "uninstall leaves nothing but volumes", str(left))
    claims = cluster.get("persistentvolumeclaim", space)
    life.expect(len(claims) == 16, "uninstall keeps the volumes", str(len(claims)))
    life.saw("uninstall", seconds, f"nothing left but {len(claims)} volumes, which are kept")
    return life.rows


def available(report, cluster, scratch):
    """values-ha.yaml: three of everything, a node drained, an autoscaler that acts."""
    space = "available"
    namespace(cluster, space, scratch)
    life = Life(report, cluster, space)
    base = ["entrepot", CHART, *RENDERINGS["default"], "--values", CHART / "values-ha.yaml", "--timeout", "120s", "--wait"]
    _, _, seconds = life.helm("install", "install", *base)
    seconds += life.settle("install")
    pods = life.looks_right("install", all_equal(3))
    for part in [*contract.SERVICES, "gateway"]:
        nodes = {one["spec"]["nodeName"] for one in pods if one["metadata"]["labels"]["app.kubernetes.io/component"] == part}
        life.expect(len(nodes) == 3, f"three {part} are on three nodes", str(nodes))
    modes = {mode for one in cluster.get("persistentvolumeclaim", space) for mode in one["spec"]["accessModes"]}
    life.expect(modes == {"ReadWriteOncePod"}, "a volume is one pod's", str(modes))
    life.saw("install, values-ha.yaml", seconds, f"{len(pods)} pods, each service on three nodes in three zones")

    def scaler():
        found = cluster.get("horizontalpodautoscaler", space)[0]
        able = {one["type"]: one["status"] for one in found["status"].get("conditions", [])}
        return found if able.get("AbleToScale") == "True" else None

    found = cluster.until("the autoscaler sees its target", scaler)
    life.expect(found and found["status"]["desiredReplicas"] in (0, 3), "the autoscaler sees its target")
    life.saw("autoscaler", 0, "AbleToScale; without a metrics server it leaves the number as it is")

    begun = time.monotonic()
    code, out, errors = cluster.kubectl("drain", "one", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=90s",
                                        "--pod-selector", "app.kubernetes.io/instance=entrepot")
    life.expect(code == 0, "a node is drained within its budgets", errors)
    life.settle("drain")
    pods = life.looks_right("drain", all_equal(3))
    life.expect(all(one["spec"]["nodeName"] != "one" for one in pods), "its pods run on the other nodes")
    cluster.kubectl("uncordon", "one")
    life.saw("a node drained", time.monotonic() - begun, "budgets kept; its pods are ready on the two other nodes")

    code, _, errors = cluster.kubectl("scale", "statefulset", "entrepot-metrics", "--replicas=0", "--namespace", space)
    life.expect(code == 0, "metrics is stopped", errors)
    cluster.until("no metrics", lambda: not [one for one in cluster.get("pod", space) if "metrics" in one["metadata"]["name"]])
    _, _, seconds = life.helm("repair", "upgrade", *base)
    seconds += life.settle("repair")
    life.looks_right("repair", all_equal(3))
    life.saw("a wrong `kubectl scale` repaired", seconds, "`helm upgrade` brings the number of the values back")
    life.helm("uninstall", "uninstall", "entrepot", "--wait", "--timeout", "120s")
    return life.rows


def without_definitions(report, cluster, scratch):
    """What needs an operator says so when it is not there, and makes nothing."""
    space = "absent"
    namespace(cluster, space, scratch)
    code, _, errors = cluster.helm("install", "entrepot", CHART, *RENDERINGS["default"], "--namespace", space,
                                   "--set", "tls.source=cert-manager", "--set", "serviceMonitor.enabled=true")
    report.expect(code != 0 and "ensure CRDs are installed first" in errors, "without cert-manager an install with it is refused", errors)
    report.expect(not cluster.get("statefulset", space), "and nothing is made")
    return [(space, "install with cert-manager and Prometheus operator absent", "", "refused before anything is made: “ensure CRDs are installed first”")]


def with_definitions(report, cluster, scratch):
    """What needs cert-manager and the Prometheus operator, against their own definitions."""
    space = "defined"
    folders = {name: module(name, version) for name, version in DEFINITIONS.items()}
    if None in folders.values():
        report.skip("certificates, ServiceMonitor, PrometheusRule against their definitions",
                    "the modules are not to be had: " + ", ".join(DEFINITIONS))
        return []
    cert_manager, prometheus = folders.values()
    files = [cert_manager / "deploy/crds" / f"cert-manager.io_{one}.yaml" for one in ("issuers", "certificates")]
    files += [prometheus / "example/prometheus-operator-crd" / f"monitoring.coreos.com_{one}.yaml"
              for one in ("servicemonitors", "prometheusrules")]
    for one in files:
        code, _, errors = cluster.kubectl("create", "--filename", one)
        report.expect(code == 0, f"{one.name} is known", errors)
    for one in ("issuers.cert-manager.io", "certificates.cert-manager.io", "servicemonitors.monitoring.coreos.com",
                "prometheusrules.monitoring.coreos.com"):
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{one}", "--timeout=30s")
    namespace(cluster, space, scratch)
    life = Life(report, cluster, space)
    base = ["entrepot", CHART, *RENDERINGS["default"], "--set", "tls.source=cert-manager", "--set", "serviceMonitor.enabled=true",
            "--set", "prometheusRule.enabled=true", "--set", "dashboard.enabled=true", "--set", "gateway.ingress.enabled=true",
            "--set", "gateway.ingress.hosts={entrepot.example.org}"]
    _, manifests, _ = cluster.helm("template", *base, "--namespace", space, "--kube-version", KUBE)
    code, out, errors = cluster.kubectl("apply", "--dry-run=server", "--validate=strict", "--namespace", space,
                                        "--filename", "-", stdin=manifests)
    life.expect(code == 0 and "Warning" not in errors, "the API server knows every field", errors)
    _, _, seconds = life.helm("install", "install", *base, "--timeout", "120s", "--wait")
    seconds += life.settle("install")
    pods = life.looks_right("install", all_equal(1))
    made = {kind: len(cluster.get(kind, space)) for kind in ("issuer", "certificate", "servicemonitor", "prometheusrule")}
    life.expect(made == {"issuer": 2, "certificate": 6, "servicemonitor": 1, "prometheusrule": 1}, "custom resources are made", str(made))
    life.saw("install with their definitions", seconds,
             f"{len(pods)} pods ready; {sum(made.values())} custom resources, no unknown field")
    life.helm("uninstall", "uninstall", "entrepot", "--wait", "--timeout", "120s")
    left = sum(len(cluster.get(kind, space)) for kind in made)
    life.expect(left == 0, "uninstall takes custom resources along")
    return life.rows


def module(name, version):
    """The folder of a Go module's files, or None."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            done = subprocess.run(["go", "mod", "download", "-json", f"{name}@{version}"], cwd=scratch,
                                  capture_output=True, text=True, timeout=120)
        except (OSError, subprocess.TimeoutExpired):
            return None
    return pathlib.Path(json.loads(done.stdout)["Dir"]) if done.returncode == 0 else None


def write(report, rows, versions, seconds):
    lines = [
        "# The chart on Kubernetes: what was seen", "",
        "Written by `make kubernetes` (`tests/kubernetes/check --cluster`): the chart against a real API server",
        "with its admission, defaulting and validation, the real controller manager and scheduler, on three",
        "simulated nodes in three zones, in namespaces that enforce the Pod Security standard `restricted`.", "",
        "What it shows: manifests are accepted, pods are admitted and scheduled, controllers do what the chart",
        "wants of them. What it does not: no container runs (kwok says that pods are ready, whatever their",
        "probes would say), no NetworkPolicy is enforced, no volume holds data.", "",
        f"{datetime.date.today().isoformat()}: {report.passed} claims held, {len(report.failed)} did not, in {seconds:.0f} s. {versions}", "",
        "| namespace | step | time | seen |", "|---|---|---|---|",
        *[f"| {' | '.join(row)} |" for row in rows], ""]
    if report.failed:
        lines += ["Did not hold:", "", *[f"- {one}" for one in report.failed], ""]
    path = ROOT / "docs" / "kubernetes.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))
    print(f"   written to {path.relative_to(ROOT)}")


def all_of(report, port):
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        plane = subprocess.Popen([CONTROL_PLANE, "run", pathlib.Path(scratch) / "plane", str(port)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
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
            rows.append(("", "control plane", f"{time.monotonic() - begun:.1f} s", f"Kubernetes {version} answers"))
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
        report.expect(plane.returncode == 0, "the control plane ended by itself", str(plane.returncode))
