//! Parquet files that tests write with the writer of the library, and never keep.

use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType,
    Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

/// The values of a column that may be null, by their physical type.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    Truths(Vec<Option<bool>>),
    Int32(Vec<Option<i32>>),
    Int64(Vec<Option<i64>>),
    Int96(Vec<Option<[u32; 3]>>),
    Floats(Vec<Option<f32>>),
    Doubles(Vec<Option<f64>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
}

/// Texts, of which an empty one is none.
pub(crate) fn texts<'a>(cells: impl IntoIterator<Item = &'a str>) -> Cells {
    let cell = |text: &'a str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
    Cells::Bytes(cells.into_iter().map(cell).collect())
}

/// A file of one row group, or of none if there are no columns; all of them are optional.
pub(crate) fn written(schema: &str, columns: &[Cells], properties: WriterProperties) -> Vec<u8> {
    let schema = parse_message_type(&format!("message table {{ {schema} }}")).expect("a schema");
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))
        .expect("a writer");
    if columns.is_empty() {
        return file.into_inner().expect("closed");
    }
    let mut group = file.next_row_group().expect("a row group");
    for cells in columns {
        let mut column = group.next_column().expect("written").expect("a column of the schema");
        cells.write(&mut column);
        column.close().expect("closed");
    }
    group.close().expect("closed");
    file.into_inner().expect("closed")
}

/// Every way of writing that a column of texts may come in, and one of numbers named `count`.
pub(crate) fn ways() -> Vec<(String, WriterProperties)> {
    let mut ways = Vec::new();
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(Default::default()),
    ] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            for encoding in [
                None,
                Some(Encoding::PLAIN),
                Some(Encoding::DELTA_LENGTH_BYTE_ARRAY),
                Some(Encoding::DELTA_BYTE_ARRAY),
            ] {
                let name = format!("{compression} {version:?} {encoding:?}");
                let way = WriterProperties::builder()
                    .set_compression(compression)
                    .set_writer_version(version)
                    .set_data_page_row_count_limit(3)
                    .set_write_batch_size(3)
                    .set_column_encoding("count".into(), Encoding::DELTA_BINARY_PACKED)
                    .set_dictionary_enabled(encoding.is_none());
                let way = match encoding {
                    Some(encoding) => way.set_encoding(encoding),
                    None => way,
                };
                ways.push((name, way.build()));
            }
        }
    }
    ways
}

impl Cells {
    fn write(&self, column: &mut SerializedColumnWriter<'_>) {
        match self {
            Self::Truths(cells) => write::<BoolType, _>(column, cells, |cell| *cell),
            Self::Int32(cells) => write::<Int32Type, _>(column, cells, |cell| *cell),
            Self::Int64(cells) => write::<Int64Type, _>(column, cells, |cell| *cell),
            Self::Int96(cells) => write::<Int96Type, _>(column, cells, |[low, high, day]| {
                let mut stamp = Int96::new();
                stamp.set_data(*low, *high, *day);
                stamp
            }),
            Self::Floats(cells) => write::<FloatType, _>(column, cells, |cell| *cell),
            Self::Doubles(cells) => write::<DoubleType, _>(column, cells, |cell| *cell),
            Self::Bytes(cells) => {
                write::<ByteArrayType, _>(column, cells, |cell| ByteArray::from(cell.clone()))
            }
            Self::Fixed(cells) => write::<FixedLenByteArrayType, _>(column, cells, |cell| {
                ByteArray::from(cell.clone()).into()
            }),
        }
    }
}

fn write<T: DataType, V>(
    column: &mut SerializedColumnWriter<'_>,
    cells: &[Option<V>],
    value: impl Fn(&V) -> T::T,
) {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.iter().flatten().map(value).collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None).expect("written");
}
