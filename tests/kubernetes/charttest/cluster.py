"""A real API server as the tests see it, and one release on it.

Every wait has a limit. `Life` knows what must hold in any state of a release; what happens to it is in
lifecycle.py.
"""

import json
import pathlib
import time

from . import contract
from .tools import ROOT, cache, run

WAIT_SECONDS = 90
STANDARD = "pod-security.kubernetes.io"
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
        code, out, errors = self.kubectl(
            "get", kind, "--namespace", namespace, "--output", "json", *words
        )
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
    volumes = [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": f"volume-{number}"},
            "spec": {
                "capacity": {"storage": "20Gi"},
                "storageClassName": "trial",
                # The last third for those who want a volume to be one pod's: it excludes other modes.
                "accessModes": (
                    ["ReadWriteOncePod"] if 3 * number >= 2 * VOLUMES else ["ReadWriteOnce"]
                ),
                "persistentVolumeReclaimPolicy": "Retain",
                "hostPath": {"path": f"/nowhere/{number}"},
            },
        }
        for number in range(VOLUMES)
    ]
    cluster.apply(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "provisioner": "kubernetes.io/no-provisioner",
            "metadata": {
                "name": "trial",
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "volumeBindingMode": "WaitForFirstConsumer",
        },
        *volumes,
    )


