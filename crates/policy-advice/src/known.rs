//! What the statistics and the networks say, as far as advice uses it.
//!
//! Immutable between two brackets: readers see all of a cause's effects or none. An indicator
//! without a value is kept with its reason, and is never a zero.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::events::Finding;
use api::types::IndicatorValue;
use imbl::OrdMap;
use service::ApplyError;
use store::Store;

use crate::store::{FINDINGS, INDICATORS, decode, finding_key};

/// An indicator that advice uses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) indicator: &'static str,
    /// Any of these.
    pub(crate) breakdowns: &'static [&'static str],
    /// The indicator of the knowledge base that it is, if it is one; else it is said beside.
    pub(crate) knowledge: Option<&'static str>,
    /// What it is, in words.
    pub(crate) title: &'static str,
}

/// All indicators that advice uses; the others are not kept.
pub(crate) const USED: &[Used] = &[
    Used {
        indicator: "participation.share",
        breakdowns: &["SME"],
        knowledge: Some("sme_domestic_network_percent"),
        title: "small and medium firms in domestic production networks",
    },
    Used {
        indicator: "fdi.intra_share",
        breakdowns: &["", "_T"],
        knowledge: Some("intra_asean_fdi_percent"),
        title: "share of ASEAN sources in inward direct investment",
    },
    Used {
        indicator: "participation.gap",
        breakdowns: &[""],
        knowledge: None,
        title: "lead of large firms over small and medium ones in taking part in networks",
    },
    Used {
        indicator: "sme.export_gap",
        breakdowns: &[""],
        knowledge: None,
        title: "share of small and medium firms in exports over their share in output",
    },
    Used {
        indicator: "sme.productivity_gap",
        breakdowns: &[""],
        knowledge: None,
        title: "share of small and medium firms in output over their share in employment",
    },
];

/// The kinds of findings that advice uses; of a large network most are of others.
const USED_FINDINGS: [&str; 3] = ["role", "location", "coupling"];

/// Whether advice uses findings of this kind.
pub(crate) fn is_used(finding: &Finding) -> bool {
    USED_FINDINGS.contains(&finding.kind.as_str())
}

/// The last values and findings, as far as advice uses them. A copy, which each bracket makes, shares
/// what it does not change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    values: OrdMap<String, IndicatorValue>,
    /// Without their evidence, which is theirs to say.
    findings: Findings,
    /// The roles among them once more, by industry, then as above.
    roles: OrdMap<String, Findings>,
}

/// Findings by their [`finding_key`].
type Findings = OrdMap<Arc<str>, Arc<Finding>>;

/// Firms that findings put into a place and a segment.
#[derive(Clone, Debug, Default)]
pub(crate) struct FoundFirm {
    /// Its id, such as `firm:klt`.
    pub(crate) id: String,
    pub(crate) role: String,
    pub(crate) industry: String,
    /// Its coupling mechanism; empty if none was found.
    pub(crate) mechanism: String,
}

impl Used {
    /// The entry of a value that advice uses.
    pub(crate) fn of(value: &IndicatorValue) -> Option<&'static Self> {
        USED.iter().find(|used| used.is_of(value))
    }

    fn is_of(&self, value: &IndicatorValue) -> bool {
        self.indicator == value.indicator && self.breakdowns.contains(&value.breakdown.as_str())
    }
}

impl Known {
    /// Reads what is stored.
    ///
    /// # Errors
    /// [`ApplyError`] if a row cannot be read.
    pub(crate) fn load(store: &Store) -> Result<Self, ApplyError> {
        let mut known = Self::default();
        for row in store.scan(INDICATORS, b"") {
            let (key, row) = row?;
            let key = String::from_utf8_lossy(&key).into_owned();
            known.put_value(key, decode("indicators", &row)?);
        }
        for row in store.scan(FINDINGS, b"") {
            known.put_finding(decode("findings", &row?.1)?);
        }
        Ok(known)
    }

    /// Takes a value in, by its [`crate::store::value_key`].
    pub(crate) fn put_value(&mut self, key: String, value: IndicatorValue) {
        self.values.insert(key, value);
    }

    pub(crate) fn put_finding(&mut self, finding: Finding) {
        if !is_used(&finding) {
            return;
        }
        let key: Arc<str> = finding_key(&finding).into();
        let finding = Arc::new(Finding { evidence: Vec::new(), ..finding });
        if finding.kind == "role" {
            let of_industry = self.roles.entry(finding.industry.clone()).or_default();
            put(of_industry, &key, &finding);
        }
        put(&mut self.findings, &key, &finding);
    }

