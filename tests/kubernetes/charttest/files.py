"""What ships beside the manifests: alerts, dashboard, compose file, image, certificates, values.

Each is checked with the tool that will read it, where that is here.
"""

import json
import os
import pathlib
import re
import tempfile

from . import contract
from .tools import CHART, COMPOSE, PROMTOOL, ROOT, TESTS, cache, find, from_module, run

DEPLOY = ROOT / "deploy"


def values_table(report, python):
    code, out, errors = run(python, DEPLOY / "helm" / "values-table", "--check")
    report.expect(code == 0, "the README's table is what values.yaml says", out + errors)


def alerts(report, renderings):
    """The rules as rendered are read and tried by promtool; their metrics are of the contract."""
    import yaml

    rule = next(one for one in renderings["everything"] if one["kind"] == "PrometheusRule")
    text = json.dumps(rule["spec"])
    report.expect(
        not re.search(
            r"\b(TARGETS|VOLUMES|PARTITIONS|LAG_EVENTS_MAX|LATENCY_SECONDS|VOLUME_FREE_MIN)\b", text
        ),
        "no placeholder is left in the alerts",
    )
    names = {one["alert"] for group in rule["spec"]["groups"] for one in group["rules"]}
    for group in rule["spec"]["groups"]:
        for one in group["rules"]:
            report.expect(
                {"summary", "description"} <= one["annotations"].keys(),
                f"{one['alert']} says what to do",
            )
            report.expect(
                one["labels"]["severity"] in ("warning", "critical"),
                f"{one['alert']} has a severity",
            )
            known_metrics(report, one["alert"], one["expr"])
    tests = yaml.safe_load((TESTS / "alerts.test.yaml").read_text())
    tried = set(
        re.findall(
            r'alertname=\\?"(Entrepot\w+)',
            json.dumps(
                [one["exp_samples"] for test in tests["tests"] for one in test["promql_expr_test"]]
            ),
        )
    )
    report.expect(tried == names, "every alert is made to fire by a test", str(names ^ tried))
    promtool = find("promtool")
    if not promtool:
        report.skip(
            "promtool: the tests of the alerts",
            f"install it with: GOBIN={cache()} go install {PROMTOOL}",
        )
        return None
    with tempfile.TemporaryDirectory() as scratch:
        rules = pathlib.Path(scratch) / "rules.yaml"
        rules.write_text(yaml.safe_dump({"groups": rule["spec"]["groups"]}))
        code, out, errors = run(promtool, "check", "rules", rules)
        report.expect(code == 0, "promtool reads the alerts", out + errors)
        copy = pathlib.Path(scratch) / "alerts.test.yaml"
        copy.write_text((TESTS / "alerts.test.yaml").read_text())
        code, out, errors = run(promtool, "test", "rules", copy)
        report.expect(code == 0, "alerts fire when they should, and only then", out + errors)
    return promtool


def known_metrics(report, where, expression):
    """A query can be read, and asks for what is there."""
    import promql_parser

    try:
        promql_parser.parse(expression.replace("$__rate_interval", "5m"))
        report.passed += 1
    except ValueError as error:
        report.expect(False, f"{where} is a query", f"{expression}\n{error}")
    names = set(re.findall(r"\bentrepot_[a-z_]+", expression))
    report.expect(
        names <= contract.METRICS, f"{where} uses metrics that exist", str(names - contract.METRICS)
    )


def dashboard(report, promtool):
    import yaml

    board = json.loads((CHART / "files" / "dashboard.json").read_text())
    panels = [one for one in board["panels"] if one["type"] != "row"]
    ids = [one["id"] for one in board["panels"]]
    report.expect(len(set(ids)) == len(ids), "panels have ids of their own")
    boxes = set()
    rules = []
    for panel in board["panels"]:
        box = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(box["x"], box["x"] + box["w"])
            for y in range(box["y"], box["y"] + box["h"])
        }
        report.expect(
            not cells & boxes and box["x"] + box["w"] <= 24, f"{panel['title']} overlaps nothing"
        )
        boxes |= cells
    for panel in panels:
        report.expect(
            panel["description"] and panel["targets"], f"{panel['title']} says what it shows"
        )
        for target in panel["targets"]:
            known_metrics(report, panel["title"], target["expr"])
            query = target["expr"].replace("$__rate_interval", "5m")
            rules.append({"record": f"q:{len(rules)}", "expr": query})
    shown = set(re.findall(r"\bentrepot_[a-z_]+", json.dumps(board)))
    report.expect(
        shown == contract.METRICS, "the dashboard shows every metric", str(contract.METRICS - shown)
    )
    if promtool:
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / "queries.yaml"
            path.write_text(yaml.safe_dump({"groups": [{"name": "q", "rules": rules}]}))
            code, out, errors = run(promtool, "check", "rules", "--lint=none", path)
            report.expect(
                code == 0, f"promtool reads the dashboard's {len(rules)} queries", out + errors
            )


