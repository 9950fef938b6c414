//! Documents: structures, checks, claims, and facts of networks. Each is looked at here, so that a
//! faulty one never enters the log, and published as it was received.

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, DocumentKind, DocumentRegistered, NetworkDocument};
use api::ingestion::{
    AssertNetworkRequest, AssertNetworkResponse, RegisterDocumentRequest, RegisterDocumentResponse,
};
use api::types::{Receipt, Rejection};
use event_log::topics;
use production_network::Rule;
use service::{Outgoing, TopicPartition};
use sha2::{Digest, Sha256};
use statistics::{Checks, Structures};

use crate::options::DOCUMENT_BYTES_MAX;
use crate::service::Shared;
use crate::store::{NETWORK_DOCUMENTS, NETWORK_KEYS, network_document_key};
use crate::{Error, networks};

impl Shared {
    /// Registers structures, checks or claims; the same content again changes nothing.
    pub(crate) async fn register(
        &self,
        request: RegisterDocumentRequest,
    ) -> Result<RegisterDocumentResponse, Error> {
        let kind = request.kind();
        let name = request.name.clone();
        check_name("domain", &request.domain)?;
        check_name("name", &name)?;
        check_size(&name, &request.content)?;
        check_content(kind, &request)?;
        let owner = self.owner_of(&request.domain)?;
        let sha256 = hex(&Sha256::digest(&request.content));
        let _turn = owner.turn.lock().await;
        let catalogue = owner.work.catalogue();
        let key = (i32::from(kind), request.domain.clone(), name.clone());
        if catalogue.documents.get(&key).is_some_and(|known| known.sha256 == sha256) {
            let receipt = Some(owner.unit.frontier().to_receipt());
            return Ok(RegisterDocumentResponse { outcome: "unchanged".to_owned(), receipt });
        }
        let domain = request.domain.clone();
        let payload = Payload::DocumentRegistered(DocumentRegistered {
            kind: kind.into(),
            domain: request.domain,
            name,
            content: request.content,
            sha256,
        });
        let to = TopicPartition::new(topics::OBSERVATIONS, owner.unit.partition());
        let key = domain.into_bytes();
        let positions =
            owner.unit.publish(vec![Outgoing { to, key, cause: on_request(), payload }]).await?;
        let receipt = Some(Receipt { positions });
        Ok(RegisterDocumentResponse { outcome: "published".to_owned(), receipt })
    }

    /// Publishes a document of network facts; the same content again changes nothing.
    pub(crate) async fn assert_network(
        &self,
        request: AssertNetworkRequest,
    ) -> Result<AssertNetworkResponse, Error> {
        self.assert_network_once(request, String::new()).await
    }

    /// The same, at most once for a key, if it is not empty.
    pub(crate) async fn assert_network_once(
        &self,
        request: AssertNetworkRequest,
        idempotency_key: String,
    ) -> Result<AssertNetworkResponse, Error> {
        check_name("network", &request.network)?;
        check_name("name", &request.name)?;
        check_size(&request.name, &request.content)?;
        let owner = self.owner_of(&request.network)?;
        let sha256 = hex(&Sha256::digest(&request.content));
        let _turn = owner.turn.lock().await;
        let (network, name) = (request.network.as_str(), request.name.as_str());
        let (asserted, store) = (owner.work.asserted(), owner.unit.store());
        let parsed = asserted.read(store, network, name, &request.content)?;
        refuse_personal(&request.name, &parsed)?;
        let found = parsed.network.as_str();
        if found != request.network {
            return Err(Error::Document {
                name: request.name,
                faults: vec![("network".to_owned(), format!("the document is of `{found}`"))],
                remedy: format!("name `{found}`, or correct the document"),
            });
        }
        let key = network_document_key(&request.network, &request.name);
        let known =
            owner.unit.store().get(NETWORK_DOCUMENTS, &key).map_err(service::Error::from)?;
        let rejections = parsed.rejections.iter().map(|one| Rejection {
            file: request.name.clone(),
            column: one.position.clone(),
            rule: one.rule.to_string(),
            reason: one.reason.clone(),
            remedy: one.rule.remedy().to_owned(),
            row: one.original.clone().into_bytes(),
            ..Rejection::default()
        });
        let rejections = rejections.collect();
        let accepted = parsed.facts.len() as u64;
        let by_key = owner.unit.store().get(NETWORK_KEYS, idempotency_key.as_bytes());
        let is_repeated = by_key.map_err(service::Error::from)?.is_some();
        if is_repeated || known == Some(networks::told(&sha256, &parsed)) {
            let receipt = Some(owner.unit.frontier().to_receipt());
            let outcome = "unchanged".to_owned();
            return Ok(AssertNetworkResponse { outcome, receipt, accepted, rejections });
        }
        let key = request.network.clone().into_bytes();
        let payload = Payload::NetworkDocument(NetworkDocument {
            network: request.network,
            name: request.name,
            content: request.content,
            sha256,
            idempotency_key,
        });
        let to = TopicPartition::new(topics::NETWORK, owner.unit.partition());
        let positions =
            owner.unit.publish(vec![Outgoing { to, key, cause: on_request(), payload }]).await?;
        let receipt = Some(Receipt { positions });
        let outcome = "published".to_owned();
        Ok(AssertNetworkResponse { outcome, receipt, accepted, rejections })
    }
}