def namespace(cluster, name, scratch):
    """A namespace under `restricted`, with the Secrets that the values name."""
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": name,
                "labels": {
                    f"{STANDARD}/enforce": "restricted",
                    f"{STANDARD}/warn": "restricted",
                    f"{STANDARD}/audit": "restricted",
                },
            },
        }
    )
    folder = pathlib.Path(scratch) / name
    code, _, errors = run(ROOT / "deploy" / "certificates", "helm", folder, "entrepot", name)
    assert code == 0, errors

    def secret(secret_name, *files):
        code, _, errors = cluster.kubectl(
            "create",
            "secret",
            "generic",
            secret_name,
            "--namespace",
            name,
            *[f"--from-file={one}" for one in files],
        )
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
        warned = [
            line
            for line in errors.splitlines()
            if any(word in line for word in ("violate", "deprecated", "unknown field"))
        ]
        self.expect(not warned, f"{step}: the API server warns of nothing", "\n".join(warned))
        return code, errors, seconds

    def saw(self, step, seconds, text):
        self.rows.append((self.space, step, f"{seconds:.1f} s", text))
        print(f"   {step}: {seconds:.1f} s; {text}", flush=True)

    # What the cluster holds

    def sets(self):
        return {
            one["metadata"]["labels"]["app.kubernetes.io/component"]: one
            for one in self.cluster.get("statefulset", self.space)
        }

    def pods(self):
        return [
            one
            for one in self.cluster.get("pod", self.space)
            if "deletionTimestamp" not in one["metadata"]
        ]

    def settled(self):
        """All workloads have reached what they should be, and every pod is ready."""
        for one in self.sets().values():
            status, wanted = one.get("status", {}), one["spec"]["replicas"]
            current = status.get("currentRevision") == status.get("updateRevision")
            if (
                status.get("observedGeneration") != one["metadata"]["generation"]
                or not current
                or status.get("readyReplicas", 0) != wanted
                or status.get("replicas") != wanted
            ):
                return False
        for one in self.cluster.get("deployment", self.space):
            status, wanted = one.get("status", {}), one["spec"]["replicas"]
            if status.get("observedGeneration") != one["metadata"]["generation"] or any(
                status.get(key, 0) != wanted
                for key in ("replicas", "updatedReplicas", "readyReplicas")
            ):
                return False
        return all(
            any(
                c["type"] == "Ready" and c["status"] == "True"
                for c in one["status"].get("conditions", [])
            )
            for one in self.cluster.get("pod", self.space)
        )

    def settle(self, step):
        begun = time.monotonic()
        self.expect(
            self.cluster.until(step, self.settled),
            f"{step}: everything becomes ready",
            json.dumps(
                [
                    (one["metadata"]["name"], one["status"].get("conditions", [])[-1:])
                    for one in self.pods()
                ]
            )[:1500],
        )
        return time.monotonic() - begun

    def looks_right(self, step, replicas):
        """What must hold in any state, with `replicas` instances of each stateful service."""
        sets = self.sets()
        for part, one in sets.items():
            self.expect(
                one["spec"]["replicas"] == replicas[part],
                f"{step}: {replicas[part]} instances of {part}",
            )
        pods = self.pods()
        gateways = 0
        for pod in pods:
            part = pod["metadata"]["labels"]["app.kubernetes.io/component"]
            env = {one["name"]: one.get("value") for one in pod["spec"]["containers"][0]["env"]}
            if part == "gateway":
                gateways += 1
                for other in contract.SERVICES:
                    urls = env[f"ENTREPOT_{other.upper().replace('-', '_')}"].split(",")
                    hosts = [
                        f"{pod_name}."
                        for pod_name in sorted(
                            (
                                one["metadata"]["name"]
                                for one in pods
                                if one["metadata"]["labels"]["app.kubernetes.io/component"] == other
                            ),
                            key=lambda name: int(name.rsplit("-", 1)[1]),
                        )
                    ]
                    self.expect(
                        len(urls) == len(hosts)
                        and all(
                            url.startswith(f"https://{host}") for url, host in zip(urls, hosts)
                        ),
                        f"{step}: the gateway knows every {other}",
                        f"{urls} {hosts}",
                    )
            elif part in contract.SERVICES:
                self.expect(
                    env["ENTREPOT_INSTANCES"] == str(replicas[part]),
                    f"{step}: {pod['metadata']['name']} knows their number",
                )
                index = pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"]
                self.expect(
                    pod["metadata"]["name"].endswith(f"-{index}"),
                    f"{step}: the name ends in the ordinal",
                )
                if part == "ingestion":
                    self.expect(
                        len(env["ENTREPOT_METRICS"].split(",")) == replicas["metrics"],
                        f"{step}: ingestion knows every metrics",
                    )
        self.expect(gateways >= 1, f"{step}: there is a gateway")
        # Whatever a pod mounts is there: no kubelet looks.
        have = {
            (kind, one["metadata"]["name"])
            for kind in ("secret", "configmap", "persistentvolumeclaim")
            for one in self.cluster.get(kind, self.space)
        }
        for pod in pods:
            for volume in pod["spec"]["volumes"]:
                for kind, key, name in (
                    ("secret", "secret", "secretName"),
                    ("configmap", "configMap", "name"),
                    ("persistentvolumeclaim", "persistentVolumeClaim", "claimName"),
                ):
                    if key in volume:
                        self.expect(
                            (kind, volume[key][name]) in have,
                            f"{step}: {kind} {volume[key][name]} is there",
                        )
        for budget in self.cluster.get("poddisruptionbudget", self.space):
            status = budget["status"]
            if status.get("disruptedPods"):
                # A pod that was evicted and came back under its name counts as away for two minutes,
                # if it was faster than the controller: kwok is.
                continue
            self.expect(
                status["disruptionsAllowed"] == 1
                and status["currentHealthy"] == status["expectedPods"],
                f"{step}: {budget['metadata']['name']} allows one",
                str(status),
            )
        for service in self.cluster.get("service", self.space):
            slices = self.cluster.get(
                "endpointslice",
                self.space,
                "--selector",
                f"kubernetes.io/service-name={service['metadata']['name']}",
            )
            ready = sum(
                1
                for one in slices
                for end in one.get("endpoints") or []
                if end["conditions"].get("ready")
            )
            part = service["metadata"]["labels"]["app.kubernetes.io/component"]
            self.expect(
                ready == replicas.get(part, gateways),
                f"{step}: {service['metadata']['name']} has endpoints",
                str(ready),
            )
        refused = [
            one["message"]
            for one in self.cluster.get("event", self.space)
            if one["reason"] in ("FailedCreate", "FailedUpdate")
            or "violates PodSecurity" in one.get("message", "")
        ]
        self.expect(not refused, f"{step}: no pod was refused", "\n".join(refused[:3]))
        # Volumes stay what they were: by the claim's identity, not by its name.
        for claim in self.cluster.get("persistentvolumeclaim", self.space):
            name, identity = claim["metadata"]["name"], claim["metadata"]["uid"]
            self.expect(claim["status"]["phase"] == "Bound", f"{step}: {name} is bound")
            self.expect(
                self.volumes.setdefault(name, (identity, claim["spec"]["volumeName"]))
                == (identity, claim["spec"]["volumeName"]),
                f"{step}: {name} is the volume that it was",
            )
        return pods


def all_equal(number):
    return {part: number for part in contract.SERVICES}
