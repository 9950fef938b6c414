//! Small structures, and a reading of a whole input as a list of lines that a person can judge.

use std::io::BufReader;

use statistics::{Action, Cell, Limits, Part, SdmxCsvReader, Structures};

/// A structure message with one dataflow and its data structure, named `DSD_…`.
pub(crate) fn structures(
    dataflow: &str,
    dimensions: &str,
    time: &str,
    attributes: &str,
) -> Structures {
    let id = dataflow.split([':', '(']).nth(1).expect("an id");
    structures_of(dataflow, &format!("DSD_{id}"), dimensions, time, attributes)
}

/// The same with the data structure's id.
pub(crate) fn structures_of(
    dataflow: &str,
    structure: &str,
    dimensions: &str,
    time: &str,
    attributes: &str,
) -> Structures {
    let (agency, rest) = dataflow.split_once(':').expect("an agency");
    let (id, version) = rest.split_once('(').expect("a version");
    let version = version.trim_end_matches(')');
    let mut lists = Vec::new();
    let mut component = |text: &str| {
        let (id, codes) = text.split_once('=').unwrap_or((text, ""));
        let mandatory = id.ends_with('!');
        let id = id.trim_end_matches('!');
        let usage = if mandatory { "mandatory" } else { "optional" };
        if codes.is_empty() {
            return serde_json::json!({"id": id, "usage": usage});
        }
        let codes: Vec<_> = codes.split('/').map(|code| serde_json::json!({"id": code})).collect();
        lists.push(serde_json::json!({
            "id": format!("CL_{id}"), "agencyID": agency, "version": "1.0", "codes": codes}));
        let urn = format!("urn:sdmx:Codelist={agency}:CL_{id}(1.0)");
        serde_json::json!({"id": id, "usage": usage, "localRepresentation": {"enumeration": urn}})
    };
    let dimensions: Vec<_> = dimensions.split(' ').map(&mut component).collect();
    let attributes: Vec<_> =
        attributes.split(' ').filter(|one| !one.is_empty()).map(&mut component).collect();
    let message = serde_json::json!({"data": {
        "codelists": lists,
        "dataStructures": [{"id": structure, "agencyID": agency, "version": version,
            "dataStructureComponents": {
                "dimensionList": {"dimensions": dimensions, "timeDimension": {"id": time}},
                "attributeList": {"attributes": attributes},
                "measureList": {"measures": [{"id": "OBS_VALUE"}]}}}],
        "dataflows": [{"id": id, "agencyID": agency, "version": version,
            "structure": format!("urn:sdmx:DataStructure={agency}:{structure}({version})")}]}});
    Structures::parse(message.to_string().as_bytes()).expect("a structure message")
}

/// The structure that most tests use: `X:DF(1.0)`.
pub(crate) fn small() -> Structures {
    structures(
        "X:DF(1.0)",
        "FREQ=A/Q AREA=SG/KH/MY",
        "TIME_PERIOD",
        "OBS_STATUS=A/P/M/L/O/Q UNIT_MULT COMMENT",
    )
}

/// One line for each observation, withdrawal and rejection, in order.
pub(crate) fn read(csv: &[u8], structures: &Structures) -> Vec<String> {
    read_by(csv, structures, Limits::default(), 64 * 1024)
}

/// The same with these limits and input in pieces of some bytes.
pub(crate) fn read_by(
    csv: &[u8],
    structures: &Structures,
    limits: Limits,
    piece_bytes: usize,
) -> Vec<String> {
    let input = BufReader::with_capacity(piece_bytes, Pieces(csv, piece_bytes));
    let mut reader = match SdmxCsvReader::try_new(input, structures, limits) {
        Ok(reader) => reader,
        Err(rejection) => return vec![format!("header {rejection}")],
    };
    let mut lines = Vec::new();
    while let Some(part) = reader.next_block() {
        match part {
            Ok(Part::Series(run)) => {
                for (entry, place) in run.entries.iter().zip(&run.places) {
                    let attributes: Vec<_> = run.dictionary[entry.attributes_index as usize]
                        .iter()
                        .map(|(id, value)| format!("{id}={value}"))
                        .collect();
                    let value = match (entry.action, entry.cell) {
                        (Action::Delete, _) => "deleted".into(),
                        (Action::Put, Cell::Number(number)) => number.to_string(),
                        (Action::Put, Cell::Missing(missing)) => format!("({})", missing.code()),
                    };
                    lines.push(format!(
                        "{} {} {} {value} {}",
                        place.row,
                        run.key,
                        entry.period,
                        attributes.join(",")
                    ));
                }
            }
            Ok(Part::Withdrawal(one)) => {
                let period = one.period.map(|period| period.to_string()).unwrap_or_default();
                lines.push(format!("{} withdrawn {} {period}", one.place.row, one.pattern));
            }
            Err(rejection) => lines.push(rejection.to_string()),
        }
    }
    if reader.skipped() > 0 {
        lines.push(format!("skipped {}", reader.skipped()));
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Gives at most so many bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(self.1).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}
