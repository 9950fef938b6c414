//! A network at one point of both clocks, and what follows from it as far as it is asked for.
//!
//! Guarantees that a picture shows public records only: what is published from one everybody may
//! read. What follows is found once, on the thread of the first who asks. Some pictures are kept, as
//! many as fit a number of records, so that the same question is not worked out again and again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use api::events::Finding;
use jiff::civil::Date;
use production_network::{
    ConfigurationFinding, CouplingFinding, DependenceReport, DriverFinding, EntityId, Network,
    Readable, RecordedAt, RoleFinding, RouteFinding, Snapshot, StrategicMatching, Thresholds,
    configurations, couplings, dependence_report, drivers, roles, routes,
};
use prost::Message;

use crate::findings::findings_of;
use crate::networks::DocumentHead;

/// Records of the pictures that are kept beside the last one: with all that follows, some 5 KB each.
const KEPT_RECORDS_MAX: usize = 50_000;

/// A finding, encoded.
pub(crate) type Row = Box<[u8]>;

/// A network at one point of both clocks.
#[derive(Debug)]
pub(crate) struct Picture {
    /// The last document that it knows.
    pub(crate) head: DocumentHead,
    pub(crate) snapshot: Snapshot,
    roles: OnceLock<Vec<RoleFinding>>,
    configurations: OnceLock<Vec<ConfigurationFinding>>,
    couplings: OnceLock<Vec<CouplingFinding>>,
    routes: OnceLock<Vec<RouteFinding>>,
    drivers: OnceLock<Vec<DriverFinding>>,
    dependence: OnceLock<Option<DependenceReport>>,
    /// By subject, each as its row in the store, which takes a third of the memory.
    findings: OnceLock<BTreeMap<String, Vec<Row>>>,
}

impl Picture {
    /// The public network on a day, as known when a document was recorded.
    pub(crate) fn new(network: &Network, day: Date, head: DocumentHead) -> Self {
        Self::of(network.as_of(day, RecordedAt::new(head.recorded_at)), head)
    }

    /// One entity of it with what it is related to. What follows from the whole does not from this.
    pub(crate) fn around(network: &Network, id: &EntityId, day: Date, head: DocumentHead) -> Self {
        Self::of(network.as_of_around(id, day, RecordedAt::new(head.recorded_at)), head)
    }

    fn of(all: Snapshot, head: DocumentHead) -> Self {
        Self {
            head,
            snapshot: all.visible_to(&Readable::public()),
            roles: OnceLock::new(),
            configurations: OnceLock::new(),
            couplings: OnceLock::new(),
            routes: OnceLock::new(),
            drivers: OnceLock::new(),
            dependence: OnceLock::new(),
            findings: OnceLock::new(),
        }
    }

    /// Roles by table 5.
    pub(crate) fn roles(&self) -> &[RoleFinding] {
        self.roles.get_or_init(|| roles(&self.snapshot))
    }

    /// Configurations of lead firms by figure 1.
    pub(crate) fn configurations(&self) -> &[ConfigurationFinding] {
        self.configurations.get_or_init(|| configurations(&self.snapshot, self.roles()))
    }

    /// Coupling mechanisms by section 3.2.
    pub(crate) fn couplings(&self) -> &[CouplingFinding] {
        self.couplings.get_or_init(|| couplings(&self.snapshot, self.roles()))
    }

    /// Routes by sections 1 and 3.1.
    pub(crate) fn routes(&self) -> &[RouteFinding] {
        self.routes.get_or_init(|| routes(&self.snapshot, self.roles()))
    }

    /// What drives investments across borders, by section 2.2.
    pub(crate) fn drivers(&self) -> &[DriverFinding] {
        self.drivers.get_or_init(|| drivers(&self.snapshot))
    }

    /// How small and medium firms match lead firms, by sections 1 and 3.1. Worked out each time: of
    /// a large network they take more memory than all else that follows.
    pub(crate) fn matching(&self) -> StrategicMatching<'_> {
        StrategicMatching::new(&self.snapshot, self.roles())
    }

    /// Dependence by the usual thresholds, which are no bad ones.
    pub(crate) fn dependence(&self) -> Option<&DependenceReport> {
        let report = || {
            let (roles, couplings) = (self.roles(), self.couplings());
            dependence_report(&self.snapshot, roles, couplings, &Thresholds::default())
        };
        self.dependence.get_or_init(|| report().ok()).as_ref()
    }

    /// All findings as they are published, by their subjects, such as `firm:atc`.
    pub(crate) fn findings(&self, network: &str) -> &BTreeMap<String, Vec<Row>> {
        self.findings.get_or_init(|| {
            let mut by_subject: BTreeMap<String, Vec<Row>> = BTreeMap::new();
            findings_of(network, self, &mut |finding| {
                let row = finding.encode_to_vec().into_boxed_slice();
                by_subject.entry(finding.subject).or_default().push(row);
            });
            by_subject
        })
    }

    /// The findings about one subject.
    pub(crate) fn findings_about(&self, network: &str, subject: &str) -> Vec<Finding> {
        let rows = self.findings(network).get(subject);
        let read = rows.into_iter().flatten().map(|row| Finding::decode(row.as_ref()));
        read.filter_map(Result::ok).collect()
    }

    /// Entities and relations.
    pub(crate) fn records(&self) -> usize {
        self.snapshot.entities().count() + self.snapshot.relations().count()
    }
}

/// The network, the day, and the position of the last document.
type Key = (String, Date, u64);

/// Pictures that were asked for, the last one last.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    kept: Mutex<Vec<(Key, usize, Arc<Picture>)>>,
    /// By network, the last one of which all that follows is found.
    finished: Mutex<BTreeMap<String, Arc<Picture>>>,
}

impl Pictures {
    /// The picture of a network on a day, as known when a document was recorded.
    pub(crate) fn get(
        &self,
        id: &str,
        day: Date,
        head: DocumentHead,
        make: impl FnOnce() -> Picture,
    ) -> Arc<Picture> {
        let key = (id.to_owned(), day, head.position);
        if let Some(picture) = self.kept(&key) {
            return picture;
        }
        // Nobody waits for a lock while it is made: two who ask at once may both make it.
        let picture = Arc::new(make());
        let records = picture.records();
        let mut kept = lock(&self.kept);
        kept.push((key, records, Arc::clone(&picture)));
        let mut sum: usize = kept.iter().map(|(_, records, _)| records).sum();
        while sum > KEPT_RECORDS_MAX && kept.len() > 1 {
            let (_, records, _) = kept.remove(0);
            sum -= records;
        }
        picture
    }

    /// Takes a picture as the last one of which all that follows is found.
    pub(crate) fn finish(&self, id: &str, picture: &Arc<Picture>) {
        let mut finished = lock(&self.finished);
        let known = finished.entry(id.to_owned()).or_insert_with(|| Arc::clone(picture));
        if known.head.position < picture.head.position {
            *known = Arc::clone(picture);
        }
    }

    /// The last picture of a network of which all that follows is found.
    pub(crate) fn finished(&self, id: &str) -> Option<Arc<Picture>> {
        lock(&self.finished).get(id).cloned()
    }

    fn kept(&self, key: &Key) -> Option<Arc<Picture>> {
        let mut kept = lock(&self.kept);
        let index = kept.iter().position(|(other, _, _)| other == key)?;
        let found = kept.remove(index);
        let picture = Arc::clone(&found.2);
        kept.push(found);
        Some(picture)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
