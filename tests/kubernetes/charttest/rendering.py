"""What the chart renders: lint, golden files, and every refusal.

A golden file is read by a person when it changes; `check --renew` writes them anew. Each `fail` of
the templates and each rule of values.schema.json has values here that reach it.
"""

import difflib
import json
import re

from .tools import CHART, TESTS, run

KUBE = "1.34.2"
VALUES = TESTS / "values"
GOLDEN = TESTS / "golden"
RENDERINGS = {
    "default": ["--values", VALUES / "default.yaml"],
    "ha": ["--values", CHART / "values-ha.yaml", "--values", VALUES / "ha.yaml"],
    "everything": ["--values", VALUES / "everything.yaml"],
}
MINIMAL = RENDERINGS["default"]

# Values that a template refuses, and a part of what it says.
REFUSED = [
    ({"kafka.brokers": ""}, "kafka.brokers is not set"),
    ({"tls.source": ""}, "TLS is not configured"),
    ({"gateway.auth.jwt.secret": ""}, "the gateway's clients are not authenticated"),
    ({"gateway.auth.jwt.url": "https://id.example.org/keys"}, "keys come from one place"),
    ({"topics.manage": "strimzi"}, "strimzi.cluster is not set"),
    ({"strimzi.users.enabled": "true"}, "strimzi.cluster is not set"),
    (
        {"strimzi.users.enabled": "true", "strimzi.cluster": "k", "topics.manage": "services"},
        "may not make topics",
    ),
    ({"strimzi.users.enabled": "true", "strimzi.cluster": "k"}, "needs rights of its own"),
    (
        {
            "strimzi.users.enabled": "true",
            "strimzi.cluster": "k",
            "topics.manage": "none",
            "kafka.configSecret": "s",
        },
        "kafka.configSecret and strimzi.users.enabled are both set",
    ),
    ({"metrics.replicas": "13"}, "metrics.replicas is 13, but topics.partitions is 12"),
    ({"services.terminationGracePeriodSeconds": "20"}, "a service drains for up to 25 s"),
    (
        {"gateway.autoscaling.enabled": "true", "gateway.autoscaling.maxReplicas": "1"},
        "minReplicas is above maxReplicas",
    ),
    ({"gateway.ingress.enabled": "true"}, "needs gateway.ingress.hosts"),
    # baseMib 192 + 512 × 3 / 2 + 12 × 28 = 1296 MiB, on both sides of the bound.
    ({"metrics.resources.limits.memory": "1295Mi"}, "needs 1296 MiB"),
    ({"metrics.resources.limits.memory": "1296Mi"}, None),
    ({"metrics.resources.limits.memory": "1358M"}, "needs 1296 MiB"),
    ({"metrics.resources.limits.memory": "2Gi", "metrics.cacheMib": "1200"}, "needs 2328 MiB"),
    # Fewer units an instance need less.
    ({"metrics.resources.limits.memory": "1072Mi", "metrics.replicas": "3"}, None),
    ({"metrics.resources.limits.memory": "1071Mi", "metrics.replicas": "3"}, "needs 1072 MiB"),
    ({"services.replicas": "12"}, None),
]


# Values that the schema must refuse, whatever it says of itself.
WRONG = [
    ("services.replicas", 0),
    ("services.replicas", "two"),
    ("services.cacheMib", 0),
    ("services.unitMib", 0),
    ("services.baseMib", 0),
    ("services.storage.size", "large"),
    ("services.storage.whenScaled", "Keep"),
    ("services.storage.accessModes", []),
    ("services.resources.limits.memory", "much"),
    ("services.resources.requests.cpu", "all"),
    ("services.sidecar", {}),
    ("metrics.cacheMiB", 64),
    ("kafka.brokers", "kafka"),
    ("kafka.brokers", "kafka:9092, other:9092"),
    ("kafka.configKey", "a/b"),
    ("topics.partitions", 0),
    ("topics.replicas", 0),
    ("topics.manage", "helm"),
    ("topics.deadlineSeconds", 1),
    ("tls.source", "none"),
    ("tls.certManager.duration", "a year"),
    ("image.digest", "latest"),
    ("image.repository", ""),
    ("image.pullPolicy", "Sometimes"),
    ("log.format", "xml"),
    ("log.filter", ""),
    ("otlp.url", "collector:4317"),
    ("strimzi.apiVersion", "v1alpha1"),
    ("strimzi.users.feedProducers", [""]),
    ("exports.accessModes", ["Any"]),
    ("pods.podDisruptionBudget.maxUnavailable", 0),
    ("pods.podDisruptionBudget.maxUnavailable", "0%"),
    ("pods.extraEnv", [{"value": "no name"}]),
    ("pods.extraEnv", [{"name": "ENTREPOT_INSTANCES", "value": "7"}]),
    ("pods.labels", {"a": 1}),
    ("pods.topologySpreadConstraints", [{"topologyKey": "zone"}]),
    ("pods.probes.liveness.periodSeconds", 0),
    ("gateway.replicas", 0),
    ("gateway.service.type", "External"),
    ("gateway.service.port", 70000),
    ("gateway.autoscaling.cpuPercent", 101),
    ("gateway.auth.jwt.url", "identity"),
    ("gateway.cacheMib", 64),
    ("networkPolicy.monitoring.from", [{}]),
    ("networkPolicy.kafka.ports", ["kafka"]),
    ("prometheusRule.lagEventsMax", 0),
    ("prometheusRule.volumeFreeMin", 1),
    ("fullnameOverride", "Big_Name"),
]


