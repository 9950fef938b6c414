//! How fast SDMX-CSV is read: writes a file of a million rows of the FDI cube, the same bytes each
//! time, and times the reader and a whole release on it.
//!
//! `cargo run --release -p entrepot-statistics --example read_rate -- PATH [plain|quoted|by-period]`.
//! With `quoted` each row has a source between quotation marks; with `by-period` rows come by
//! period, so that each is of another series than the one before.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::time::Instant;

use statistics::{Limits, Part, SdmxCsvReader, Structures, read_release};

const AREAS: usize = 40;
const ACTIVITIES: usize = 25;
const PARTNERS: usize = 40;
const YEARS: usize = 25;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("give the path of the file to write")?;
    let layout = arguments.next().unwrap_or_else(|| "plain".into());
    write_file(&path, &layout)?;
    let structures = Structures::parse(structure().as_bytes())
        .map_err(|rejections| rejections[0].to_string())?;
    let megabytes = std::fs::metadata(&path)?.len() as f64 / 1e6;
    println!("{layout}: {megabytes:.1} MB");
    for _ in 0..3 {
        let (begin, cpu) = (Instant::now(), cpu_seconds()?);
        let input = BufReader::new(File::open(&path)?);
        let mut reader = SdmxCsvReader::try_new(input, &structures, Limits::default())
            .map_err(|rejection| rejection.to_string())?;
        let (mut entries, mut rejections) = (0, 0);
        while let Some(part) = reader.next_block() {
            match part {
                Ok(Part::Series(run)) => entries += run.entries.len(),
                Ok(Part::Withdrawal(_)) => {}
                Err(_) => rejections += 1,
            }
        }
        println!(
            "read     {entries} observations, {rejections} refused: {}",
            rate(begin, cpu, megabytes)?
        );
    }
    let before = resident_kilobytes("VmRSS:")?;
    let (begin, cpu) = (Instant::now(), cpu_seconds()?);
    let input = BufReader::new(File::open(&path)?);
    let release = read_release(input, &structures, Limits::default(), &mut |_| {});
    let rate = rate(begin, cpu, megabytes)?;
    let after = resident_kilobytes("VmRSS:")?;
    let count: u64 = release.contents.values().map(|one| one.entry_count()).sum();
    let held = after.saturating_sub(before) as f64 / 1e3;
    println!(
        "release  {count} observations, {} refused: {rate}, holds {held:.1} MB",
        release.rejections.total
    );
    let begin = Instant::now();
    let mut bytes = 0;
    for contents in release.contents.values() {
        contents.hash_into(&mut |part| bytes += part.len());
    }
    println!("blocks   {:.1} MB in {:.3} s", bytes as f64 / 1e6, begin.elapsed().as_secs_f64());
    println!("peak     {:.1} MB resident", resident_kilobytes("VmHWM:")? as f64 / 1e3);
    Ok(())
}

/// By the clock, and by processor time where the system tells it: others may use the machine too.
fn rate(begin: Instant, cpu: f64, megabytes: f64) -> Result<String, Box<dyn Error>> {
    let wall = begin.elapsed().as_secs_f64();
    let cpu = cpu_seconds()? - cpu;
    let (by_wall, by_cpu) = (megabytes / wall, megabytes / cpu);
    Ok(format!("{wall:.3} s, {by_wall:.0} MB/s; processor {cpu:.3} s, {by_cpu:.0} MB/s"))
}

