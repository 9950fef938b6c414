//! A table of activities in a file: what is withheld stays so, and what cannot be is named.

use production_network::relatedness::{ActivityColumns, ActivityRow, Cell, read_activity_rows};

fn read(text: &[u8]) -> Result<Vec<ActivityRow>, String> {
    let [actor, product, value] = ["origin", "activity", "usd"].map(str::to_owned);
    let columns = ActivityColumns { actor, product, value };
    read_activity_rows(text, "t.csv", &columns).map_err(|error| error.to_string())
}

#[test]
fn an_empty_value_is_withheld_and_no_zero() {
    let text = b"usd,origin,activity\r\n1.5,my,\"chips, tested\"\r\n,sg,chips\n0,vn,chips";
    let row = |actor: &str, product: &str, cell| (actor.to_owned(), product.to_owned(), cell);
    let expected = vec![
        row("my", "chips, tested", Cell::Value(1.5)),
        row("sg", "chips", Cell::Withheld),
        row("vn", "chips", Cell::Value(0.0)),
    ];
    assert_eq!(read(text), Ok(expected));
}

#[test]
fn what_cannot_be_read_is_named() {
    for (text, expected) in [
        ("", "no header"),
        ("origin,usd\n", "no column `activity`, but origin, usd"),
        ("origin,activity,usd\nmy,chips,many\n", "line 2: `many` is no number"),
        ("origin,activity,usd\nmy,chips,1\nmy\n", "line 3: the row has 1 fields"),
        ("origin,activity,usd\nmy,chips,-1\n", "line 2: `my` and `chips` have -1"),
        ("origin,activity,usd\nmy,chips,nan\n", "line 2: `my` and `chips` have NaN"),
        ("origin,activity,usd\n,chips,1\n", "line 2: the actor has 0 bytes"),
    ] {
        let found = read(text.as_bytes()).expect_err("refused");
        assert!(found.contains(expected), "{text:?}: {found}");
    }
    let many = format!("origin,activity,usd\n{}", "my,chips,1\n".repeat(50_001));
    assert!(read(many.as_bytes()).expect_err("refused").contains("line 50002: there are more"));
}
