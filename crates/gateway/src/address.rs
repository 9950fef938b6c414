//! What a call is about, read from its first message: a key with an owner, or nothing in particular.
//!
//! Only the field that holds the key is decoded; everything else of a message is relayed unread. A
//! method that is not listed goes to any instance, which says if it is not the right one.

use api::ingestion::{IngestRequest, ingest_request};
use prost::Message;

use crate::route::Upstream;
use crate::sniff;

/// What a call is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Subject {
    /// Nothing that has an owner: each instance gives the same answer.
    Nothing,
    /// A network, or anything else whose name is its key.
    Key(String),
    /// A domain; the only one there is, if empty.
    Domain(String),
    /// A dataflow, whose domain is the key.
    Dataflow(String),
    /// What every instance has some of.
    Everything,
    /// More of the stream is needed to tell.
    NotYetKnown,
}

/// Where a method says what it is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// Nowhere: any instance answers.
    Nowhere,
    /// A network in the first field.
    Network,
    /// A domain in the first field.
    Domain,
    /// A domain in the second field.
    DomainSecond,
    /// A dataflow in the first field.
    Dataflow,
    /// A dataflow in the first field; a list of all of them without it.
    DataflowOrAll,
    /// Somewhere in a file: see [`ingest`].
    File,
}

const PLACES: [(Upstream, &str, Place); 33] = [
    (Upstream::Ingestion, "Ingest", Place::File),
    (Upstream::Ingestion, "RegisterDocument", Place::DomainSecond),
    (Upstream::Ingestion, "AssertNetwork", Place::Network),
    (Upstream::Ingestion, "ListReleases", Place::DataflowOrAll),
    (Upstream::Ingestion, "ListRejections", Place::DataflowOrAll),
    (Upstream::Ingestion, "ListObservations", Place::Dataflow),
    (Upstream::Ingestion, "WatchObservations", Place::Dataflow),
    (Upstream::Metrics, "ListIndicators", Place::Nowhere),
    (Upstream::Metrics, "ListIndicatorValues", Place::Domain),
    (Upstream::Metrics, "PreviewRelease", Place::Domain),
    (Upstream::Metrics, "Audit", Place::Domain),
    (Upstream::Metrics, "ClassifySme", Place::Domain),
    (Upstream::Metrics, "WatchIndicators", Place::Domain),
    (Upstream::Network, "GetFirm", Place::Network),
    (Upstream::Network, "ListRoles", Place::Network),
    (Upstream::Network, "ListCouplings", Place::Network),
    (Upstream::Network, "GetNeighbourhood", Place::Network),
    (Upstream::Network, "ListRoutes", Place::Network),
    (Upstream::Network, "GetTrajectory", Place::Network),
    (Upstream::Network, "GetSmeFdi", Place::Network),
    (Upstream::Network, "MatchFirms", Place::Network),
    (Upstream::Network, "GetDependence", Place::Network),
    (Upstream::Network, "GetUpgrading", Place::Network),
    (Upstream::Network, "GetCostCapability", Place::Network),
    (Upstream::Network, "GetCoordination", Place::Network),
    (Upstream::Network, "GetLogics", Place::Network),
    (Upstream::Network, "ListCentrality", Place::Network),
    (Upstream::Network, "GetNiches", Place::Network),
    (Upstream::Network, "RunShock", Place::Network),
    (Upstream::Network, "ExportNetwork", Place::Network),
    (Upstream::Network, "WatchFindings", Place::Network),
    (Upstream::Advice, "Advise", Place::Nowhere),
    (Upstream::Advice, "WatchAdvice", Place::Nowhere),
];

#[derive(Clone, PartialEq, Message)]
struct FirstField {
    #[prost(string, tag = "1")]
    key: String,
}

#[derive(Clone, PartialEq, Message)]
struct SecondField {
    #[prost(string, tag = "2")]
    key: String,
}

/// Whether a method must be read before it can be sent anywhere.
pub(crate) fn is_about_something(upstream: Upstream, path: &str) -> bool {
    place(upstream, path) != Place::Nowhere
}

/// What a call is about, by its first messages, without their announcements. A message that cannot
/// be read is about nothing: whoever gets it says what is wrong with it.
pub(crate) fn subject(upstream: Upstream, path: &str, messages: &[&[u8]]) -> Subject {
    let Some(message) = messages.first() else { return Subject::Nothing };
    let first = || FirstField::decode(*message).map(|field| field.key).unwrap_or_default();
    match place(upstream, path) {
        Place::Nowhere => Subject::Nothing,
        Place::Network => Subject::Key(first()),
        Place::Domain => Subject::Domain(first()),
        Place::DomainSecond => {
            let field = SecondField::decode(*message).unwrap_or_default();
            Subject::Key(field.key)
        }
        Place::Dataflow => Subject::Dataflow(first()),
        Place::DataflowOrAll => match first() {
            none if none.is_empty() => Subject::Everything,
            dataflow => Subject::Dataflow(dataflow),
        },
        Place::File => ingest(messages),
    }
}

