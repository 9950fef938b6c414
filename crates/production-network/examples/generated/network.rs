//! A generated network: firms from ten economies, and relations whose receivers are skewed as in a
//! power law.
//!
//! Guarantees the same facts each time. Shared by the examples that measure.

use production_network::{Document, Fact, Limits};

const FIRMS_A_DOCUMENT: usize = 1_000;

/// Xorshift: the same numbers each time.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to below `count`; low numbers are as likely as a power law with exponent 2.3 has them.
    pub(crate) fn skewed(&mut self, count: usize) -> usize {
        let part = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let rank = (1.0 - part).powf(-1.0 / 1.3) - 1.0;
        (rank * count as f64 / 50.0) as usize % count
    }
}

/// Entities, then relations, in documents of a thousand.
pub(crate) fn facts(
    firms: usize,
    relations: usize,
    numbers: &mut Numbers,
) -> impl Iterator<Item = Fact> + use<> {
    let homes = ["MY", "SG", "TH", "VN", "ID", "PH", "US", "JP", "DE", "CN"];
    let kinds = ["supplies", "supplies", "supplies", "co_designs", "licenses", "serves"];
    let mut texts = Vec::new();
    for start in (0..firms).step_by(FIRMS_A_DOCUMENT) {
        let mut entities = Vec::new();
        for number in start..(start + FIRMS_A_DOCUMENT).min(firms) {
            let size = if number.is_multiple_of(20) { "large" } else { "sme" };
            entities.push(format!(
                r#"{{"kind":"firm","id":"f{number}","name":"F{number}","home":"{}","size":"{size}",
                    "source":"s"}}"#,
                homes[number % homes.len()]
            ));
        }
        texts.push(format!(r#"{{"network":"n","entities":[{}]}}"#, entities.join(",")));
    }
    for start in (0..relations).step_by(FIRMS_A_DOCUMENT) {
        let mut rows = Vec::new();
        for number in start..(start + FIRMS_A_DOCUMENT).min(relations) {
            let (from, mut to) = (numbers.next() as usize % firms, numbers.skewed(firms));
            if from == to {
                to = (to + 1) % firms;
            }
            let kind = kinds[number % kinds.len()];
            let more = match number % 3 {
                0 => r#""specification":"customer","share":0.001,"#,
                1 => r#""specification":"standardized","#,
                _ => "",
            };
            let more = if kind == "supplies" { more } else { "" };
            rows.push(format!(
                r#"{{"id":"r{number}","kind":"{kind}","from":"firm:f{from}","to":"firm:f{to}",
                    "industry":"i{}",{more}"valid_from":"{}","source":"s","evidence":"e",
                    "confidence":0.9}}"#,
                from % 50,
                2000 + number % 16
            ));
        }
        texts.push(format!(r#"{{"network":"n","relations":[{}]}}"#, rows.join(",")));
    }
    texts.into_iter().flat_map(|text| {
        let document = Document::parse_beside(text.as_bytes(), &Limits::default(), |_| true);
        document.expect("reads").facts
    })
}
