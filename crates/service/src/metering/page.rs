//! A page of metrics in the text format that Prometheus reads (version 0.0.4).
//!
//! Written by hand: the format is these lines, and what we need beyond it, histograms of several
//! units that add up, is what the crates for it do not do.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::histogram::{BOUNDS_SECONDS, Distribution};

/// Metrics by name, in any order of adding.
#[derive(Debug, Default)]
pub struct Page {
    families: BTreeMap<&'static str, Family>,
}

#[derive(Debug)]
struct Family {
    kind: &'static str,
    help: &'static str,
    samples: String,
}

/// Names of labels with their values.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

impl Page {
    /// What the page is sent as.
    pub(crate) const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Adds a value that may rise and fall.
    pub fn gauge(
        &mut self,
        name: &'static str,
        help: &'static str,
        labels: Labels<'_>,
        value: u64,
    ) {
        self.sample(name, "gauge", help, labels, value);
    }

    /// Adds a count that only rises.
    pub fn counter(
        &mut self,
        name: &'static str,
        help: &'static str,
        labels: Labels<'_>,
        value: u64,
    ) {
        self.sample(name, "counter", help, labels, value);
    }

    /// Adds durations.
    pub(crate) fn histogram(
        &mut self,
        name: &'static str,
        help: &'static str,
        labels: Labels<'_>,
        value: &Distribution,
    ) {
        let samples = &mut self.family(name, "histogram", help).samples;
        let mut cumulative = 0;
        for (bound, count) in BOUNDS_SECONDS.iter().zip(value.counts) {
            cumulative += count;
            let bound = bound.to_string();
            line(samples, name, "_bucket", labels, Some(&bound), cumulative);
        }
        line(samples, name, "_bucket", labels, Some("+Inf"), value.count());
        line(samples, name, "_sum", labels, None, value.sum_seconds);
        line(samples, name, "_count", labels, None, value.count());
    }

    /// The page as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, Family { kind, help, samples }) in &self.families {
            // Writing to a string cannot fail.
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{samples}");
        }
        text
    }

    fn sample(
        &mut self,
        name: &'static str,
        kind: &'static str,
        help: &'static str,
        labels: Labels<'_>,
        value: u64,
    ) {
        line(&mut self.family(name, kind, help).samples, name, "", labels, None, value);
    }

    fn family(
        &mut self,
        name: &'static str,
        kind: &'static str,
        help: &'static str,
    ) -> &mut Family {
        self.families.entry(name).or_insert_with(|| Family { kind, help, samples: String::new() })
    }
}

fn line(
    samples: &mut String,
    name: &str,
    suffix: &str,
    labels: Labels<'_>,
    bound: Option<&str>,
    value: impl std::fmt::Display,
) {
    samples.push_str(name);
    samples.push_str(suffix);
    let all = labels.iter().copied().chain(bound.map(|bound| ("le", bound)));
    let mut open = '{';
    for (label, value) in all {
        samples.push(open);
        samples.push_str(label);
        samples.push_str("=\"");
        for character in value.chars() {
            match character {
                '\\' => samples.push_str("\\\\"),
                '"' => samples.push_str("\\\""),
                '\n' => samples.push_str("\\n"),
                other => samples.push(other),
            }
        }
        samples.push('"');
        open = ',';
    }
    if open == ',' {
        samples.push('}');
    }
    // Writing to a string cannot fail.
    let _ = writeln!(samples, " {value}");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::metering::Histogram;

    #[test]
    fn samples_of_one_name_stand_together_under_one_head() {
        let mut page = Page::default();
        page.gauge("b", "Second.", &[("unit", "x-0")], 1);
        page.counter("a_total", "First.", &[], 7);
        page.gauge("b", "Second.", &[("unit", "a \"\\\n")], 0);
        let expected = "# HELP a_total First.\n# TYPE a_total counter\na_total 7\n\
            # HELP b Second.\n# TYPE b gauge\nb{unit=\"x-0\"} 1\nb{unit=\"a \\\"\\\\\\n\"} 0\n";
        assert_eq!(page.text(), expected);
    }

    #[test]
    fn the_buckets_of_a_histogram_are_cumulative() {
        let histogram = Histogram::default();
        for milliseconds in [1, 3, 40_000] {
            histogram.observe(Duration::from_millis(milliseconds));
        }
        let mut page = Page::default();
        page.histogram("t_seconds", "Time.", &[("service", "s")], &histogram.read());
        let text = page.text();
        for expected in [
            "t_seconds_bucket{service=\"s\",le=\"0.0005\"} 0\n",
            "t_seconds_bucket{service=\"s\",le=\"0.001\"} 1\n",
            "t_seconds_bucket{service=\"s\",le=\"0.005\"} 2\n",
            "t_seconds_bucket{service=\"s\",le=\"30\"} 2\n",
            "t_seconds_bucket{service=\"s\",le=\"+Inf\"} 3\n",
            "t_seconds_sum{service=\"s\"} 40.004\n",
            "t_seconds_count{service=\"s\"} 3\n",
        ] {
            assert!(text.contains(expected), "{expected} is not in\n{text}");
        }
    }
}
