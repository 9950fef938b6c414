"""What must hold for every rendering: API schemas, the `restricted` standard, the contract.

Reads manifests as a cluster would; never looks at templates.
"""

import json
import re

from . import contract
from .rendering import RENDERINGS, helm_template

# Custom resources have no schema in Kubernetes.
CUSTOM = {"Certificate", "Issuer", "KafkaTopic", "KafkaUser", "ServiceMonitor", "PrometheusRule"}


def load(helm):
    import yaml

    loaded = {}
    for name, arguments in RENDERINGS.items():
        _, out, _ = helm_template(helm, arguments)
        loaded[name] = [one for one in yaml.safe_load_all(out) if one]
    return loaded


def newest_versions(count=3):
    """The newest Kubernetes versions whose schemas the Python package carries, and the oldest that
    the chart supports."""
    import pathlib

    import kubernetes_validate

    folder = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    found = {tuple(map(int, one.name[1:].split("-")[0].split("."))) for one in folder.iterdir()}
    versions = sorted(found)
    return [".".join(map(str, one)) for one in [(1, 32, 0), *versions[-count:]]]


def schemas(report, renderings):
    import kubernetes_validate

    versions = newest_versions()
    checked, left_out = 0, {}
    for version in versions:
        for name, manifests in renderings.items():
            for one in manifests:
                if one["kind"] in CUSTOM:
                    left_out[one["kind"]] = left_out.get(one["kind"], 0) + 1
                    continue
                label = f"{name}: {one['kind']} {one['metadata']['name']}, Kubernetes {version}"
                try:
                    kubernetes_validate.validate(one, version, strict=True)
                    report.passed += 1
                    checked += 1
                except (
                    Exception
                ) as error:  # noqa: BLE001 - any of the package's errors is a finding
                    report.expect(False, label, str(error)[:400])
    print(f"   {checked} manifests against Kubernetes {', '.join(versions)}, strict")
    report.skip(
        "schemas of custom resources", ", ".join(sorted(left_out)) + " are not Kubernetes' own"
    )


def pods(manifests):
    for one in manifests:
        if one["kind"] in ("StatefulSet", "Deployment", "Job"):
            yield one, one["spec"]["template"]


def component(one):
    return one["metadata"]["labels"].get("app.kubernetes.io/component", "")


def restricted(report, name, manifests):
    """The Pod Security standard `restricted`, and what we ask beyond it."""
    for one, template in pods(manifests):
        spec, label = template["spec"], f"{name}: {one['kind']} {one['metadata']['name']}"
        context = spec["securityContext"]
        report.expect(
            context["runAsNonRoot"] and context["runAsUser"] == 65532, f"{label} is not root"
        )
        report.expect(
            context["seccompProfile"] == {"type": "RuntimeDefault"}, f"{label} has seccomp"
        )
        report.expect(spec["automountServiceAccountToken"] is False, f"{label} mounts no token")
        report.expect(
            not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), f"{label} is off the host"
        )
        kinds = {key for volume in spec.get("volumes", []) for key in volume if key != "name"}
        report.expect(
            kinds <= {"secret", "configMap", "emptyDir", "persistentVolumeClaim"},
            f"{label} has allowed volumes",
            str(kinds),
        )
        for container in spec["containers"]:
            security = container["securityContext"]
            report.expect(
                security
                == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                f"{label} is locked down",
            )
            report.expect(
                "memory" in container["resources"]["limits"], f"{label} has a memory limit"
            )


def environment(container):
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}