def compose(report):
    import yaml

    path = DEPLOY / "compose.yaml"
    docker = find("docker")
    plugin = docker and run(docker, "compose", "version")[0] == 0
    tool = None if plugin else from_module("compose-spec", COMPOSE)
    if plugin:
        code, out, errors = run(docker, "compose", "--file", path, "config")
    elif tool:
        code, out, errors = run(tool, path)
    else:
        report.skip("the compose file's model", "neither docker compose nor Go is here")
        code, out, errors = 0, path.read_text(), ""
    if not report.expect(code == 0, "the compose file is valid", errors):
        return
    services = yaml.safe_load(out)["services"]
    for name, (grpc, admin) in {**contract.SERVICES, "gateway": contract.GATEWAY}.items():
        one = services[name]
        env = one["environment"]
        report.expect(
            set(env) <= contract.ENV[name],
            f"compose: options of {name}",
            str(set(env) - contract.ENV[name]),
        )
        report.expect(
            env["ENTREPOT_LISTEN"].endswith(f":{grpc}")
            and env["ENTREPOT_ADMIN"].endswith(f":{admin}"),
            f"compose: ports of {name}",
        )
        report.expect(f"/{admin};" in json.dumps(one["healthcheck"]), f"compose: health of {name}")
        report.expect(
            one["read_only"] and one["cap_drop"] == ["ALL"], f"compose: {name} is locked down"
        )
    for name, one in services.items():
        for port in one.get("ports", []):
            host = port.get("host_ip") if isinstance(port, dict) else port.split(":")[0]
            report.expect(
                host == "127.0.0.1", f"compose: {name} is published on loopback only", str(port)
            )
    tested = re.search(
        r"<kafka.version>(.*?)</kafka.version>", (ROOT / "tests/kafka/pom.xml").read_text()
    )[1]
    report.expect(
        services["kafka"]["image"] == f"apache/kafka:{tested}",
        f"compose runs the Kafka that is tested, {tested}",
    )


def image(report):
    text = (DEPLOY / "Dockerfile").read_text()
    for name in re.findall(r"--package (\S+)", text):
        folder = ROOT / "crates" / name.removeprefix("entrepot-")
        if report.expect((folder / "Cargo.toml").exists(), f"image: {name} is a package"):
            needs = re.findall(
                r"required-features = \[(.*?)\]", (folder / "Cargo.toml").read_text()
            )
            asked = set(re.search(r"--features (\S+)", text)[1].split(","))
            needed = set(re.findall(r'"(.*?)"', ",".join(needs)))
            report.expect(needed <= asked, f"image: {name} is built with {needed}")
    minimum = re.search(r'rust-version = "(.*)"', (ROOT / "Cargo.toml").read_text())[1]
    used = re.search(r"ARG RUST=(.*)", text)[1]
    as_numbers = lambda one: tuple(map(int, one.split(".")))  # noqa: E731
    report.expect(
        as_numbers(used) >= as_numbers(minimum), f"image: Rust {used} is new enough for {minimum}"
    )
    for tool, files in (
        ("hadolint", [DEPLOY / "Dockerfile"]),
        ("shellcheck", [DEPLOY / "certificates", TESTS / "control-plane"]),
    ):
        program = find(tool)
        if not program:
            report.skip(tool, "not installed")
            continue
        code, out, errors = run(program, *files)
        report.expect(code == 0, tool, out + errors)


def certificates(report, renderings):
    """The trial certificates verify, and hold every name that the chart calls."""
    openssl = find("openssl")
    if not openssl:
        report.skip("trial certificates", "no openssl")
        return
    from .manifests import environment, pods

    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "c"
        code, _, errors = run(DEPLOY / "certificates", "helm", folder, "entrepot", "statistics")
        report.expect(code == 0, "certificates are made", errors)
        ca = folder / "ca" / "ca.crt"
        gateway = next(
            template
            for one, template in pods(renderings["ha"])
            if one["metadata"]["name"] == "entrepot-gateway"
        )
        for option, value in environment(gateway["spec"]["containers"][0]).items():
            for host, part in re.findall(r"https://(entrepot-([a-z-]+?)-\d+\.[^:,]+):", str(value)):
                cert = folder / f"entrepot-{part}" / "tls.crt"
                code, out, errors = run(
                    openssl,
                    "verify",
                    "-CAfile",
                    ca,
                    "-purpose",
                    "sslserver",
                    "-verify_hostname",
                    host,
                    cert,
                )
                report.expect(code == 0, f"{option}: the certificate holds {host}", out + errors)
        cert = folder / "entrepot-gateway" / "tls.crt"
        code, out, errors = run(openssl, "verify", "-CAfile", ca, "-purpose", "sslclient", cert)
        report.expect(code == 0, "the gateway's certificate is a client's as well", out + errors)
        before = cert.read_text()
        run(DEPLOY / "certificates", "helm", folder, "entrepot", "statistics")
        report.expect(cert.read_text() == before, "a certificate that is valid stays")
        report.expect(
            all(oct(one.stat().st_mode)[-2:] == "00" for one in folder.rglob("*.key")),
            "keys are private",
        )
        _, token, _ = run(DEPLOY / "certificates", "token", folder, "read", "1")
        head, body, signature = token.strip().split(".")
        raw = pathlib.Path(scratch) / "signature"
        import base64

        raw.write_bytes(base64.urlsafe_b64decode(signature + "=="))
        code, out, errors = run(
            openssl,
            "dgst",
            "-sha256",
            "-verify",
            folder / "jwt" / "jwt.pem",
            "-signature",
            raw,
            stdin=f"{head}.{body}",
        )
        report.expect(code == 0, "a token verifies with the public key", out + errors)
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        report.expect(
            claims["scope"] == "read" and claims["exp"] - claims["iat"] == 86400,
            "a token says its scope and end",
        )


def all_of(report, renderings):
    report.attempt(values_table, os.sys.executable)
    promtool = report.attempt(alerts, renderings)
    report.attempt(dashboard, promtool)
    report.attempt(compose)
    report.attempt(image)
    report.attempt(certificates, renderings)
