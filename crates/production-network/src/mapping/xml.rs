//! Reads XML as a stream of opened and closed elements and text, as far as graphs need it.
//!
//! Guarantees bounded memory: depth, names, texts and tags have limits. Resolves the five entities
//! of the standard and numbers of characters and nothing else: a document type is refused, since it
//! can define entities that expand. Reads UTF-8 only. Prefixes of names are left out.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use crate::Error;

/// How deep elements may lie in each other: GraphML needs five.
const DEPTH_MAX: usize = 32;
/// Longest text or tag.
const PIECE_BYTES_MAX: usize = 1 << 20;

/// What comes next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Event {
    Open { name: String, attributes: BTreeMap<String, String> },
    Text(String),
    Close { name: String },
}

/// Reads one file.
#[derive(Debug)]
pub(crate) struct Xml<R> {
    bytes: BufReader<R>,
    file: String,
    line: u64,
    open: Vec<String>,
    /// A tag that closes itself has closed this element.
    closed: Option<String>,
    has_root: bool,
}

impl<R: Read> Xml<R> {
    pub(crate) fn new(bytes: R, file: &str) -> Self {
        let (bytes, file, open) = (BufReader::new(bytes), file.to_owned(), Vec::new());
        Self { bytes, file, line: 1, open, closed: None, has_root: false }
    }

    /// The line that is read, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The next element or text; `None` at the end.
    pub(crate) fn next_event(&mut self) -> Result<Option<Event>, Error> {
        if let Some(name) = self.closed.take() {
            return Ok(Some(Event::Close { name }));
        }
        loop {
            let (text, is_end) = self.text()?;
            if !text.is_empty() && !self.open.is_empty() {
                let text = self.resolved(&text)?;
                return Ok(Some(Event::Text(text)));
            }
            if !text.trim_ascii().is_empty() && text != [0xEF, 0xBB, 0xBF] {
                return Err(self.broken("text stands outside the root element"));
            }
            if is_end {
                if !self.open.is_empty() || !self.has_root {
                    return Err(self.broken("the document ends within an element"));
                }
                return Ok(None);
            }
            if let Some(event) = self.markup()? {
                return Ok(Some(event));
            }
        }
    }

    pub(crate) fn broken(&self, problem: &'static str) -> Error {
        Error::Source { file: self.file.clone(), line: self.line, problem, source: None }
    }

    /// Text up to markup, which stays; true at the end of the file.
    fn text(&mut self) -> Result<(Vec<u8>, bool), Error> {
        let mut text = Vec::new();
        loop {
            match self.peek()? {
                None => return Ok((text, true)),
                Some(b'<') => return Ok((text, false)),
                Some(byte) => {
                    text.push(byte);
                    self.advance(byte);
                }
            }
            if text.len() > PIECE_BYTES_MAX {
                return Err(self.broken("a text is longer than 1 MiB"));
            }
        }
    }

    /// What begins with `<`; `None` for comments and instructions.
    fn markup(&mut self) -> Result<Option<Event>, Error> {
        self.advance(b'<');
        match self.peek()? {
            Some(b'?') => {
                let instruction = self.until(b"?>")?;
                let text = String::from_utf8_lossy(&instruction).to_ascii_lowercase();
                let is_other = text.starts_with("?xml ")
                    && text.contains("encoding")
                    && !text.contains("utf-8");
                if is_other {
                    return Err(self.broken("only UTF-8 is read"));
                }
                Ok(None)
            }
            Some(b'!') => self.declaration(),
            Some(b'/') => {
                let tag = self.until(b">")?;
                let name = self.name(tag.get(1..).unwrap_or_default())?;
                if self.open.pop().as_ref() != Some(&name) {
                    return Err(self.broken("an element is closed that is not open"));
                }
                Ok(Some(Event::Close { name }))
            }
            Some(_) => self.opened().map(Some),
            None => Err(self.broken("a tag does not end")),
        }
    }

    fn declaration(&mut self) -> Result<Option<Event>, Error> {
        let mut begin = Vec::new();
        while begin.len() < 3 {
            let Some(byte) = self.peek()? else { return Err(self.broken("a tag does not end")) };
            self.advance(byte);
            begin.push(byte);
        }
        match begin.as_slice() {
            b"!--" => {
                self.until(b"-->")?;
                Ok(None)
            }
            b"![C" => {
                let text = self.until(b"]]>")?;
                let text = text.strip_prefix(b"DATA[").map(<[u8]>::to_vec);
                let text = text.and_then(|text| String::from_utf8(text).ok());
                let text = text.ok_or_else(|| self.broken("a section of text is malformed"))?;
                if self.open.is_empty() {
                    return Err(self.broken("text stands outside the root element"));
                }
                Ok(Some(Event::Text(text)))
            }
            _ => Err(self.broken("document types are not read: they can define entities")),
        }
    }

