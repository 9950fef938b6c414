//! From the path of a call to who answers it, and how long it may take.
//!
//! The package in the path decides; the methods' shapes come from the descriptors of this build.
//! A method that the descriptors do not know is relayed all the same: the service behind may be
//! newer than its gateway.

use std::collections::HashSet;

use prost::Message;
use prost_types::FileDescriptorSet;

use crate::Error;

/// A service behind the gateway.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Upstream {
    Ingestion,
    Metrics,
    Network,
    Advice,
}

/// Who answers a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Destination {
    Upstream(Upstream),
    /// The gateway itself: health, reflection, operations.
    Own,
    Nowhere,
}

/// How long a call lives if its client says nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Life {
    /// One message each way: within the default deadline.
    Bounded,
    /// A stream that ends by itself, such as an upload.
    Open,
    /// A stream without end: it is ended at a shutdown.
    Endless,
}

/// The methods of this build.
#[derive(Debug)]
pub(crate) struct Methods {
    unary_paths: HashSet<String>,
}

impl Upstream {
    pub(crate) const ALL: [Self; 4] = [Self::Ingestion, Self::Metrics, Self::Network, Self::Advice];

    /// Its place in [`Self::ALL`].
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Ingestion => 0,
            Self::Metrics => 1,
            Self::Network => 2,
            Self::Advice => 3,
        }
    }

    /// The name of the service, as `status` shows it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ingestion => "ingestion",
            Self::Metrics => "metrics",
            Self::Network => "network-model",
            Self::Advice => "policy-advice",
        }
    }

    pub(crate) const fn package(self) -> &'static str {
        match self {
            Self::Ingestion => "entrepot.ingestion.v1",
            Self::Metrics => "entrepot.metrics.v1",
            Self::Network => "entrepot.network.v1",
            Self::Advice => "entrepot.advice.v1",
        }
    }

    /// The gRPC service of the package.
    pub(crate) const fn service(self) -> &'static str {
        match self {
            Self::Ingestion => "entrepot.ingestion.v1.IngestionService",
            Self::Metrics => "entrepot.metrics.v1.MetricsService",
            Self::Network => "entrepot.network.v1.NetworkService",
            Self::Advice => "entrepot.advice.v1.AdviceService",
        }
    }
}

const OWN_SERVICES: [&str; 4] = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
    "entrepot.operations.v1.OperationsService",
];

/// Who answers a path such as `/entrepot.metrics.v1.MetricsService/Audit`.
pub(crate) fn destination(path: &str) -> Destination {
    let (service, _) = split(path);
    if OWN_SERVICES.contains(&service) {
        return Destination::Own;
    }
    let package = service.rsplit_once('.').map_or("", |(package, _)| package);
    let found = Upstream::ALL.into_iter().find(|upstream| upstream.package() == package);
    found.map_or(Destination::Nowhere, Destination::Upstream)
}

impl Methods {
    /// Reads the methods of a descriptor set.
    pub(crate) fn from_descriptors(descriptors: &[u8]) -> Result<Self, Error> {
        let set = FileDescriptorSet::decode(descriptors)
            .map_err(|error| Error::Descriptors(Box::new(error)))?;
        let mut unary_paths = HashSet::new();
        for file in &set.file {
            for service in &file.service {
                for method in &service.method {
                    if !method.client_streaming() && !method.server_streaming() {
                        let (service, method) = (service.name(), method.name());
                        unary_paths.insert(format!("/{}.{service}/{method}", file.package()));
                    }
                }
            }
        }
        Ok(Self { unary_paths })
    }

    pub(crate) fn life(&self, path: &str) -> Life {
        let (_, method) = split(path);
        if self.unary_paths.contains(path) {
            Life::Bounded
        } else if method.starts_with("Watch") || method == "ServerReflectionInfo" {
            Life::Endless
        } else {
            Life::Open
        }
    }
}

fn split(path: &str) -> (&str, &str) {
    path.trim_start_matches('/').split_once('/').unwrap_or(("", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_decides_who_answers() {
        let cases = [
            ("/entrepot.ingestion.v1.IngestionService/Ingest", Some(Upstream::Ingestion)),
            ("/entrepot.metrics.v1.MetricsService/Audit", Some(Upstream::Metrics)),
            ("/entrepot.network.v1.NetworkService/GetFirm", Some(Upstream::Network)),
            ("/entrepot.advice.v1.AdviceService/NotYetInvented", Some(Upstream::Advice)),
            ("/entrepot.metrics.v2.MetricsService/Audit", None),
            ("/entrepot.metrics.v1", None),
            ("/", None),
        ];
        for (path, expected) in cases {
            let expected = expected.map_or(Destination::Nowhere, Destination::Upstream);
            assert_eq!(destination(path), expected, "{path}");
        }
        assert_eq!(destination("/grpc.health.v1.Health/Check"), Destination::Own);
    }

    #[test]
    fn only_unary_calls_have_a_default_deadline() {
        let methods = Methods::from_descriptors(api::DESCRIPTORS).expect("our own descriptors");
        let cases = [
            ("/entrepot.metrics.v1.MetricsService/Audit", Life::Bounded),
            ("/entrepot.ingestion.v1.IngestionService/Ingest", Life::Open),
            ("/entrepot.metrics.v1.MetricsService/PreviewRelease", Life::Open),
            ("/entrepot.metrics.v1.MetricsService/WatchIndicators", Life::Endless),
            ("/entrepot.metrics.v1.MetricsService/NotYetInvented", Life::Open),
        ];
        for (path, expected) in cases {
            assert_eq!(methods.life(path), expected, "{path}");
        }
    }
}
