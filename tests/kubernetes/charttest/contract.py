"""What the processes promise to a deployment: options, ports, metrics, rights on topics.

The chart, the compose file, the alerts and the dashboard may use nothing else. A change here is a
change of the services' options.
"""

SERVICES = {  # name: (gRPC port, admin port)
    "ingestion": (50061, 51061),
    "metrics": (50062, 51062),
    "network-model": (50063, 51063),
    "policy-advice": (50064, 51064),
}
GATEWAY = (50051, 51051)

ENV_ALL = {
    "ENTREPOT_LISTEN",
    "ENTREPOT_ADMIN",
    "ENTREPOT_LOG",
    "ENTREPOT_LOG_FORMAT",
    "ENTREPOT_OTLP",
    "ENTREPOT_TLS_CERT",
    "ENTREPOT_TLS_KEY",
    "ENTREPOT_TLS_CA",
}
ENV_STATEFUL = ENV_ALL | {
    "ENTREPOT_DATA_DIR",
    "ENTREPOT_KAFKA",
    "ENTREPOT_KAFKA_CONFIG",
    "ENTREPOT_INSTANCE",
    "ENTREPOT_INSTANCES",
    "ENTREPOT_CACHE_MIB",
    "ENTREPOT_EXPORTS",
    "ENTREPOT_CREATE_TOPICS",
    "ENTREPOT_TOPIC_REPLICAS",
    "ENTREPOT_TOPIC_PARTITIONS",
}
ENV = {
    "ingestion": ENV_STATEFUL | {"ENTREPOT_METRICS"},
    "metrics": ENV_STATEFUL,
    "network-model": ENV_STATEFUL,
    "policy-advice": ENV_STATEFUL,
    "gateway": ENV_ALL
    | {
        "ENTREPOT_CLIENT_CA",
        "ENTREPOT_INGESTION",
        "ENTREPOT_METRICS",
        "ENTREPOT_NETWORK_MODEL",
        "ENTREPOT_POLICY_ADVICE",
        "ENTREPOT_JWT_KEYS",
        "ENTREPOT_JWT_ISSUER",
        "ENTREPOT_JWT_AUDIENCE",
    },
    "topics": {"ENTREPOT_LOG"},
}

METRICS = {
    "entrepot_build_info",
    "entrepot_unit_lag_events",
    "entrepot_unit_parked",
    "entrepot_unit_started",
    "entrepot_unit_outbox_events",
    "entrepot_unit_store_bytes",
    "entrepot_events_applied_total",
    "entrepot_events_published_total",
    "entrepot_append_seconds_bucket",
    "entrepot_transaction_seconds_bucket",
    "entrepot_log_available",
    "entrepot_log_errors_total",
    "entrepot_disk_reserve_ok",
    "entrepot_grpc_requests_total",
    "entrepot_grpc_seconds_bucket",
    "entrepot_gateway_calls_in_flight",
    "entrepot_gateway_refused_total",
    "entrepot_gateway_upstream_up",
    "entrepot_watchers",
}

TOPICS = [
    "feeds",
    "observations",
    "tables",
    "network",
    "rejections",
    "indicators",
    "findings",
    "advice",
]
WRITES = {
    "ingestion": {"observations", "tables", "network", "rejections"},
    "metrics": {"indicators"},
    "network-model": {"findings"},
    "policy-advice": {"advice"},
}
READS = {  # Beside what they write.
    "ingestion": {"feeds"},
    "metrics": {"observations"},
    "network-model": {"network"},
    "policy-advice": {"indicators", "findings"},
}
TOPIC_CONFIG = {
    "retention.ms": -1,
    "retention.bytes": -1,
    "cleanup.policy": "delete",
    "unclean.leader.election.enable": False,
    "min.insync.replicas": 2,
}