def helm_template(helm, arguments, sets=()):
    flags = []
    for key, value in sets:
        flags += ["--set", f"{key}={value}"]
    return run(
        helm,
        "template",
        "entrepot",
        CHART,
        "--namespace",
        "statistics",
        "--kube-version",
        KUBE,
        *arguments,
        *flags,
    )


def lint(report, helm):
    for name, arguments in RENDERINGS.items():
        code, out, errors = run(helm, "lint", "--strict", "--kube-version", KUBE, CHART, *arguments)
        report.expect(code == 0, f"helm lint --strict, {name}", out + errors)


def golden(report, helm, renew):
    for name, arguments in RENDERINGS.items():
        code, out, errors = helm_template(helm, arguments)
        if not report.expect(code == 0, f"renders {name}", errors):
            continue
        path = GOLDEN / f"{name}.yaml"
        if renew:
            path.write_text(out)
        kept = path.read_text() if path.exists() else ""
        diff = list(
            difflib.unified_diff(kept.splitlines(), out.splitlines(), str(path), "now", lineterm="")
        )
        report.expect(
            not diff,
            f"golden {name}: read the difference, then check --renew",
            "\n".join(diff[:60]),
        )


def refusals(report, helm):
    said = ""
    for sets, message in REFUSED:
        code, _, errors = helm_template(helm, MINIMAL, sets.items())
        claim = f"{sets} " + (f"is refused: {message}" if message else "is accepted")
        if message:
            report.expect(code != 0 and message in errors, claim, errors)
            said += errors
        else:
            report.expect(code == 0, claim, errors)
    # Each `fail` is reached: the words before its first placeholder were said.
    for path in sorted((CHART / "templates").iterdir()):
        for text in re.findall(r'fail \(?(?:printf )?"((?:[^"\\]|\\.)*)"', path.read_text()):
            longest = max(re.split(r"%[sd]|`", text), key=len)
            if "is not a quantity" in text:
                continue  # Behind the schema, which refuses it first.
            report.expect(longest in said, f"a test reaches `{text[:70]}…` of {path.name}")


def schema_is_strict(report, helm):
    """Each object says all its keys; each leaf refuses a value that breaks its rule."""
    import jsonschema
    import yaml

    schema = json.loads((CHART / "values.schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    report.expect(not list(validator.iter_errors(values)), "values.yaml satisfies its schema")
    for path, value in WRONG:
        document = value
        for key in reversed(path.split(".")):
            document = {key: document}
        report.expect(
            not validator.is_valid(document), f"the schema refuses {path} = {json.dumps(value)}"
        )
    missing, broken = [], 0

    def resolve(node):
        return schema["definitions"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node

    def at(path, value):
        document = {}
        inner = document
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        if path:
            inner[path[-1]] = value
            return document
        return value

    def wrong(node):
        if "enum" in node:
            yield "no-such-word"
        if "anyOf" in node:
            yield {"no": "such"}
        if node.get("type") == "string":
            yield 7
            if "pattern" in node:
                yield "ö !"
            if node.get("minLength"):
                yield ""
        if node.get("type") in ("integer", "number"):
            yield "seven"
            for key, step in (
                ("minimum", -1),
                ("maximum", 1),
                ("exclusiveMinimum", 0),
                ("exclusiveMaximum", 0),
            ):
                if key in node:
                    yield node[key] + step
        if node.get("type") == "boolean":
            yield "yes"
        if node.get("type") == "array":
            yield {"no": "list"}
            for item in wrong(resolve(node["items"])):
                yield [item]
            if node.get("minItems"):
                yield []
        if node.get("type") == "object":
            yield 7
            for name in node.get("required", []):
                yield {key: "x" for key in node["required"] if key != name}
            if node.get("additionalProperties") is False:
                yield {"noSuchValue": 1}
            elif isinstance(node.get("additionalProperties"), dict):
                yield {"key": 7}

    def walk(path, node):
        nonlocal broken
        node = resolve(node)
        for value in wrong(node):
            broken += 1
            if validator.is_valid(at(path, value)):
                missing.append(f"{'.'.join(path)} = {json.dumps(value)}")
        for key, child in node.get("properties", {}).items():
            walk([*path, key], child)

    walk([], schema)
    report.expect(
        not missing, f"the schema refuses {broken} values that break its rules", "\n".join(missing)
    )
    # Every value of values.yaml is known to the schema by name, not by a free-form parent.
    open_ = []

    def known(path, value, node):
        node = resolve(node)
        if isinstance(value, dict) and value and node.get("properties") is not None:
            if node.get("additionalProperties") is not False:
                open_.append(".".join(path))
            for key, child in value.items():
                known([*path, key], child, node["properties"].get(key, {}))

    known([], values, schema)
    report.expect(not open_, "every section refuses unknown values", ", ".join(open_))
    # And Helm applies it.
    for sets in (
        {"services.replicas": "0"},
        {"gatewayy.replicas": "1"},
        {"kafka.brokers": "kafka"},
        {"image.digest": "latest"},
        {"metrics.storage.whenScaled": "Keep"},
        {"pods.extraEnv[0].name": "ENTREPOT_INSTANCES"},
    ):
        code, _, errors = helm_template(helm, MINIMAL, sets.items())
        report.expect(
            code != 0 and "schema" in errors, f"helm refuses {sets} by the schema", errors
        )