    /// The latest period of an indicator in an area that has a value; else the latest without. Of
    /// several domains the first by name.
    pub(crate) fn latest(&self, used: &Used, area: &str) -> Option<&IndicatorValue> {
        let prefix = format!("{}\0{area}\0", used.indicator);
        let of_area = self.values.range(prefix.clone()..);
        let mut latest: Option<&IndicatorValue> = None;
        for (_, value) in of_area.take_while(|(key, _)| key.starts_with(&prefix)) {
            // A year sorts as text; a range of years begins with its first.
            let rank = |one: &IndicatorValue| (one.value.is_some(), one.period.clone());
            if used.is_of(value) && latest.is_none_or(|earlier| rank(earlier) < rank(value)) {
                latest = Some(value);
            }
        }
        latest
    }

    /// Firms with an operation in a place and a role in one of these industries, by id.
    pub(crate) fn firms(&self, place: &str, industries: &[&str]) -> Vec<FoundFirm> {
        let of_firm = |role: &Finding, kind: &str| {
            let industry =
                if kind == "location" || kind == "coupling" { "" } else { &role.industry };
            let key = format!("{}\0{}\0{kind}\0{industry}\0", role.network, role.subject);
            self.findings.get(key.as_str()).map(|found| found.value.clone()).unwrap_or_default()
        };
        let is_there = |code: &str| {
            let below = code.strip_prefix(place);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let mut firms = Vec::new();
        let of_industries = industries.iter().filter_map(|industry| self.roles.get(*industry));
        let asked: BTreeMap<&Arc<str>, &Arc<Finding>> = of_industries.flatten().collect();
        for role in asked.values() {
            if of_firm(role, "location").split(',').any(is_there) {
                firms.push(FoundFirm {
                    id: role.subject.clone(),
                    role: role.value.clone(),
                    industry: role.industry.clone(),
                    mechanism: of_firm(role, "coupling"),
                });
            }
        }
        firms
    }
}

fn put(findings: &mut Findings, key: &Arc<str>, finding: &Arc<Finding>) {
    if finding.withdrawn {
        findings.remove(key);
    } else {
        findings.insert(Arc::clone(key), Arc::clone(finding));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(period: &str, value: Option<&str>) -> IndicatorValue {
        IndicatorValue {
            indicator: "participation.gap".to_owned(),
            area: "MY".to_owned(),
            period: period.to_owned(),
            value: value.map(str::to_owned),
            undefined_because: value.is_none().then(|| "missing".to_owned()),
            ..IndicatorValue::default()
        }
    }

    fn put(known: &mut Known, value: IndicatorValue) {
        known.put_value(crate::store::value_key("asean", &value), value);
    }

    #[test]
    fn the_latest_value_wins_and_a_gap_only_where_there_is_none() {
        let used = USED.iter().find(|used| used.indicator == "participation.gap").expect("used");
        let mut known = Known::default();
        put(&mut known, value("2009", None));
        assert!(known.latest(used, "MY").is_some_and(|found| found.value.is_none()));
        put(&mut known, value("2006", Some("36.2")));
        put(&mut known, value("2008", Some("30.1")));
        assert_eq!(known.latest(used, "MY").expect("a value").period, "2008");
        assert!(known.latest(used, "M").is_none() && known.latest(used, "MYX").is_none());
    }

    #[test]
    fn a_firm_is_found_where_it_has_an_operation_and_a_role() {
        let finding = |kind: &str, industry: &str, value: &str| Finding {
            network: "asean".to_owned(),
            subject: "firm:atc".to_owned(),
            kind: kind.to_owned(),
            industry: industry.to_owned(),
            value: value.to_owned(),
            ..Finding::default()
        };
        let mut known = Known::default();
        known.put_finding(finding("role", "aerospace", "specialized-supplier-multi"));
        known.put_finding(finding("location", "", "MY-07,SG"));
        known.put_finding(finding("coupling", "", "industrial-specialization"));
        for (place, industry, expected) in [
            ("MY-07", "aerospace", 1),
            ("MY", "aerospace", 1),
            ("SG", "aerospace", 1),
            ("MY-01", "aerospace", 0),
            ("M", "aerospace", 0),
            ("MY-07", "apparel", 0),
        ] {
            let firms = known.firms(place, &[industry]);
            assert_eq!(firms.len(), expected, "{place} {industry}");
            assert!(firms.iter().all(|firm| firm.mechanism == "industrial-specialization"));
        }
        let withdrawn = Finding { withdrawn: true, ..finding("role", "aerospace", "") };
        known.put_finding(withdrawn);
        assert!(known.firms("MY-07", &["aerospace"]).is_empty());
    }
}
