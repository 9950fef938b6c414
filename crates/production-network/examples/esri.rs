//! Measures ESRI on a made-up network with a power law of degrees: each of its firms, or a sample,
//! closed alone.
//!
//!     cargo run --release --package entrepot-production-network --example esri \
//!         [FIRMS LINKS SAMPLE [DIRECTORY]]
//!
//! Default: 10,000 firms, 70,000 links, all firms; 50 industries; the same numbers each time. With a
//! directory, the network and the values are written there, so that a peer computes the same.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::time::Instant;

use production_network::{
    Essentiality, InputNeed, Sale, Shock, ShockModel, ShockOptions, SupplyFirm, SupplyNetwork,
};

const INDUSTRIES: usize = 50;
/// Exponent of the power law of degrees that is reported for nation-wide supply networks.
const EXPONENT: f64 = 2.3;

/// A generator of its own, so that no dependency decides the numbers: splitmix64.
struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A firm; the probability falls with its number as a power law of degrees has it.
    fn firm(&mut self, count: usize) -> usize {
        let skew = (EXPONENT - 1.0) / (EXPONENT - 2.0);
        let place = self.share().powf(skew.min(4.0)) * count as f64;
        (place as usize).min(count - 1)
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: usize| {
        arguments.get(at).map_or(default, |text| text.parse().expect("a number"))
    };
    let (firms, links) = (number(0, 10_000), number(1, 70_000));
    let sample = number(2, firms);
    let (network, needs) = generated(firms, links);
    let essentiality = Essentiality::try_new(needs.clone()).expect("square");
    let options = ShockOptions::default();
    let begun = Instant::now();
    let model = ShockModel::try_new(&network, &essentiality, options).expect("a model");
    let prepared = begun.elapsed();
    let (mut values, mut iterations, mut reached) = (String::from("firm,esri,iterations\n"), 0, 0);
    let begun = Instant::now();
    let closed = |index| index * firms / sample;
    let shocks = (0..sample).map(|index| Shock::closing([closed(index)]));
    let spread = model.spread_each(shocks, |index, cascade| {
        iterations += u64::from(cascade.iterations);
        reached += cascade.losses.len();
        let _ = writeln!(values, "{},{:e},{}", closed(index), cascade.esri, cascade.iterations);
        ControlFlow::Continue(())
    });
    spread.expect("cascades");
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{firms} firms, {} links, {sample} closed one by one: {seconds:.2} s ({:.2} ms each), ready \
         in {:.0} ms; steps {:.1}, firms reached {:.0} on average; peak {} MiB",
        network.link_count(),
        seconds * 1000.0 / sample as f64,
        prepared.as_secs_f64() * 1000.0,
        iterations as f64 / sample as f64,
        reached as f64 / sample as f64,
        peak_mib()
    );
    if let Some(directory) = arguments.get(3) {
        write(directory, &needs, firms, links, &values, seconds);
    }
}

type Generated = (Vec<SupplyFirm>, Vec<Sale>, Vec<Vec<InputNeed>>);

fn generated(firms: usize, links: usize) -> (SupplyNetwork, Vec<Vec<InputNeed>>) {
    let (members, sales, needs) = drawn(firms, links);
    (SupplyNetwork::try_new(members, &sales).expect("a network"), needs)
}

fn drawn(firms: usize, links: usize) -> Generated {
    let mut random = Random(20_171_104);
    let mut members = Vec::new();
    for _ in 0..firms {
        let industry = Some((random.share() * INDUSTRIES as f64) as usize);
        members.push(SupplyFirm { industry, ..SupplyFirm::default() });
    }
    let mut sales = Vec::new();
    while sales.len() < links {
        let (supplier, buyer) = (random.firm(firms), random.firm(firms));
        let value = (random.share() * 8.0).exp();
        if supplier != buyer {
            sales.push(Sale { supplier, buyer, value });
        }
    }
    let mut need = || match random.share() {
        share if share < 0.5 => InputNeed::Linear,
        share if share < 0.8 => InputNeed::Essential,
        _ => InputNeed::None,
    };
    let needs = (0..INDUSTRIES).map(|_| (0..INDUSTRIES).map(|_| need()).collect()).collect();
    (members, sales, needs)
}

fn write(
    directory: &str,
    needs: &[Vec<InputNeed>],
    firms: usize,
    links: usize,
    values: &str,
    seconds: f64,
) {
    let (members, sales, _) = drawn(firms, links);
    let keep = |name: &str, text: &str| {
        std::fs::write(format!("{directory}/{name}"), text).expect("a directory that is ours");
    };
    let mut text = String::new();
    for member in members {
        let _ = writeln!(text, "{}", member.industry.expect("each has one"));
    }
    keep("industries.csv", &text);
    text.clear();
    for Sale { supplier, buyer, value } in sales {
        let _ = writeln!(text, "{supplier},{buyer},{value:e}");
    }
    keep("sales.csv", &text);
    text.clear();
    for row in needs {
        let codes: Vec<&str> = row.iter().map(|need| code(*need)).collect();
        let _ = writeln!(text, "{}", codes.join(","));
    }
    keep("needs.csv", &text);
    keep("values.csv", values);
    keep("seconds", &seconds.to_string());
}

fn code(need: InputNeed) -> &'static str {
    match need {
        InputNeed::None => "0",
        InputNeed::Linear => "1",
        InputNeed::Essential => "2",
    }
}

/// The system's own high-water mark; 0 where it has none.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1024
}
