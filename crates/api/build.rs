//! Generates the messages and services from `proto/` with protox: no protoc is needed.
//! Also writes the descriptor set that the gateway answers reflection with.

use std::path::PathBuf;

use protox::prost::Message;

const FILES: [&str; 19] = [
    "entrepot/types/v1/types.proto",
    "entrepot/events/v1/events.proto",
    "entrepot/events/v1/feed.proto",
    "entrepot/ingestion/v1/ingestion.proto",
    "entrepot/metrics/v1/metrics.proto",
    "entrepot/network/v1/moment.proto",
    "entrepot/network/v1/matching.proto",
    "entrepot/network/v1/dependence.proto",
    "entrepot/network/v1/route.proto",
    "entrepot/network/v1/shock.proto",
    "entrepot/network/v1/sme_fdi.proto",
    "entrepot/network/v1/upgrading.proto",
    "entrepot/network/v1/cost_capability.proto",
    "entrepot/network/v1/coordination.proto",
    "entrepot/network/v1/centrality.proto",
    "entrepot/network/v1/niches.proto",
    "entrepot/network/v1/network.proto",
    "entrepot/advice/v1/advice.proto",
    "entrepot/operations/v1/operations.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_source_info(true).include_imports(true).open_files(FILES)?;
    let descriptors = compiler.file_descriptor_set();
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .bytes(".entrepot.ingestion.v1.IngestRequest")
        .compile_fds(descriptors)?;
    Ok(())
}
