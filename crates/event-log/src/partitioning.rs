//! Which partition a key belongs to: Kafka's own choice, computed by us in both engines.
//!
//! librdkafka's default differs from that of the Java clients, so it is never left to a client
//! library. The same key and count always give the same partition, whichever engine holds the log.

use crate::Partition;

/// The seed of Kafka's murmur2 (`org.apache.kafka.common.utils.Utils.murmur2`).
const SEED: u32 = 0x9747_b28c;
/// Multiplier and shift of MurmurHash2, 32 bits (Austin Appleby, 2008).
const M: u32 = 0x5bd1_e995;
const R: u32 = 24;

/// The partition of a key, as Kafka's Java clients choose it: murmur2, made positive, modulo count.
///
/// # Panics
/// If `count` is 0: a topic has at least one partition.
pub fn partition_of(key: &[u8], count: u32) -> Partition {
    Partition((murmur2(key) & 0x7fff_ffff) % count)
}

fn murmur2(key: &[u8]) -> u32 {
    // Kafka hashes the length as a 32-bit number; keys are at most EVENT_BYTES_MAX long.
    let mut hash = SEED ^ key.len() as u32;
    let (words, rest) = key.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> R;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !rest.is_empty() {
        for (index, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * index);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of Kafka's `UtilsTest.testMurmur2`.
    #[test]
    fn the_hash_is_that_of_kafkas_java_clients() {
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
        }
    }

    #[test]
    fn a_negative_hash_gives_a_partition_within_the_count() {
        // -973932308 with its sign bit cleared is 1173551340, and 1173551340 mod 12 is 0.
        assert_eq!(partition_of(b"21", 12), Partition(0));
        // 479470107 is positive already; mod 4 it is 3.
        assert_eq!(partition_of(b"abc", 4), Partition(3));
        assert_eq!(partition_of(b"anything", 1), Partition(0));
    }
}
