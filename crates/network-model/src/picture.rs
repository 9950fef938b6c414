//! A network at one point of both clocks, and what follows from it as far as it is asked for.
//!
//! Guarantees that a picture shows public records only: what is published from one everybody may
//! read. What follows is found once, on the thread of the first who asks. Some pictures are kept, as
//! many as fit a number of records, so that the same question is not worked out again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use api::events::Finding;
use imbl::OrdMap;
use jiff::civil::Date;
use production_network::{
    ConfigurationFinding, CouplingFinding, DependenceReport, DriverFinding, Entity, EntityId,
    Findings, Network, Readable, RecordedAt, RoleFinding, RouteFinding, Snapshot,
    StrategicMatching, Touched,
};
use prost::Message;

use crate::findings::Told;
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
    /// All that follows, firm by firm; what is asked for as a list is made from it.
    found: OnceLock<Findings>,
    roles: OnceLock<Vec<RoleFinding>>,
    configurations: OnceLock<Vec<ConfigurationFinding>>,
    couplings: OnceLock<Vec<CouplingFinding>>,
    routes: OnceLock<Vec<RouteFinding>>,
    drivers: OnceLock<Vec<DriverFinding>>,
    dependence: OnceLock<DependenceReport>,
    /// By subject, each as its row in the store, which takes a third of the memory.
    findings: OnceLock<Rows>,
}

/// Findings by their subject, such as `firm:atc`.
type Rows = OrdMap<Arc<str>, Arc<[Row]>>;

impl Picture {
    /// The public network on a day, as known when a document was recorded.
    pub(crate) fn new(network: &Network, day: Date, head: DocumentHead) -> Self {
        let all = network.as_of(day, RecordedAt::new(head.recorded_at));
        Self::of(all.visible_to(&Readable::public()), head)
    }

    /// One entity of it with what it is related to. What follows from the whole does not from this.
    pub(crate) fn around(network: &Network, id: &EntityId, day: Date, head: DocumentHead) -> Self {
        let all = network.as_of_around(id, day, RecordedAt::new(head.recorded_at));
        Self::of(all.visible_to(&Readable::public()), head)
    }

    fn of(snapshot: Snapshot, head: DocumentHead) -> Self {
        Self {
            head,
            snapshot,
            found: OnceLock::new(),
            roles: OnceLock::new(),
            configurations: OnceLock::new(),
            couplings: OnceLock::new(),
            routes: OnceLock::new(),
            drivers: OnceLock::new(),
            dependence: OnceLock::new(),
            findings: OnceLock::new(),
        }
    }

    /// The picture with all that follows on the day of a later document, found from this one and
    /// what was told since, with the subjects about which something else may be found. `None` where
    /// it is to be made anew.
    pub(crate) fn advance(
        &self,
        id: &str,
        network: &Network,
        touched: &Touched,
        head: DocumentHead,
    ) -> Option<(Self, BTreeSet<String>)> {
        let (found, rows) = (self.found.get()?, self.findings.get()?);
        if self.snapshot.valid() != head.day() {
            return None;
        }
        let recorded = RecordedAt::new(head.recorded_at);
        let advance = self.snapshot.advance(network, touched, &Readable::public(), recorded)?;
        let advanced = found.advance(&self.snapshot, &advance);
        let mut rows = rows.clone();
        let mut told = Told::new(id, &advance.snapshot, &advanced.findings);
        for id in &advanced.about {
            put_rows(&mut rows, &id.to_string(), &told.about(id));
        }
        let subjects = advanced.about.iter().map(ToString::to_string).collect();
        drop(told);
        let next = Self::of(advance.snapshot, head);
        let next = Self { found: advanced.findings.into(), findings: rows.into(), ..next };
        Some((next, subjects))
    }

    /// All that follows from the snapshot.
    pub(crate) fn found(&self) -> &Findings {
        self.found.get_or_init(|| Findings::of(&self.snapshot))
    }

    /// Roles by table 5.
    pub(crate) fn roles(&self) -> &[RoleFinding] {
        self.roles.get_or_init(|| self.found().roles())
    }

    /// Configurations of lead firms by figure 1.
    pub(crate) fn configurations(&self) -> &[ConfigurationFinding] {
        self.configurations.get_or_init(|| self.found().configurations())
    }

    /// Coupling mechanisms by section 3.2.
    pub(crate) fn couplings(&self) -> &[CouplingFinding] {
        self.couplings.get_or_init(|| self.found().couplings())
    }

    /// Routes by sections 1 and 3.1.
    pub(crate) fn routes(&self) -> &[RouteFinding] {
        self.routes.get_or_init(|| self.found().routes())
    }

    /// What drives investments across borders, by section 2.2.
    pub(crate) fn drivers(&self) -> &[DriverFinding] {
        self.drivers.get_or_init(|| self.found().drivers())
    }

    /// How small and medium firms match lead firms, by sections 1 and 3.1. Worked out each time: of
    /// a large network they take more memory than all else that follows.
    pub(crate) fn matching(&self) -> StrategicMatching<'_> {
        self.found().matching(&self.snapshot)
    }

    /// Dependence by the usual thresholds.
    pub(crate) fn dependence(&self) -> &DependenceReport {
        self.dependence.get_or_init(|| self.found().dependence())
    }

    /// All findings as they are published, by their subjects.
    pub(crate) fn findings(&self, network: &str) -> &Rows {
        self.findings.get_or_init(|| {
            let mut told = Told::new(network, &self.snapshot, self.found());
            let mut rows = Rows::new();
            for id in self.snapshot.entities().map(Entity::id) {
                put_rows(&mut rows, &id.to_string(), &told.about(&id));
            }
            rows
        })
    }

    /// The findings about one subject.
    pub(crate) fn findings_about(&self, network: &str, subject: &str) -> Vec<Finding> {
        let rows = self.findings(network).get(subject);
        let read = rows.into_iter().flat_map(|rows| rows.iter());
        read.filter_map(|row| Finding::decode(row.as_ref()).ok()).collect()
    }

    /// Entities and relations.
    pub(crate) fn records(&self) -> usize {
        self.snapshot.entities().count() + self.snapshot.relations().count()
    }
}

/// Keeps the findings about a subject; none take no room.
fn put_rows(rows: &mut Rows, subject: &str, findings: &[Finding]) {
    if findings.is_empty() {
        rows.remove(subject);
        return;
    }
    let encoded = findings.iter().map(|finding| finding.encode_to_vec().into_boxed_slice());
    rows.insert(subject.into(), encoded.collect());
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

    /// Gives up a picture that is kept.
    pub(crate) fn take(&self, id: &str, day: Date, head: DocumentHead) -> Option<Arc<Picture>> {
        let key = (id.to_owned(), day, head.position);
        let mut kept = lock(&self.kept);
        let index = kept.iter().position(|(other, _, _)| *other == key)?;
        Some(kept.remove(index).2)
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
