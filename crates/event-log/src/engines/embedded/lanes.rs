//! Lanes: the topic-partitions of one log, numbered, so that the rest of the engine uses an index.
//!
//! The number of partitions is one for all topics and fixed for the directory's life, so a lane is
//! topic index × partitions + partition. Topics are only ever added, and only while opening.

use crate::{Error, Partition, Topic};

/// The number of a topic-partition within one open log. Never stored: files hold names.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Lane(pub(super) usize);

/// The topics of a log.
#[derive(Debug)]
pub(super) struct Lanes {
    topics: Vec<Topic>,
    partitions: u32,
}

impl Lanes {
    pub(super) fn new(topics: &[Topic], partitions: u32) -> Self {
        let mut lanes = Self { topics: Vec::new(), partitions };
        for topic in topics {
            lanes.add(topic);
        }
        lanes
    }

    pub(super) fn partition_count(&self, topic: &Topic) -> u32 {
        if self.topics.contains(topic) { self.partitions } else { 0 }
    }

    /// How many lanes there are.
    pub(super) fn count(&self) -> usize {
        self.topics.len() * self.partitions as usize
    }

    pub(super) fn find(&self, topic: &Topic, partition: Partition) -> Result<Lane, Error> {
        let count = self.partitions;
        let Some(index) = self.topics.iter().position(|known| known == topic) else {
            return Err(Error::UnknownTopic { topic: topic.clone() });
        };
        if partition.0 >= count {
            return Err(Error::UnknownPartition { topic: topic.clone(), partition, count });
        }
        Ok(Lane(index * count as usize + partition.0 as usize))
    }

    /// The lane of a record on disk, whose topic may no longer be in the options. `None` if the
    /// partition is one that this log cannot have.
    pub(super) fn find_or_add(&mut self, topic: &str, partition: Partition) -> Option<Lane> {
        if !self.topics.iter().any(|known| known.as_str() == topic) {
            self.topics.push(Topic::try_new(topic)?);
        }
        let index = self.topics.iter().position(|known| known.as_str() == topic)?;
        let within = partition.0 < self.partitions;
        within.then(|| Lane(index * self.partitions as usize + partition.0 as usize))
    }

    /// The name of a lane.
    pub(super) fn name(&self, lane: Lane) -> (&Topic, Partition) {
        let count = self.partitions as usize;
        (&self.topics[lane.0 / count], Partition((lane.0 % count) as u32))
    }

    fn add(&mut self, topic: &Topic) {
        if !self.topics.contains(topic) {
            self.topics.push(topic.clone());
        }
    }
}
