//! arrow.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use memo_wild::carries;

fn batch() -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    RecordBatch::try_from_iter([("number", numbers), ("name", names)]).unwrap()
}

/// Which of the two columns carry.
fn columns(one: &RecordBatch, other: &RecordBatch) -> [bool; 2] {
    [0, 1].map(|at| carries(one.column(at), other.column(at)))
}

fn buffers(one: &RecordBatch, other: &RecordBatch) -> bool {
    let first = |batch: &RecordBatch| batch.column(0).to_data().buffers()[0].as_ptr();
    first(one) == first(other)
}

#[test]
fn a_clone_carries() {
    let batch = batch();
    assert_eq!(columns(&batch, &batch.clone()), [true, true]);
    assert!(carries(batch.schema_ref(), batch.clone().schema_ref()));
}

#[test]
fn a_projection_carries_its_columns_and_has_a_new_schema() {
    let batch = batch();
    let all = batch.project(&[0, 1]).unwrap();
    assert_eq!(columns(&batch, &all), [true, true]);
    assert!(!carries(batch.schema_ref(), all.schema_ref()));
    assert!(!carries(all.schema_ref(), batch.project(&[0, 1]).unwrap().schema_ref()));
}

#[test]
fn a_slice_a_filter_and_a_concatenation_have_new_columns_even_of_all_rows() {
    let batch = batch();
    let slice = batch.slice(0, 3);
    assert_eq!(columns(&batch, &slice), [false, false]);
    assert!(buffers(&batch, &slice) && carries(batch.schema_ref(), slice.schema_ref()));
    let filtered = filter_record_batch(&batch, &BooleanArray::from(vec![true; 3])).unwrap();
    assert_eq!(columns(&batch, &filtered), [false, false]);
    assert!(buffers(&batch, &filtered));
    let one = concat_batches(batch.schema_ref(), [&batch]).unwrap();
    assert_eq!(columns(&batch, &one), [false, false]);
    assert!(carries(batch.schema_ref(), one.schema_ref()));
}

#[test]
fn a_cast_to_the_same_type_is_a_new_column() {
    let batch = batch();
    assert!(!carries(batch.column(0), &cast(batch.column(0), &DataType::Int64).unwrap()));
}

#[test]
fn a_stream_has_one_schema_unless_it_projects() {
    let batch = batch();
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, batch.schema_ref()).unwrap();
    for _ in 0..2 {
        writer.write(&batch).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    let schemas = |projection| {
        let reader = StreamReader::try_new(&*bytes, projection).unwrap();
        reader.map(|batch| batch.unwrap().schema()).collect::<Vec<_>>()
    };
    let plain = schemas(None);
    assert!(carries(&plain[0], &plain[1]));
    let projected = schemas(Some(vec![0]));
    assert!(!carries(&projected[0], &projected[1]));
}

#[test]
fn a_weak_moves_the_schema_whose_metadata_is_changed() {
    let mut batch = batch();
    let before = Arc::as_ptr(batch.schema_ref());
    batch.schema_metadata_mut().insert("a", "b");
    assert_eq!(before, Arc::as_ptr(batch.schema_ref()));
    let weak = Arc::downgrade(batch.schema_ref());
    batch.schema_metadata_mut().insert("a", "c");
    assert_ne!(before, Arc::as_ptr(batch.schema_ref()));
    assert!(weak.upgrade().is_none());
}
