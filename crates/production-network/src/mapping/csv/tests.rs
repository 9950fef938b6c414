use proptest::prelude::*;

use super::*;

/// A line and what stands there; `Err` holds the reason of a bad row.
type Found = (u64, Result<Vec<String>, String>);

fn read(text: &[u8]) -> Result<Vec<Found>, Error> {
    let mut rows = CsvRows::try_new(text, "f.csv", b',')?;
    let names: Vec<String> = rows.columns.keys().cloned().collect();
    let mut found = Vec::new();
    while let Some(row) = rows.next_row()? {
        found.push(match row {
            Ok(row) => {
                let values = names.iter().map(|name| row.get(name).to_owned()).collect();
                (row.line, Ok(values))
            }
            Err(bad) => (bad.line, Err(bad.reason)),
        });
    }
    Ok(found)
}

fn check(text: &str, expected: &[(u64, &[&str])]) {
    let found = read(text.as_bytes()).expect("a file");
    let expected: Vec<_> = expected
        .iter()
        .map(|(line, values)| (*line, Ok(values.iter().map(|one| (*one).to_owned()).collect())))
        .collect();
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn fields_are_read_as_rfc_4180_says() {
    check("a,b\n1,2\n", &[(2, &["1", "2"])]);
    check("a,b\r\n1,2\r\n3,4", &[(2, &["1", "2"]), (3, &["3", "4"])]);
    check("a,b\r1,2\r3,4\r", &[(2, &["1", "2"]), (3, &["3", "4"])]);
    check("\u{feff}a,b\n1,2", &[(2, &["1", "2"])]);
    check("a,b\n\"x, y\",\"say \"\"so\"\"\"\n", &[(2, &["x, y", "say \"so\""])]);
    check("a,b\n\"two\nlines\",2\n3,\n", &[(2, &["two\nlines", "2"]), (4, &["3", ""])]);
    check("a,b\n\n1,2\n\n", &[(3, &["1", "2"])]);
    check("a,b\n,\n\"\",\"\"\n", &[(2, &["", ""]), (3, &["", ""])]);
    check("a\n\"\"\nx", &[(2, &[""]), (3, &["x"])]);
}

#[test]
fn a_bad_row_is_refused_alone() {
    let found = read(b"a,b\n1\n1,2,3\nx\"y,2\n\"x\"y,2\n\xff,2\n1,2\n").expect("a file");
    let bad: Vec<u64> =
        found.iter().filter(|(_, row)| row.is_err()).map(|(line, _)| *line).collect();
    assert_eq!(bad, [2, 3, 4, 5, 6]);
    assert_eq!(found.last(), Some(&(7, Ok(vec!["1".to_owned(), "2".to_owned()]))));
}

#[test]
fn what_cannot_go_on_is_an_error_with_its_line() {
    let line = |text: &[u8]| match read(text) {
        Err(Error::Source { line, .. }) => Some(line),
        Err(_) | Ok(_) => None,
    };
    assert_eq!(line(b""), Some(1));
    assert_eq!(line(b"a,a\n"), Some(2));
    assert_eq!(line(b"a,b\n\"open,2\n3,4\n"), Some(2), "where the row begins");
    let long = [b"a\n".as_slice(), &vec![b'x'; ROW_BYTES_MAX + 1]].concat();
    assert_eq!(line(&long), Some(2));
}

proptest! {
    #[test]
    fn any_text_comes_back_out_of_quotes(
        rows in prop::collection::vec(prop::collection::vec("[a-z,\"\n é]{0,8}", 3), 0..6)
    ) {
        let mut text = "a,b,c\n".to_owned();
        for row in &rows {
            let quoted: Vec<String> =
                row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            text.push_str(&quoted.join(","));
            text.push('\n');
        }
        let found: Vec<Vec<String>> = read(text.as_bytes()).expect("a file")
            .into_iter().map(|(_, row)| row.expect("a row")).collect();
        prop_assert_eq!(found, rows);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let is_answered = matches!(read(&bytes), Ok(_) | Err(Error::Source { .. }));
        prop_assert!(is_answered);
    }
}
