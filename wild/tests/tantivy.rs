//! tantivy: what a reload leaves of a segment.

use memo_wild::carries;
use tantivy::schema::{Schema, TEXT};
use tantivy::{Index, IndexWriter, ReloadPolicy, TantivyDocument, doc};

#[test]
fn a_reload_makes_everything_anew_but_the_id_of_a_segment() {
    let mut schema = Schema::builder();
    let text = schema.add_text_field("text", TEXT);
    let index = Index::create_in_ram(schema.build());
    let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(1, 20_000_000).unwrap();
    writer.add_document(doc!(text => "one")).unwrap();
    writer.commit().unwrap();
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().unwrap();

    let before = reader.searcher();
    let inverted = |searcher: &tantivy::Searcher| searcher.segment_reader(0).inverted_index(text).unwrap();
    assert!(carries(&inverted(&before), &inverted(&reader.searcher())));
    reader.reload().unwrap();
    let after = reader.searcher();
    assert!(!carries(&inverted(&before), &inverted(&after)));
    assert_eq!(before.segment_reader(0).segment_id(), after.segment_reader(0).segment_id());
}
