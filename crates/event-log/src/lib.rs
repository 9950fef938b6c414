//! One contract, two engines.
