//! egui's text: the rows of laid out text.

use std::sync::Arc;

use epaint::text::{FontDefinitions, FontId, Fonts, TextOptions};
use epaint::{Color32, Galley};
use memo_wild::carries;

fn layout(fonts: &mut Fonts, text: &str) -> Arc<Galley> {
    let mut view = fonts.with_pixels_per_point(1.0);
    view.layout(text.to_owned(), FontId::default(), Color32::WHITE, 1_000.0)
}

#[test]
fn rows_are_shared_by_their_text() {
    let mut fonts = Fonts::new(TextOptions::default(), FontDefinitions::empty());
    let first = layout(&mut fonts, "one\ntwo\none\nend");
    assert!(carries(&first, &layout(&mut fonts, "one\ntwo\none\nend")));
    assert!(carries(&first.rows[0].row, &first.rows[2].row));
    let edited = layout(&mut fonts, "one\n2\none\nend");
    assert!(carries(&first.rows[0].row, &edited.rows[0].row));
    assert!(!carries(&first.rows[1].row, &edited.rows[1].row));
}
