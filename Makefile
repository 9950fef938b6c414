# Entrepot. `make` prints what there is; each target says what it does in the words beside it.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run demo build test test-kafka check fmt lint tidy proto bench bench-rebuild clean tools

CARGO ?= cargo
DATA ?= entrepot-data

##@ Use

run: build ## Start everything on this machine, ingest the paper's statistics, serve until Ctrl-C.
	@target/debug/entrepot up --data-dir $(DATA) --feed paper

demo: build ## The same in a fresh directory, and end when everything is shown; with
demo: ## KAFKA=host:port the log is on those brokers.
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	target/debug/entrepot up --data-dir "$$dir" --feed paper --grpc 127.0.0.1:0 --once \
	  $(if $(KAFKA),--kafka $(KAFKA))

# Few pools of the C library's allocator: docs/operations.md.
run demo: export MALLOC_ARENA_MAX := 2

##@ Build and test

# Parquet is left out unless asked for: its libraries take 150 s of processor time in the first build.
FEATURES := $(strip $(if $(KAFKA),kafka) $(if $(PARQUET),parquet))
build: tools ## Build the `entrepot` command; with PARQUET=1 it reads Parquet too.
	@[ -e target/debug/entrepot ] || echo "Building for the first time: some minutes on two cores."
	@$(CARGO) build --package entrepot $(if $(FEATURES),--features "$(FEATURES)")

# What separate processes need: Kafka in each service, and a process of its own. The command reads
# Parquet there, as in the image.
PROCESSES := entrepot-ingestion/kafka,entrepot-metrics/kafka,entrepot-network-model/kafka,$\
entrepot-policy-advice/kafka,entrepot-gateway/process,entrepot/kafka,entrepot/parquet

build-processes: tools ## Build every service as a process of its own, for Kafka.
	$(CARGO) build --workspace --bins --features $(PROCESSES)

test: build-processes ## All tests: pure crates, services, whole system, separate processes on a broker,
test: ## faults, scaling, the chart; what is missing for one is said.
	$(CARGO) test --workspace --exclude entrepot-event-log --features $(PROCESSES)
	$(MAKE) --no-print-directory test-kafka chart-test

.PHONY: build-processes faults scale
FAULTS ?= 200
faults: build-processes ## 200 random faults (FAULTS, SEED) over a stream of releases; renews docs/faults.md.
	ENTREPOT_FAULTS=$(FAULTS) $(if $(SEED),ENTREPOT_FAULTS_SEED=$(SEED)) \
	ENTREPOT_FAULTS_REPORT=$(CURDIR)/docs/faults.md \
	$(CARGO) test --package entrepot-tests --test faults -- --nocapture

scale: build-processes ## 1, 2, 3 and 4 instances of each service, changes under load, and rebuilds.
	$(CARGO) test --package entrepot-tests --test instances -- --nocapture

test-kafka: tools ## The event log against Kafka: a running one (KAFKA_BROKERS) or one started here
test-kafka: ## (Java 17, Maven); crashes, outages, and with libssl-dev TLS, SASL and rights.
	@features=kafka; \
	if pkg-config --atleast-version=3 openssl 2>/dev/null; then features=kafka,kafka-tls; \
	else echo "OpenSSL 3 is not there: TLS, SASL and rights are not tested." \
	  "Install it with: sudo apt-get install libssl-dev pkg-config"; fi; \
	$(CARGO) test --package entrepot-event-log --features $$features

check: fmt-check lint proto-lint ## What a change must pass besides the tests: format, lints, proto.

fmt: ## Format the code.
	$(CARGO) fmt --all

.PHONY: fmt-check proto-lint
fmt-check:
	$(CARGO) fmt --all -- --check

lint: tools ## Clippy, warnings are errors.
	$(CARGO) clippy --workspace --all-targets -- --deny warnings

proto-lint: ## Lint the protobuf packages with buf, where it is installed.
	@if command -v buf >/dev/null; then cd proto && buf lint; \
	elif command -v npx >/dev/null; then cd proto && npx --yes @bufbuild/buf lint; \
	else echo "buf is not there: the protobuf packages are not linted." \
	  "Install it with: npm install --global @bufbuild/buf"; fi

.PHONY: chart-test kubernetes
chart-test: ## What is in deploy/: chart, compose file, image, alerts, dashboard; what is missing is said.
	@tests/kubernetes/check

kubernetes: ## The chart's life against a real API server, built from its Go modules the first time
kubernetes: ## (ten minutes); renews docs/kubernetes.md.
	@tests/kubernetes/check --cluster

bench: tools ## Measure: one million observations, file to queryable indicator; beside pysdmx and sdmx1.
	@tests/bench/run

bench-rebuild: tools ## Measure: how fast metrics comes back, from the log and from exports.
	@tests/bench/rebuild

.PHONY: bench-latency bench-reads
bench-latency: tools ## Measure: from an accepted release to its indicator at the gateway, on the embedded log
bench-latency: ## and on Kafka in five processes.
	$(CARGO) build --release --workspace --bins --features $(PROCESSES)
	$(CARGO) run --release --package entrepot-tests --example latency

bench-reads: tools ## Measure: reads through the gateway beside a bare tonic service.
	$(CARGO) build --release --workspace --bins --features $(PROCESSES)
	$(CARGO) run --release --package entrepot-tests --example reads

.PHONY: bench-esri bench-graph bench-network
bench-esri: tools ## Measure: ESRI of all firms of a generated network, beside numpy and scipy.
	@tests/bench/esri

bench-graph: tools ## Measure: a network's firms, steps, past and ranks, beside networkx and rustworkx.
	@tests/bench/graph $(RELATIONS)

bench-network: tools ## Measure: a million relations loaded, and asked for while more stream in.
	$(CARGO) build --release --package entrepot --features jemalloc
	$(CARGO) run --release --package entrepot-tests --example network

clean: ## Remove what was built and the data of `make run`.
	$(CARGO) clean; rm -rf $(DATA)

##@ Help

help: ## This text.
	@awk 'BEGIN { FS = ":.*## "; print "Usage: make TARGET" } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { text[$$1] = $$2; if (!seen[$$1]++) printf "  %-12s %s\n", $$1, $$2; \
	    else printf "  %-12s %s\n", "", $$2 }' $(MAKEFILE_LIST)

# Says at once what is missing, with the command that installs it.
tools:
	@missing=0; \
	command -v $(CARGO) >/dev/null || { missing=1; \
	  echo "Rust is missing. Install it with: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"; }; \
	command -v cc >/dev/null || { missing=1; \
	  echo "A C compiler is missing. Install it with: sudo apt-get install build-essential (or your system's)"; }; \
	exit $$missing