    fn opened(&mut self) -> Result<Event, Error> {
        let tag = self.tag()?;
        let (tag, closes_itself) = match tag.strip_suffix(b"/") {
            Some(tag) => (tag, true),
            None => (tag.as_slice(), false),
        };
        let end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
        let (name, rest) = tag.split_at(end);
        let name = self.name(name)?;
        let attributes = self.attributes(rest)?;
        if self.open.is_empty() && std::mem::replace(&mut self.has_root, true) {
            return Err(self.broken("there are two root elements"));
        }
        if closes_itself {
            self.closed = Some(name.clone());
        } else {
            self.open.push(name.clone());
            if self.open.len() > DEPTH_MAX {
                return Err(self.broken("elements lie more than 32 deep"));
            }
        }
        Ok(Event::Open { name, attributes })
    }

    /// A tag up to its end, which may not stand within quotes.
    fn tag(&mut self) -> Result<Vec<u8>, Error> {
        let mut tag = Vec::new();
        let mut quote = None;
        loop {
            let Some(byte) = self.peek()? else { return Err(self.broken("a tag does not end")) };
            self.advance(byte);
            match (quote, byte) {
                (None, b'>') => return Ok(tag),
                (_, b'<') => return Err(self.broken("`<` stands within a tag")),
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
            tag.push(byte);
            if tag.len() > PIECE_BYTES_MAX {
                return Err(self.broken("a tag is longer than 1 MiB"));
            }
        }
    }

    fn attributes(&self, mut rest: &[u8]) -> Result<BTreeMap<String, String>, Error> {
        let malformed = || self.broken("an attribute is malformed");
        let mut attributes = BTreeMap::new();
        loop {
            rest = rest.trim_ascii();
            if rest.is_empty() {
                return Ok(attributes);
            }
            let equals = rest.iter().position(|byte| *byte == b'=').ok_or_else(malformed)?;
            let (name, value) = rest.split_at(equals);
            let name = self.name(name.trim_ascii())?;
            let value = value.get(1..).unwrap_or_default().trim_ascii_start();
            let (quote, value) = value.split_first().ok_or_else(malformed)?;
            if !matches!(quote, b'"' | b'\'') {
                return Err(malformed());
            }
            let end = value.iter().position(|byte| byte == quote).ok_or_else(malformed)?;
            let (value, after) = value.split_at(end);
            if attributes.insert(name, self.resolved(value)?).is_some() {
                return Err(self.broken("an attribute is given twice"));
            }
            rest = after.get(1..).unwrap_or_default();
        }
    }

    /// A name without its prefix.
    fn name(&self, bytes: &[u8]) -> Result<String, Error> {
        let text = std::str::from_utf8(bytes.trim_ascii()).unwrap_or_default();
        let name = text.rsplit(':').next().unwrap_or_default();
        let is_allowed = |letter: char| letter.is_alphanumeric() || "_-.".contains(letter);
        if name.is_empty() || !name.chars().all(is_allowed) {
            return Err(self.broken("a name is malformed"));
        }
        Ok(name.to_owned())
    }

    /// Text with its entities resolved.
    fn resolved(&self, bytes: &[u8]) -> Result<String, Error> {
        let text = std::str::from_utf8(bytes).map_err(|_| self.broken("only UTF-8 is read"))?;
        let mut resolved = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('&') {
            resolved.push_str(before);
            let unknown = || self.broken("an entity is not of the standard");
            let (entity, after) = after.split_once(';').ok_or_else(unknown)?;
            resolved.push(character(entity).ok_or_else(unknown)?);
            rest = after;
        }
        resolved.push_str(rest);
        Ok(resolved)
    }

    /// Everything up to a pattern, which is passed over.
    fn until(&mut self, pattern: &[u8]) -> Result<Vec<u8>, Error> {
        let mut found = Vec::new();
        while !found.ends_with(pattern) {
            let Some(byte) = self.peek()? else { return Err(self.broken("a tag does not end")) };
            self.advance(byte);
            found.push(byte);
            if found.len() > PIECE_BYTES_MAX {
                return Err(self.broken("a tag is longer than 1 MiB"));
            }
        }
        found.truncate(found.len() - pattern.len());
        Ok(found)
    }

    fn peek(&mut self) -> Result<Option<u8>, Error> {
        let buffer = self.bytes.fill_buf().map_err(|source| Error::Source {
            file: self.file.clone(),
            line: self.line,
            problem: "it cannot be read",
            source: Some(source),
        })?;
        Ok(buffer.first().copied())
    }

    /// Passes over the byte that was peeked.
    fn advance(&mut self, byte: u8) {
        self.bytes.consume(1);
        self.line += u64::from(byte == b'\n');
    }
}

/// The character of an entity without `&` and `;`.
fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests;
