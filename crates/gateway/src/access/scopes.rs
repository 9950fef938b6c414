//! The scope that each method needs, all of them in one table.
//!
//! A method of a service that the table does not know, such as one of a service newer than its
//! gateway, needs `admin`: it may do anything. A test holds the table against the descriptors.

use std::fmt;

use crate::route::{Destination, destination};

/// What a token allows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scope {
    /// See everything that the services know.
    Read,
    /// Send releases and register documents.
    FeedWrite,
    /// Change the network.
    NetworkWrite,
    /// Operate the services.
    Admin,
}

/// What a call needs to be let in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Needs {
    /// Nothing: who asks whether the gateway is well may be a load balancer.
    Nothing,
    /// A good token of any scope; what is there answers that it does not know the method.
    Token,
    /// A token with this scope.
    Scope(Scope),
}

/// A dry run of `Ingest` needs what a real one does: the gateway does not decode the messages that
/// it relays, and a dry run takes the same place and the same disk.
const METHODS: [(&str, &[(&str, Needs)]); 8] = [
    (
        "entrepot.ingestion.v1.IngestionService",
        &[
            ("Ingest", FEED_WRITE),
            ("RegisterDocument", FEED_WRITE),
            ("AssertNetwork", NETWORK_WRITE),
            ("ListReleases", READ),
            ("ListRejections", READ),
            ("ListObservations", READ),
            ("WatchObservations", READ),
        ],
    ),
    (
        "entrepot.metrics.v1.MetricsService",
        &[
            ("ListIndicators", READ),
            ("ListIndicatorValues", READ),
            ("PreviewRelease", READ),
            ("Audit", READ),
            ("ClassifySme", READ),
            ("WatchIndicators", READ),
        ],
    ),
    (
        "entrepot.network.v1.NetworkService",
        &[
            ("GetFirm", READ),
            ("ListRoles", READ),
            ("ListCouplings", READ),
            ("GetNeighbourhood", READ),
            ("ListRoutes", READ),
            ("GetTrajectory", READ),
            ("GetSmeFdi", READ),
            ("MatchFirms", READ),
            ("GetDependence", READ),
            ("GetUpgrading", READ),
            ("GetCostCapability", READ),
            ("GetCoordination", READ),
            ("GetLogics", READ),
            ("ListCentrality", READ),
            ("GetNiches", READ),
            ("RunShock", READ),
            ("ExportNetwork", READ),
            ("WatchFindings", READ),
        ],
    ),
    ("entrepot.advice.v1.AdviceService", &[("Advise", READ), ("WatchAdvice", READ)]),
    (
        "entrepot.operations.v1.OperationsService",
        &[
            ("GetStatus", READ),
            ("GetOwnership", ADMIN),
            ("ExportUnit", ADMIN),
            ("SkipEvent", ADMIN),
        ],
    ),
    ("grpc.health.v1.Health", &[("Check", OPEN), ("Watch", OPEN)]),
    ("grpc.reflection.v1.ServerReflection", &[("ServerReflectionInfo", READ)]),
    ("grpc.reflection.v1alpha.ServerReflection", &[("ServerReflectionInfo", READ)]),
];
const OPEN: Needs = Needs::Nothing;
const READ: Needs = Needs::Scope(Scope::Read);
const FEED_WRITE: Needs = Needs::Scope(Scope::FeedWrite);
const ADMIN: Needs = Needs::Scope(Scope::Admin);
const NETWORK_WRITE: Needs = Needs::Scope(Scope::NetworkWrite);

impl Scope {
    /// As tokens write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::FeedWrite => "feed:write",
            Self::NetworkWrite => "network:write",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a path such as `/entrepot.metrics.v1.MetricsService/Audit` needs.
pub(crate) fn needs(path: &str) -> Needs {
    if let Some(needs) = listed(path) {
        return needs;
    }
    match destination(path) {
        Destination::Nowhere => Needs::Token,
        Destination::Upstream(_) | Destination::Own => Needs::Scope(Scope::Admin),
    }
}

/// Exactly as written: a path that is spelt otherwise is another method.
fn listed(path: &str) -> Option<Needs> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    let (_, methods) = METHODS.iter().find(|(name, _)| *name == service)?;
    methods.iter().find(|(name, _)| *name == method).map(|(_, needs)| *needs)
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn every_method_of_the_interface_has_its_scope_in_the_table() {
        let mut count = 0;
        for descriptors in [api::DESCRIPTORS, tonic_health::pb::FILE_DESCRIPTOR_SET] {
            let set = FileDescriptorSet::decode(descriptors).expect("descriptors of this build");
            for file in &set.file {
                for service in &file.service {
                    for method in &service.method {
                        let name = method.name();
                        let path = format!("/{}.{}/{name}", file.package(), service.name());
                        let needs = listed(&path).unwrap_or_else(|| {
                            panic!("{path}: decide what it needs, and add it to METHODS")
                        });
                        let only_reads = ["List", "Get", "Watch", "Audit", "Advise", "Classify"];
                        if file.package().starts_with("entrepot.")
                            && file.package() != "entrepot.operations.v1"
                            && only_reads.iter().any(|start| name.starts_with(start))
                        {
                            assert_eq!(needs, READ, "{path}");
                        }
                        count += 1;
                    }
                }
            }
        }
        let in_table: usize = METHODS.iter().map(|(_, methods)| methods.len()).sum();
        let reflection = 2;
        assert_eq!(count + reflection, in_table, "a method of the table is no more");
    }

    #[test]
    fn what_the_table_does_not_know_needs_most() {
        let admin = Needs::Scope(Scope::Admin);
        let cases = [
            ("/entrepot.ingestion.v1.IngestionService/Ingest", FEED_WRITE),
            ("/entrepot.ingestion.v1.IngestionService/AssertNetwork", NETWORK_WRITE),
            ("/entrepot.metrics.v1.MetricsService/Audit", READ),
            ("/grpc.health.v1.Health/Check", OPEN),
            ("/entrepot.ingestion.v1.IngestionService/NotYetInvented", admin),
            ("/entrepot.operations.v1.OperationsService/DeleteStore", admin),
            ("/entrepot.metrics.v1.metricsservice/audit", admin),
            ("//entrepot.metrics.v1.MetricsService/Audit", admin),
            ("/entrepot.metrics.v1.MetricsService/Audit/", admin),
            ("/example.v1.Nobody/Call", Needs::Token),
            ("/", Needs::Token),
            ("", Needs::Token),
        ];
        for (path, expected) in cases {
            assert_eq!(needs(path), expected, "{path}");
        }
    }
}