def keeps_contract(report, name, manifests):
    for one, template in pods(manifests):
        part, container = component(one), template["spec"]["containers"][0]
        label, env = f"{name}: {part}", environment(container)
        ours = {key for key in env if key.startswith("ENTREPOT_")}
        report.expect(
            ours <= contract.ENV[part],
            f"{label} uses options that exist",
            str(ours - contract.ENV[part]),
        )
        mounts = {one["mountPath"] for one in container.get("volumeMounts", [])}
        for key, value in env.items():
            if isinstance(value, str) and value.startswith("/"):
                report.expect(
                    any(value.startswith(path) for path in mounts),
                    f"{label} {key} is mounted",
                    value,
                )
        volumes = {one["name"] for one in template["spec"].get("volumes", [])}
        volumes |= {one["metadata"]["name"] for one in one["spec"].get("volumeClaimTemplates", [])}
        used = {one["name"] for one in container.get("volumeMounts", [])}
        report.expect(volumes == used, f"{label} mounts its volumes", f"{volumes} {used}")
        if part == "topics":
            continue
        grpc, admin = contract.GATEWAY if part == "gateway" else contract.SERVICES[part]
        report.expect(
            container["command"] == [f"/usr/local/bin/entrepot-{part}"], f"{label} runs its binary"
        )
        ports = {one["name"]: one["containerPort"] for one in container["ports"]}
        report.expect(ports == {"grpc": grpc, "admin": admin}, f"{label} has its ports", str(ports))
        report.expect(
            env["ENTREPOT_LISTEN"].endswith(f":{grpc}")
            and env["ENTREPOT_ADMIN"].endswith(f":{admin}"),
            f"{label} listens where its ports say",
        )
        for probe, path in (
            ("startupProbe", "/livez"),
            ("livenessProbe", "/livez"),
            ("readinessProbe", "/readyz"),
        ):
            report.expect(
                container[probe]["httpGet"] == {"path": path, "port": "admin"}, f"{label} {probe}"
            )
        report.expect(template["spec"]["terminationGracePeriodSeconds"] >= 30, f"{label} may drain")


def agrees(report, name, manifests):
    """Names that meet: URLs, certificates, accounts, selectors, ports, instances."""

    def of(kind):
        return [one for one in manifests if one["kind"] == kind]

    sets = {component(one): one for one in of("StatefulSet")}
    services = {one["metadata"]["name"]: one for one in of("Service")}
    certificates = {
        one["spec"]["secretName"]: one["spec"].get("dnsNames", []) for one in of("Certificate")
    }
    callers = {
        "gateway": {
            f"ENTREPOT_{part.upper().replace('-', '_')}": part for part in contract.SERVICES
        },
        "ingestion": {"ENTREPOT_METRICS": "metrics"},
    }
    workloads = {component(one): one for one, _ in pods(manifests)}
    for caller, options in callers.items():
        env = environment(workloads[caller]["spec"]["template"]["spec"]["containers"][0])
        for option, part in options.items():
            one = sets[part]
            urls = env[option].split(",")
            wanted = [
                f"https://{one['metadata']['name']}-{i}.{one['spec']['serviceName']}.statistics.svc"
                f".cluster.local:{contract.SERVICES[part][0]}"
                for i in range(one["spec"]["replicas"])
            ]
            report.expect(
                urls == wanted, f"{name}: {caller} {option} names every instance", f"{urls}"
            )
            secret = next(
                v["secret"]["secretName"]
                for v in one["spec"]["template"]["spec"]["volumes"]
                if v["name"] == "tls"
            )
            if certificates:
                for url in urls:
                    host = re.match(r"https://([^:]+)", url)[1]
                    report.expect(
                        covered(host, certificates.get(secret, [])),
                        f"{name}: certificate for {host}",
                    )
    accounts = {one["metadata"]["name"] for one in of("ServiceAccount")}
    for one, template in pods(manifests):
        report.expect(
            template["spec"]["serviceAccountName"] in accounts,
            f"{name}: account of {component(one)}",
        )
    for one in sets.values():
        env = environment(one["spec"]["template"]["spec"]["containers"][0])
        report.expect(
            env["ENTREPOT_INSTANCES"] == str(one["spec"]["replicas"]),
            f"{name}: instances of {component(one)}",
        )
        report.expect(
            env["ENTREPOT_INSTANCE"] == {"fieldRef": {"fieldPath": "metadata.name"}},
            f"{name}: instance",
        )
        report.expect(
            services[one["spec"]["serviceName"]]["spec"]["clusterIP"] == "None", f"{name}: headless"
        )
    labels = [template["metadata"]["labels"] for _, template in pods(manifests)]
    for one in of("Service") + of("PodDisruptionBudget") + of("NetworkPolicy"):
        spec = one["spec"]
        selector = spec.get("podSelector", spec.get("selector"))
        selector = selector.get("matchLabels", selector)
        report.expect(
            any(selector.items() <= pod.items() for pod in labels),
            f"{name}: {one['kind']} {one['metadata']['name']} selects pods",
        )
    denied = [
        one for one in of("NetworkPolicy") if one["metadata"]["name"].endswith("-default-deny")
    ]
    report.expect(
        len(denied) == 1
        and "ingress" not in denied[0]["spec"]
        and "egress" not in denied[0]["spec"],
        f"{name}: everything is denied by default",
    )
    for one in of("NetworkPolicy"):
        part = component(one)
        if part in contract.SERVICES:
            grpc, admin = contract.SERVICES[part]
            for rule in one["spec"]["ingress"]:
                ports = {port["port"] for port in rule["ports"]}
                if grpc in ports:
                    who = {
                        peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
                        for peer in rule["from"]
                    }
                    allowed = {"gateway", "ingestion"} if part == "metrics" else {"gateway"}
                    report.expect(who == allowed, f"{name}: only {allowed} call {part}", str(who))
                else:
                    report.expect(
                        ports == {admin} and rule["from"], f"{name}: monitoring reads {part}"
                    )