fn write_file(path: &str, layout: &str) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    let source = if layout == "quoted" { ",SOURCE" } else { "" };
    let said = if layout == "quoted" { ",\"Secretariat, database of 2015\"" } else { "" };
    writeln!(
        file,
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,COUNTERPART_AREA,DIRECTION,\
        MEASURE,COMPONENT,PRINCIPLE,COUNTERPART_KIND,ACTIVITY,VALUATION,UNIT_MEASURE,TIME_PERIOD,\
        OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MULT,DECIMALS{source}"
    )?;
    let series = AREAS * ACTIVITIES * PARTNERS;
    let mut seed = 1u64;
    for index in 0..series * YEARS {
        let (series, year) = if layout == "by-period" {
            (index % series, index / series)
        } else {
            (index / YEARS, index % YEARS)
        };
        // Knuth's linear congruential generator: the same file on every machine.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let value = (seed >> 40) as i64 - 2_000_000;
        let (area, rest) = (series / (ACTIVITIES * PARTNERS), series % (ACTIVITIES * PARTNERS));
        let (activity, partner) = (rest / PARTNERS, rest % PARTNERS);
        let status = if year + 1 == YEARS { 'P' } else { 'A' };
        let sign = if value < 0 { "-" } else { "" };
        let (whole, tenth) = (value.abs() / 10, value.abs() % 10);
        writeln!(
            file,
            "dataflow,E:DF_FDI(1.0),I,A,A{area},A{partner},I,F,T,D,IMM,S{activity},C,USD,\
            {},{sign}{whole}.{tenth},{status},F,6,1{said}",
            2000 + year
        )?;
    }
    file.flush()?;
    Ok(())
}

fn structure() -> String {
    let list = |id: &str, codes: Vec<String>| {
        let codes: Vec<_> = codes.iter().map(|code| serde_json::json!({"id": code})).collect();
        serde_json::json!({"id": id, "agencyID": "E", "version": "1.0", "codes": codes})
    };
    let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
    let areas = (0..AREAS).map(|index| format!("A{index}")).collect();
    let activities = (0..ACTIVITIES).map(|index| format!("S{index}")).collect();
    let lists = [
        list("AREA", areas),
        list("ACTIVITY", activities),
        list("FEW", words("A I O F P T EQ D IMM ULT C USD PT")),
        list("OBS", words("A P M L O Q E")),
    ];
    let coded = |pair: &str| {
        let (id, list) = pair.split_once('=').unwrap_or((pair, ""));
        if list.is_empty() {
            return serde_json::json!({"id": id});
        }
        serde_json::json!({"id": id, "localRepresentation": {"enumeration": format!("urn=E:{list}(1.0)")}})
    };
    let dimensions: Vec<_> = "FREQ=FEW REF_AREA=AREA COUNTERPART_AREA=AREA DIRECTION=FEW \
        MEASURE=FEW COMPONENT=FEW PRINCIPLE=FEW COUNTERPART_KIND=FEW ACTIVITY=ACTIVITY \
        VALUATION=FEW UNIT_MEASURE=FEW"
        .split_whitespace()
        .map(coded)
        .collect();
    let attributes: Vec<_> = "OBS_STATUS=OBS CONF_STATUS UNIT_MULT DECIMALS SOURCE"
        .split_whitespace()
        .map(coded)
        .collect();
    serde_json::json!({"data": {"codelists": lists,
        "dataStructures": [{"id": "DSD", "agencyID": "E", "version": "1.0",
            "dataStructureComponents": {
                "dimensionList": {"dimensions": dimensions, "timeDimension": {"id": "TIME_PERIOD"}},
                "attributeList": {"attributes": attributes}}}],
        "dataflows": [{"id": "DF_FDI", "agencyID": "E", "version": "1.0",
            "structure": "urn=E:DSD(1.0)"}]}})
    .to_string()
}

/// A line of the process's own status, in kilobytes; 0 where the system has none.
fn resident_kilobytes(name: &str) -> Result<u64, Box<dyn Error>> {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return Ok(0) };
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.map_or(Ok(0), str::parse)?)
}

/// Seconds that this thread has run.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let Ok(status) = std::fs::read_to_string("/proc/thread-self/schedstat") else { return Ok(0.0) };
    let nanoseconds = status.split_whitespace().next().unwrap_or("0");
    Ok(nanoseconds.parse::<f64>()? / 1e9)
}