/// Refuses a document that speaks of a person whole: the log keeps for good what it is given.
fn refuse_personal(name: &str, document: &production_network::Document) -> Result<(), Error> {
    if !document.is_personal() {
        return Ok(());
    }
    let about = document.rejections.iter().filter(|one| one.rule == Rule::Personal);
    Err(Error::Document {
        name: name.to_owned(),
        faults: about.map(|one| (one.position.clone(), one.reason.clone())).collect(),
        remedy: Rule::Personal.remedy().to_owned(),
    })
}

fn check_content(kind: DocumentKind, request: &RegisterDocumentRequest) -> Result<(), Error> {
    let refused = |faults: Vec<(String, String)>, remedy: &str| Error::Document {
        name: request.name.clone(),
        faults,
        remedy: remedy.to_owned(),
    };
    match kind {
        DocumentKind::Structures => {
            let structures = Structures::parse(&request.content).map_err(|rejections| {
                let faults = rejections.iter().map(fault_of).collect();
                refused(faults, "correct the structure message and register it again")
            })?;
            let foreign: Vec<_> = structures
                .dataflows()
                .filter(|one| one.domain.as_deref() != Some(request.domain.as_str()))
                .map(|one| {
                    let found = one.domain.as_deref().unwrap_or("none");
                    (one.id.to_string(), format!("declares domain `{found}`"))
                })
                .collect();
            if foreign.is_empty() {
                return Ok(());
            }
            let remedy = format!("each dataflow needs the annotation DOMAIN `{}`", request.domain);
            Err(refused(foreign, &remedy))
        }
        DocumentKind::Checks => Checks::parse(&request.content).map(|_| ()).map_err(|rejections| {
            let faults = rejections.iter().map(fault_of).collect();
            refused(faults, "correct the checks and register them again")
        }),
        DocumentKind::Claims => {
            let parsed: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(&request.content);
            parsed.map(|_| ()).map_err(|error| {
                let at = format!("line {}, column {}", error.line(), error.column());
                refused(vec![(at, error.to_string())], "correct the JSON and register it again")
            })
        }
        DocumentKind::Unspecified => Err(Error::Field(api::ConvertError {
            field: "kind",
            problem: "is unspecified; one of structures, checks, claims".to_owned(),
        })),
    }
}

fn fault_of(rejection: &statistics::Rejection) -> (String, String) {
    let field = rejection.field.clone().unwrap_or_else(|| "content".to_owned());
    (field, rejection.reason.clone())
}

/// Names become parts of keys: short, and without control characters.
fn check_name(field: &'static str, name: &str) -> Result<(), Error> {
    let fits = !name.is_empty() && name.len() <= 128 && !name.chars().any(char::is_control);
    if fits {
        return Ok(());
    }
    let problem = "needs 1 to 128 characters without control characters".to_owned();
    Err(Error::Field(api::ConvertError { field, problem }))
}

fn check_size(name: &str, content: &[u8]) -> Result<(), Error> {
    if content.len() <= DOCUMENT_BYTES_MAX {
        return Ok(());
    }
    Err(Error::Document {
        name: name.to_owned(),
        faults: vec![("content".to_owned(), format!("{} bytes", content.len()))],
        remedy: format!("at most {DOCUMENT_BYTES_MAX} bytes; split it into several documents"),
    })
}

pub(crate) fn on_request() -> Cause {
    Cause { kind: CauseKind::Request.into(), position: None }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
