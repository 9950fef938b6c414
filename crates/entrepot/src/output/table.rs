//! Tables that fit the terminal: long cells are wrapped, and no line is wider than `COLUMNS`,
//! the terminal, or 80 where there is none.

use std::io::IsTerminal;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, TableStyle};

const WIDTH_WITHOUT_TERMINAL: u16 = 80;
/// A narrower table has no room for words.
const WIDTH_MIN: u16 = 40;

/// A table under construction.
pub(crate) struct Table {
    table: comfy_table::Table,
}

impl Table {
    pub(crate) fn new(headers: &[&str]) -> Self {
        Self::with_width(headers, width())
    }

    fn with_width(headers: &[&str], width: u16) -> Self {
        let mut table = comfy_table::Table::new();
        let style = TableStyle::new().header_separator(LineStyle::none().fill('─').junction(' '));
        table
            .load_style(style)
            .force_no_tty()
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width)
            .set_header(headers.iter().copied());
        let mut made = Self { table };
        made.pad();
        made
    }

    /// Sets columns of numbers to the right.
    pub(crate) fn numbers(mut self, columns: &[usize]) -> Self {
        for index in columns {
            if let Some(column) = self.table.column_mut(*index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self
    }

    pub(crate) fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.table.add_row(cells.into_iter().map(Into::into).collect::<Vec<String>>());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(crate) fn text(&self) -> String {
        self.table.trim_fmt()
    }

    fn pad(&mut self) {
        for column in self.table.column_iter_mut() {
            column.set_padding((0, 1));
        }
    }
}

/// The width to write for.
fn width() -> u16 {
    let asked = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    let found = asked.or_else(|| {
        // Only a terminal has a width of its own.
        std::io::stdout().is_terminal().then(|| comfy_table::Table::new().width()).flatten()
    });
    found.unwrap_or(WIDTH_WITHOUT_TERMINAL).max(WIDTH_MIN)
}

/// Wraps text at words, each line behind an indent.
pub(crate) fn fill(text: &str, indent: &str) -> String {
    let width_chars = usize::from(width());
    let mut lines = String::new();
    let mut line = String::from(indent);
    for word in text.split_whitespace() {
        let length = line.chars().count() + 1 + word.chars().count();
        if length > width_chars && line.len() > indent.len() {
            lines.push_str(line.trim_end());
            lines.push('\n');
            line = String::from(indent);
        }
        line.push_str(word);
        line.push(' ');
    }
    lines.push_str(line.trim_end());
    lines
}

/// The first characters of a long text, with an ellipsis for the rest.
pub(crate) fn shorten(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    text.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [40, 60, 80, 120] {
            let mut table = Table::with_width(&["id", "statement", "value"], width).numbers(&[2]);
            table.row(["t1-bn", "the inflow of Brunei Darussalam in the year 2005, in USD", "289"]);
            let text = table.text();
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(usize::from(width)), "{width}: {widest:?}\n{text}");
        }
    }
}