def reach(report, name, manifests):
    """Who may talk to whom, by all NetworkPolicies together, against the list of who must.

    A connection needs the caller's egress and the callee's ingress, so that a rule that is missing
    on one side, or one that is too wide, shows as a wrong pair.
    """
    policies = [one["spec"] for one in manifests if one["kind"] == "NetworkPolicy"]
    labels = {component(one): template["metadata"]["labels"] for one, template in pods(manifests)}

    def selects(selector, pod):
        return selector.get("matchLabels", {}).items() <= pod.items()

    def allows(direction, side, pod, peer, port):
        rules = [
            rule
            for spec in policies
            if selects(spec["podSelector"], pod)
            for rule in spec.get(direction, [])
        ]
        return any(
            any(one["port"] == port and one["protocol"] == "TCP" for one in rule["ports"])
            and (
                side not in rule
                or any(
                    "podSelector" in one
                    and "namespaceSelector" not in one
                    and selects(one["podSelector"], peer)
                    for one in rule[side]
                )
            )
            for rule in rules
        )

    wanted = {("gateway", part, contract.SERVICES[part][0]) for part in contract.SERVICES}
    wanted.add(("ingestion", "metrics", contract.SERVICES["metrics"][0]))
    doors = {**contract.SERVICES, "gateway": contract.GATEWAY}
    found = {
        (caller, callee, port)
        for caller in labels
        for callee in labels
        if callee in doors
        for port in doors[callee]
        if allows("egress", "to", labels[caller], labels[callee], port)
        and allows("ingress", "from", labels[callee], labels[caller], port)
    }
    report.expect(
        found == wanted, f"{name}: pods reach whom they must, and nobody else", str(found ^ wanted)
    )


def covered(host, names):
    return any(
        host == one or (one.startswith("*.") and host.partition(".")[2] == one[2:]) for one in names
    )


def rights(report, manifests):
    """Kafka's rights are those of the contract, and none besides."""
    users = {component(one): one for one in manifests if one["kind"] == "KafkaUser"}
    for part in contract.SERVICES:
        topics, others = {}, []
        for rule in users[part]["spec"]["authorization"]["acls"]:
            resource, operations = rule["resource"], set(rule["operations"])
            found = re.fullmatch(r"entrepot\.([a-z]+)\.v1", resource["name"])
            if resource["type"] == "topic" and found and resource["patternType"] == "literal":
                topics[found[1]] = operations
            else:
                others.append(
                    (
                        resource["type"],
                        resource["name"],
                        resource["patternType"],
                        tuple(sorted(operations)),
                    )
                )
        wanted = {one: {"Read"} for one in contract.READS[part]}
        wanted |= {one: {"Read", "Write"} for one in contract.WRITES[part]}
        report.expect(topics == wanted, f"rights of {part}", f"{topics} {wanted}")
        report.expect(
            sorted(others)
            == sorted(
                [
                    ("topic", "entrepot.", "prefix", ("Describe", "DescribeConfigs")),
                    ("transactionalId", f"{part}-", "prefix", ("Describe", "Write")),
                    ("group", "entrepot-reader", "literal", ("Describe",)),
                ]
            ),
            f"{part} has no other right",
            str(others),
        )
    topics = {
        one["metadata"]["name"]: one["spec"] for one in manifests if one["kind"] == "KafkaTopic"
    }
    report.expect(
        topics.keys() == {f"entrepot.{one}.v1" for one in contract.TOPICS}, "all topics, no other"
    )
    for name, spec in topics.items():
        report.expect(
            spec == {"partitions": 12, "replicas": 3, "config": contract.TOPIC_CONFIG},
            f"{name} keeps everything",
            json.dumps(spec),
        )


def all_of(report, renderings):
    for name, manifests in renderings.items():
        restricted(report, name, manifests)
        keeps_contract(report, name, manifests)
        agrees(report, name, manifests)
        reach(report, name, manifests)
    rights(report, renderings["everything"])