/// A file is about the dataflow that its sender names, or that its first row is of.
fn ingest(messages: &[&[u8]]) -> Subject {
    let mut start = Vec::new();
    for (number, message) in messages.iter().enumerate() {
        match IngestRequest::decode(*message).ok().and_then(|request| request.part) {
            Some(ingest_request::Part::Options(options)) if number == 0 => {
                if !options.dataflow.is_empty() {
                    return Subject::Dataflow(options.dataflow);
                }
            }
            Some(ingest_request::Part::Chunk(chunk)) => start.extend_from_slice(&chunk),
            Some(ingest_request::Part::Options(_)) | None => return Subject::Nothing,
        }
    }
    match sniff::dataflow(&start) {
        sniff::Found::Dataflow(id) => Subject::Dataflow(id),
        sniff::Found::NotYet => Subject::NotYetKnown,
        sniff::Found::Nothing => Subject::Nothing,
    }
}

fn place(upstream: Upstream, path: &str) -> Place {
    let method = path.rsplit_once('/').map_or("", |(_, method)| method);
    let found = PLACES.iter().find(|(of, name, _)| *of == upstream && *name == method);
    found.map_or(Place::Nowhere, |(_, _, place)| *place)
}

#[cfg(test)]
mod tests {
    use api::ingestion::IngestOptions;
    use prost_types::FileDescriptorSet;

    use super::*;

    /// A method that is added must say here what it is about.
    #[test]
    fn every_method_says_where_its_key_is_and_that_field_is_called_so() {
        let set = FileDescriptorSet::decode(api::DESCRIPTORS).expect("our own descriptors");
        let mut count = 0;
        for file in &set.file {
            let upstream = Upstream::ALL.into_iter().find(|one| one.package() == file.package());
            let Some(upstream) = upstream else { continue };
            for method in file.service.iter().flat_map(|service| &service.method) {
                let found =
                    PLACES.iter().find(|(of, name, _)| *of == upstream && *name == method.name());
                let (_, _, place) = found.unwrap_or_else(|| panic!("{} is new", method.name()));
                let (number, name) = match place {
                    Place::Nowhere | Place::File => (0, ""),
                    Place::Network => (1, "network"),
                    Place::Domain => (1, "domain"),
                    Place::DomainSecond => (2, "domain"),
                    Place::Dataflow | Place::DataflowOrAll => (1, "dataflow"),
                };
                let input = method.input_type().rsplit_once('.').map_or("", |(_, name)| name);
                let of_package = set.file.iter().filter(|one| one.package() == file.package());
                let mut messages = of_package.flat_map(|one| &one.message_type);
                let message = messages.find(|one| one.name() == input);
                let fields = &message.expect("an input of the same package").field;
                let field = fields.iter().find(|field| field.number() == number);
                assert_eq!(field.map_or("", |field| field.name()), name, "{}", method.name());
                count += 1;
            }
        }
        assert_eq!(count, PLACES.len(), "a method is listed that does not exist");
    }

    #[test]
    fn a_file_is_about_the_dataflow_that_is_named_or_that_its_first_row_is_of() {
        let options = |dataflow: &str| {
            let options = IngestOptions { dataflow: dataflow.to_owned(), ..Default::default() };
            IngestRequest { part: Some(ingest_request::Part::Options(options)) }.encode_to_vec()
        };
        let chunk = |text: &'static str| {
            let part = ingest_request::Part::Chunk(text.into());
            IngestRequest { part: Some(part) }.encode_to_vec()
        };
        let path = "/entrepot.ingestion.v1.IngestionService/Ingest";
        let check = |messages: &[Vec<u8>], expected: Subject| {
            let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            assert_eq!(subject(Upstream::Ingestion, path, &messages), expected);
        };
        let flow = || Subject::Dataflow("A:D(1.0)".to_owned());
        check(&[options("A:D(1.0)")], flow());
        check(&[options("")], Subject::NotYetKnown);
        check(&[options(""), chunk("STRUCTURE,STRUCTURE_ID,K\ndata")], Subject::NotYetKnown);
        let row = "STRUCTURE,STRUCTURE_ID,K\ndataflow,A:D(1.0),k\n";
        check(&[options(""), chunk(row)], flow());
        check(&[chunk(row), options("")], Subject::Nothing);
    }
}
