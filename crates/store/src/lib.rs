//! sled made safe.
