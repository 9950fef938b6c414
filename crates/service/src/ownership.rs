//! Which partitions an instance of a service owns, without anybody being asked.
//!
//! Instance i of n owns the partitions p with p mod n = i. The log fences whoever is behind the
//! times: while the number of instances changes, two may think that a partition is theirs, and only
//! the later one can write.

use std::str::FromStr;

use event_log::Partition;

/// The most instances of a service: more would own no partition of a topic with the usual twelve,
/// and a number far above it is a slip.
pub const INSTANCES_MAX: u32 = 1024;

/// One of the instances of a service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Instance {
    number: u32,
    of: u32,
}

/// The number of an instance, from 0: written as such, or as a name that ends in it, which is how
/// the pods of a StatefulSet are called.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct InstanceNumber(pub u32);

/// Why numbers make no instance.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InstanceError {
    /// There must be one at least, and at most [`INSTANCES_MAX`].
    #[error("{of} instances: expected 1 to {INSTANCES_MAX}")]
    Count {
        /// Found.
        of: u32,
    },
    /// Numbers start at 0.
    #[error("instance {number} of {of}: numbers go from 0 to {}", of.saturating_sub(1))]
    Number {
        /// Found.
        number: u32,
        /// The number of instances.
        of: u32,
    },
    /// Neither a number nor a name that ends in one.
    #[error("no number of an instance: expected `2`, or a name that ends in `-2`")]
    Name,
}

impl Instance {
    /// The only one, which owns everything.
    pub const ONLY: Self = Self { number: 0, of: 1 };

    /// Instance `number` of `of`.
    ///
    /// # Errors
    /// [`InstanceError::Count`], [`InstanceError::Number`].
    pub fn try_new(number: InstanceNumber, of: u32) -> Result<Self, InstanceError> {
        let InstanceNumber(number) = number;
        if of == 0 || of > INSTANCES_MAX {
            return Err(InstanceError::Count { of });
        }
        if number >= of {
            return Err(InstanceError::Number { number, of });
        }
        Ok(Self { number, of })
    }

    /// Whether a partition is its own.
    #[must_use]
    pub fn owns(self, partition: Partition) -> bool {
        partition.0 % self.of == self.number
    }

    /// The partitions of a topic with `count` of them that are its own.
    pub fn partitions(self, count: u32) -> impl Iterator<Item = Partition> {
        (0..count).map(Partition).filter(move |partition| self.owns(*partition))
    }
}

impl Default for Instance {
    fn default() -> Self {
        Self::ONLY
    }
}

impl FromStr for InstanceNumber {
    type Err = InstanceError;

    fn from_str(text: &str) -> Result<Self, InstanceError> {
        let digits = text.rsplit_once('-').map_or(text, |(_, ordinal)| ordinal);
        digits.parse().map(Self).map_err(|_| InstanceError::Name)
    }
}

impl std::fmt::Display for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_one_owner_among_any_number_of_instances() {
        for of in 1..=14 {
            for partition in (0..12).map(Partition) {
                let owners = (0..of).filter(|number| {
                    let instance = Instance::try_new(InstanceNumber(*number), of);
                    instance.expect("a number below the count").owns(partition)
                });
                assert_eq!(owners.count(), 1, "{partition} of {of}");
            }
        }
    }

    #[test]
    fn a_number_is_read_from_the_name_of_a_pod() {
        let check = |text: &str, expected| assert_eq!(text.parse(), expected, "{text}");
        check("0", Ok(InstanceNumber(0)));
        check("observatory-metrics-11", Ok(InstanceNumber(11)));
        check("metrics", Err(InstanceError::Name));
        check("", Err(InstanceError::Name));
        check("metrics-", Err(InstanceError::Name));
        check("2-", Err(InstanceError::Name));
    }

    #[test]
    fn numbers_outside_the_count_are_refused() {
        let try_new = |number, of| Instance::try_new(InstanceNumber(number), of);
        assert_eq!(try_new(0, 1), Ok(Instance::ONLY));
        assert_eq!(try_new(2, 2), Err(InstanceError::Number { number: 2, of: 2 }));
        assert_eq!(try_new(0, 0), Err(InstanceError::Count { of: 0 }));
        assert_eq!(try_new(0, 2_000), Err(InstanceError::Count { of: 2_000 }));
    }
}
