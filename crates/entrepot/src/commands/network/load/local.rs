//! Files of this machine as documents that the log can take.
//!
//! Guarantees that a document which fits is sent as it is, byte for byte, and that whatever speaks
//! of a person is refused before anything of it leaves the machine. Never opens a file that a
//! mapping names outside of the directory that the user gave.

use std::fs::File;
use std::io;
use std::path::{Component, Path};

use api::types::Rejection;
use production_network::{Document, Limits, Mapping, Rule};

use super::LoadArguments;
use crate::commands::register;
use crate::error::Error;

/// Bytes of a document that one event of the log surely takes.
const PART_BYTES_MAX: usize = 600 * 1024;

/// What is to be told, and what is not.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) network: String,
    /// The name that answers and rejections show.
    pub(super) name: String,
    /// Documents, in the order in which they must be told.
    pub(super) parts: Vec<Vec<u8>>,
    pub(super) facts: u64,
    /// What was refused here; what a service refuses comes with its answer.
    pub(super) rejections: Vec<Rejection>,
}

/// Reads what the arguments name.
pub(super) fn read(arguments: &LoadArguments) -> Result<Loaded, Error> {
    match &arguments.mapping {
        Some(mapping) => mapped(arguments, mapping),
        None => document(arguments),
    }
}

fn document(arguments: &LoadArguments) -> Result<Loaded, Error> {
    let content = register::read(&arguments.path)?;
    let name = register::file_name(&arguments.path);
    if content.len() <= PART_BYTES_MAX {
        let network = arguments.network.clone().unwrap_or_else(|| "asean".to_owned());
        let (parts, rejections) = (vec![content], Vec::new());
        return Ok(Loaded { network, name, parts, facts: 0, rejections });
    }
    // What of it is not known is for the service to say, which knows what was told before.
    let read = Document::parse_beside(&content, &Limits::default(), |_| true);
    in_parts(arguments, name, read.map_err(|error| unread(&arguments.path, &error))?)
}

fn mapped(arguments: &LoadArguments, path: &Path) -> Result<Loaded, Error> {
    let name = register::file_name(path);
    let mapping = Mapping::parse(&register::read(path)?).map_err(|error| unread(path, &error))?;
    let directory = &arguments.path;
    let open = |file: &str| {
        let is_below = Path::new(file).components().all(|one| matches!(one, Component::Normal(_)));
        if !is_below {
            let problem = "is not below the directory of the files";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        File::open(directory.join(file))
    };
    let read = mapping.load_beside(&Limits::default(), |_| arguments.beside, open);
    in_parts(arguments, name, read.map_err(|error| unread(directory, &error))?)
}

fn in_parts(arguments: &LoadArguments, name: String, document: Document) -> Result<Loaded, Error> {
    let network = document.network.to_string();
    if arguments.network.as_ref().is_some_and(|asked| *asked != network) {
        return Err(Error::Usage {
            message: format!("`{name}` is of the network `{network}`"),
            remedy: format!("leave --network away, or say --network {network}"),
        });
    }
    if let Some(personal) = document.rejections.iter().find(|one| one.rule == Rule::Personal) {
        return Err(Error::Refused {
            message: format!(
                "`{name}` is refused whole: {}: {}",
                personal.position, personal.reason
            ),
            remedy: Rule::Personal.remedy().to_owned(),
        });
    }
    let facts = document.facts.len() as u64;
    let rejections = document.rejections.iter().map(|one| Rejection {
        file: name.clone(),
        column: one.position.clone(),
        rule: one.rule.to_string(),
        reason: one.reason.clone(),
        remedy: one.rule.remedy().to_owned(),
        row: one.original.clone().into_bytes(),
        ..Rejection::default()
    });
    let rejections = rejections.collect();
    let mut parts = Vec::new();
    for part in document.parts(PART_BYTES_MAX).map_err(Error::Output)? {
        let mut bytes = Vec::new();
        part.write_json(&mut bytes).map_err(Error::Output)?;
        parts.push(bytes);
    }
    Ok(Loaded { network, name, parts, facts, rejections })
}

fn unread(path: &Path, error: &production_network::Error) -> Error {
    let mut message = format!("`{}`: {error}", path.display());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Error::Usage {
        message,
        remedy: "correct it; `entrepot network load --help` says more".to_owned(),
    }
}
