"""A client that knows nothing but the address: services, methods and messages come by reflection.

    python3 client.py HOST:PORT STRUCTURES.json RELEASE.csv

Registers structures, ingests a file, queries the indicators that follow from it, and watches it come.
Prints one line a finding; ends with an error at the first thing that is not as it should be.
"""

import pathlib
import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

TIMEOUT_SECONDS = 60
CHUNK_BYTES = 10_000


class Stranger:
    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = DescriptorPool(self.database)

    def method(self, service, method):
        return self.pool.FindServiceByName(service).FindMethodByName(method)

    def call(self, service, method_name, requests, **fields):
        method = self.method(service, method_name)
        request_class = GetMessageClass(method.input_type)
        kind = "{}_{}".format(
            "stream" if method.client_streaming else "unary",
            "stream" if method.server_streaming else "unary",
        )
        stub = getattr(self.channel, kind)(
            f"/{service}/{method_name}",
            request_serializer=request_class.SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        if method.client_streaming:
            given = iter([request_class(**one) for one in requests])
        else:
            given = request_class(**fields)
        return stub(given, timeout=TIMEOUT_SECONDS)


def chunks(path):
    content = path.read_bytes()
    yield {"options": {"file": path.name, "mode": 1}}
    for at in range(0, len(content), CHUNK_BYTES):
        yield {"chunk": content[at : at + CHUNK_BYTES]}


def main():
    address, structures, release = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    stranger = Stranger(address)
    services = sorted(stranger.database.get_services())
    for expected in ("ingestion", "metrics", "network", "advice"):
        assert any(f"entrepot.{expected}.v1." in one for one in services), services
    print("services:", *services)

    ingestion = "entrepot.ingestion.v1.IngestionService"
    metrics = "entrepot.metrics.v1.MetricsService"
    registered = stranger.call(
        ingestion, "RegisterDocument", None,
        kind=1, domain="asean", name=structures.name, content=structures.read_bytes(),
    )
    assert registered.outcome == "published", registered

    outcome = None
    for answer in stranger.call(ingestion, "Ingest", chunks(release)):
        if answer.WhichOneof("part") == "outcome":
            outcome = answer.outcome
    assert outcome is not None and outcome.releases[0].outcome == "published", outcome
    print("ingested:", outcome.releases[0].id, outcome.releases[0].records.first)

    # The receipt makes the query wait until the release is worked off.
    values = stranger.call(
        metrics, "ListIndicatorValues", None,
        domain="asean", indicator="fdi.intra_share", area="ASEAN", period="2014",
        after=outcome.receipt, explain=True,
    ).values
    assert len(values) == 1 and values[0].printed == "17.4", values
    assert len(values[0].inputs) >= 20, values
    print("indicator:", values[0].value, values[0].printed)

    watch = stranger.call(
        ingestion, "WatchObservations", None, dataflow="DF_FDI_HOST", **{"from": "start"}
    )
    series = 0
    for change in watch:
        if change.WhichOneof("change") == "release":
            assert change.release.id == outcome.releases[0].id, change
            assert change.token, "a place to go on from"
            break
        series += 1
    watch.cancel()
    assert series > 0, "the series come before their release"
    print("watched:", series, "series")

    try:
        stranger.call(metrics, "ListIndicatorValues", None, domain="asean", indicator="no.such")
    except grpc.RpcError as error:
        print("refused:", error.code().name, error.details())
        assert error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT), error
    else:
        raise SystemExit("an indicator that does not exist was answered")


main()
