use proptest::prelude::*;

use super::*;

fn entry() -> impl Strategy<Value = Entry> {
    let wide = -79_228_162_514_264_337_593_543_950_335i128..=79_228_162_514_264_337_593_543_950_335;
    let number = (prop_oneof![any::<i64>().prop_map(i128::from), wide], 0u32..=28).prop_map(
        |(mantissa, scale)| {
            Cell::Number(Decimal::try_from_i128_with_scale(mantissa, scale).expect("in range"))
        },
    );
    let missing = prop_oneof![
        Just(Missing::CannotExist),
        Just(Missing::NotCollected),
        Just(Missing::Suppressed),
        Just(Missing::Unexplained)
    ];
    let cell = prop_oneof![4 => number, 1 => missing.prop_map(Cell::Missing)];
    (1900i16..2100, cell, 0u32..2, 0u8..10).prop_map(|(year, cell, attributes_index, dice)| {
        let period = Period::year(year);
        let gone = Cell::Missing(Missing::Unexplained);
        let (action, cell) = if dice == 0 { (Action::Delete, gone) } else { (Action::Put, cell) };
        Entry { period, action, cell, attributes_index }
    })
}

proptest! {
    #[test]
    fn a_block_goes_out_and_comes_back(entries in prop::collection::vec(entry(), 1..30)) {
        let set = |value: &str| Arc::new(AttributeSet::new([("OBS_STATUS".into(), value.into())]));
        let key = "A.SG.W".parse().expect("a key");
        let block = SeriesBlock { key, entries, dictionary: vec![set("A"), set("P")] };
        let messages = series_from_block(&block);
        prop_assert_eq!(messages.len(), 1);
        prop_assert_eq!(series_to_block(&messages[0]).expect("own message"), block);
    }
}

#[test]
fn frequencies_are_split_into_messages() {
    let periods = ["2014", "2014-Q1", "2015", "2000-01-01/P15Y"];
    let entries = periods.map(|period| Entry {
        period: period.parse().expect("a period"),
        action: Action::Put,
        cell: Cell::Number(Decimal::ONE),
        attributes_index: 0,
    });
    let key = "A".parse().expect("a key");
    let block = SeriesBlock { key, entries: entries.to_vec(), dictionary: Vec::new() };
    let messages = series_from_block(&block);
    let frequencies: Vec<u32> = messages.iter().map(|series| series.frequency).collect();
    assert_eq!(frequencies, [0, 3, 8]);
    assert_eq!(messages[2].lengths, [15]);
    let back: Vec<Entry> = messages
        .iter()
        .flat_map(|one| series_to_block(one).expect("own message").entries)
        .collect();
    assert_eq!(back.len(), 4);
}

#[test]
fn columns_of_unlike_length_are_refused() {
    let series = types::Series {
        key: "A".to_owned(),
        ordinals: vec![2014, 1],
        mantissas: vec![1],
        scales: vec![0],
        attribute_indexes: vec![0],
        ..types::Series::default()
    };
    let refused = series_to_block(&series).expect_err("one mantissa for two observations");
    assert_eq!(refused.field, "series.mantissas");
}
