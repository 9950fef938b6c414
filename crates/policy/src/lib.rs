//! What is known about policy for small and medium firms in production networks, and its ranking
//! for one place, segment, role and size.
//!
//! Guarantees that a score is the exact sum of its contributions, that leaving an item out never
//! reorders the others, and that each item says what its evidence cannot show. Never knows effect
//! sizes: the sources print none. Never reads a clock, a file or a random number.
//!
//! Start at [`KnowledgeBase::embedded`], then [`Subject::try_new`], [`diagnose`] and [`rank`].
//!
//! ```
//! use policy::{Inputs, KnowledgeBase, Role, Size, Subject, diagnose, rank};
//!
//! let knowledge = KnowledgeBase::embedded()?;
//! let subject = Subject::try_new(
//!     &knowledge,
//!     "MY-07",
//!     "electronics.assembly",
//!     Some(Role::GenericSupplier),
//!     Some(Size::Small),
//! )?;
//! let diagnosis = diagnose(&knowledge, &subject, &Inputs::default())?;
//! let ranked = rank(&knowledge, &subject, &diagnosis);
//! assert_eq!(ranked.len(), 28); // 19 interventions, 6 considerations, 3 practices
//! let first = &ranked[0];
//! let points: u32 = first.contributions.iter().map(|part| part.points_hundredths).sum();
//! assert_eq!(points, first.score_hundredths);
//! # Ok::<(), policy::Error>(())
//! ```
#![warn(missing_docs)]

mod closed_set;
mod error;
mod subject;
mod knowledge;
mod diagnosis;
mod rank;

pub use diagnosis::{
    Active, Diagnosis, Expansion, GuardHit, Inputs, NetworkPosition, Reason, diagnose,
};
pub use error::{Error, ErrorKind};
pub use knowledge::{
    Category, Differences, Difficulty, Intervention, Item, ItemKind, KnowledgeBase, Link, Origin,
    Recommendation, Segment, Sources, Status,
    records::{Challenge, Code, Factor, Manifest, Obstacle, Plain, Rationale, Survey},
    rules::{
        Crosswalk, CrosswalkSource, DiagnosisRule, Guard, IndicatorBound, Linked, Severity, When,
    },
};
pub use rank::{
    Contribution, Criterion, Downgrade, DowngradeDomain, Evidence, Grade, Ranked, rank,
};
pub use subject::{Mechanism, PlaceCode, Role, Sector, SegmentCode, Size, Subject};
