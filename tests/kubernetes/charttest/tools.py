"""Where the tests find their tools, and how they tell what was seen.

A tool that is missing makes a check `skipped`, in words and with the way to get it, never passed.
"""

import os
import pathlib
import shutil
import subprocess
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[3]
TESTS = ROOT / "tests" / "kubernetes"
CHART = ROOT / "deploy" / "helm" / "entrepot"
CONTROL_PLANE = TESTS / "control-plane"
HELM = "helm.sh/helm/v3/cmd/helm@v3.19.0"
PROMTOOL = "github.com/prometheus/prometheus/cmd/promtool@v0.316.0"
COMPOSE = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"


def cache():
    """The directory of the control plane's programs; it may not be there yet."""
    out = subprocess.run([CONTROL_PLANE, "tools"], check=True, capture_output=True, text=True)
    return pathlib.Path(out.stdout.strip())


def find(name):
    """A program: of the cache first, whose version is known, else of the PATH; None if missing."""
    cached = cache() / name
    beside = pathlib.Path(os.sys.executable).parent / name  # Installed with the Python packages.
    for path in (cached, beside):
        if path.exists():
            return str(path)
    return shutil.which(name)


def from_module(name, module):
    """A program of the cache that is built from its Go module if Go is there; None otherwise."""
    path = cache() / name
    if not path.exists() and shutil.which("go"):
        scratch = cache() / "go-install"
        scratch.mkdir(parents=True, exist_ok=True)
        env = os.environ | {"CGO_ENABLED": "0", "GOBIN": str(scratch)}
        done = subprocess.run(
            ["go", "install", "-ldflags", "-s -w", module], env=env, capture_output=True, text=True
        )
        built = list(scratch.iterdir())
        if done.returncode == 0 and built:
            built[0].rename(path)
    return str(path) if path.exists() else None


def run(*command, stdin=None, timeout=600, env=None):
    """Runs a command to its end: (exit code, output, errors)."""
    done = subprocess.run(
        [str(word) for word in command],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=None if env is None else os.environ | env,
    )
    return done.returncode, done.stdout, done.stderr


class Report:
    """What held, what did not, what could not be looked at."""

    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], []

    def expect(self, holds, claim, why=""):
        if holds:
            self.passed += 1
        else:
            self.failed.append(claim)
            print(
                f"FAILED  {claim}"
                + (f"\n        {why}".rstrip().replace("\n", "\n        ") if why else ""),
                flush=True,
            )
        return bool(holds)

    def skip(self, what, why):
        self.skipped.append(what)
        print(f"SKIPPED {what}: {why}", flush=True)

    def attempt(self, check, *arguments):
        """A check that meets what it did not think of has failed, and the others go on."""
        try:
            return check(self, *arguments)
        except Exception:  # noqa: BLE001 - whatever it is
            self.expect(False, f"{check.__module__}.{check.__name__} ends", traceback.format_exc())
            return None

    def section(self, title):
        print(f"-- {title}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped")
        return 1 if self.failed else 0
