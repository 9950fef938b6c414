//! Reads GraphML: a row for each node and each edge.
//!
//! Columns are `@element` (node, edge), `@id`, `@source`, `@target`, `@directed` and the names of
//! keys, with their defaults. Guarantees that an element which cannot be read is refused alone.
//! Graphs within nodes, hyperedges and ports are not read, and that is said.

use std::collections::BTreeMap;
use std::io::Read;

use super::row::{BadRow, Row, Rows};
use super::xml::{Event, Xml};
use crate::Error;

/// Most keys: far above any graph of firms.
const KEYS_MAX: usize = 4_096;

/// Reads one file.
#[derive(Debug)]
pub(crate) struct GraphmlRows<R> {
    xml: Xml<R>,
    keys: BTreeMap<String, Key>,
    is_directed: bool,
}

#[derive(Clone, Debug)]
struct Key {
    name: String,
    /// `node`, `edge`, or another word that is for all.
    domain: String,
    default: String,
}

type Attributes = BTreeMap<String, String>;

impl<R: Read> GraphmlRows<R> {
    pub(crate) fn new(bytes: R, file: &str) -> Self {
        Self { xml: Xml::new(bytes, file), keys: BTreeMap::new(), is_directed: true }
    }

    fn read_key(&mut self, mut attributes: Attributes) -> Result<(), Error> {
        let mut take = |name: &str| attributes.remove(name).unwrap_or_default();
        let (id, mut name, domain) = (take("id"), take("attr.name"), take("for"));
        if name.is_empty() {
            name.clone_from(&id);
        }
        if id.is_empty() || self.keys.len() >= KEYS_MAX {
            return Err(self.xml.broken("a key has no id, or there are more than 4,096"));
        }
        let default = self.text_of_element()?;
        self.keys.insert(id, Key { name, domain, default: default.trim().to_owned() });
        Ok(())
    }

    /// All text within an element that was opened, up to its end.
    fn text_of_element(&mut self) -> Result<String, Error> {
        let mut text = String::new();
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Event::Open { .. } => depth += 1,
                Event::Close { .. } => depth -= 1,
                Event::Text(more) => text.push_str(&more),
            }
        }
        Ok(text)
    }

    fn next(&mut self) -> Result<Event, Error> {
        let event = self.xml.next_event()?;
        event.ok_or_else(|| self.xml.broken("the document ends within an element"))
    }

    fn read_element(
        &mut self,
        element: &str,
        own: Attributes,
    ) -> Result<Result<Row, BadRow>, Error> {
        let line = self.xml.line();
        let mut fields = BTreeMap::new();
        for key in self.keys.values().filter(|key| key.is_for(element)) {
            if !key.default.is_empty() {
                fields.insert(key.name.clone(), key.default.clone());
            }
        }
        let directed = own.get("directed").map_or(self.is_directed, |directed| directed == "true");
        fields.insert("@element".to_owned(), element.to_owned());
        fields.insert("@directed".to_owned(), directed.to_string());
        for name in ["id", "source", "target"] {
            fields.insert(format!("@{name}"), own.get(name).cloned().unwrap_or_default());
        }
        let mut fault = None;
        loop {
            match self.next()? {
                Event::Close { .. } => break,
                Event::Text(_) => {}
                Event::Open { name, attributes } if name == "data" => {
                    let text = self.text_of_element()?;
                    let id = attributes.get("key").cloned().unwrap_or_default();
                    match self.keys.get(&id).filter(|key| key.is_for(element)) {
                        Some(key) => {
                            fields.insert(key.name.clone(), text);
                        }
                        None => fault = Some(format!("key `{id}` is not declared for a {element}")),
                    }
                }
                Event::Open { name, .. } => {
                    self.text_of_element()?;
                    if name != "desc" {
                        fault = Some(format!("a {name} within a {element} is not read"));
                    }
                }
            }
        }
        let row = Row::of(line, fields);
        Ok(match fault {
            Some(reason) => Err(BadRow { line, reason, original: row.to_value().to_string() }),
            None => Ok(row),
        })
    }
}

impl<R: Read> Rows for GraphmlRows<R> {
    fn next_row(&mut self) -> Result<Option<Result<Row, BadRow>>, Error> {
        while let Some(event) = self.xml.next_event()? {
            let Event::Open { name, attributes } = event else { continue };
            match name.as_str() {
                "graphml" => {}
                "graph" => {
                    let direction = attributes.get("edgedefault").map(String::as_str);
                    self.is_directed = direction != Some("undirected");
                }
                "key" => self.read_key(attributes)?,
                "node" | "edge" => return self.read_element(&name, attributes).map(Some),
                "data" | "desc" => {
                    self.text_of_element()?;
                }
                _ => {
                    let line = self.xml.line();
                    let original = self.text_of_element()?;
                    let reason = format!("a {name} is not read");
                    return Ok(Some(Err(BadRow { line, reason, original })));
                }
            }
        }
        Ok(None)
    }

    fn columns(&self) -> Option<&BTreeMap<String, usize>> {
        None
    }
}

impl Key {
    fn is_for(&self, element: &str) -> bool {
        match self.domain.as_str() {
            "node" | "edge" => self.domain == element,
            // Of the whole graph, or of a port.
            "graph" | "graphml" | "port" | "hyperedge" | "endpoint" => false,
            _ => true,
        }
    }
}
