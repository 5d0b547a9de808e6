//! Files and drawings.

use std::rc::Rc;
use std::sync::Arc;

use memo_wild::carries;
use swc_common::{FileName, SourceMap};
use usvg::{Node, Options, Paint, Tree};

#[test]
fn swc_gives_the_first_file_of_a_name_also_after_another_was_added() {
    let map = SourceMap::default();
    let name = || FileName::Custom("a.js".to_owned());
    let first = map.new_source_file(Rc::new(name()), "let a;");
    let second = map.new_source_file(Rc::new(name()), "let b;");
    assert!(!Rc::ptr_eq(&first, &second));
    assert!(Rc::ptr_eq(&first, &map.get_source_file(&name()).unwrap()));
    let weak = Rc::downgrade(&first);
    drop(first);
    assert!(weak.upgrade().is_some()); // the map keeps it
}

/// The gradients of three shapes that use the same one.
fn gradients(units: &str) -> Vec<Arc<usvg::LinearGradient>> {
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='30' height='10'>
            <linearGradient id='g' {units}><stop offset='0' stop-color='red'/><stop offset='1' stop-color='blue'/></linearGradient>
            <rect width='10' height='10' fill='url(#g)'/>
            <rect width='10' height='10' fill='url(#g)'/>
            <rect width='10' height='10' fill='url(#g)'/>
        </svg>"
    );
    let tree = Tree::from_str(&svg, &Options::default()).unwrap();
    let paint = |node: &Node| {
        let Node::Path(path) = node else { panic!("a path") };
        let Paint::LinearGradient(gradient) = path.fill().unwrap().paint() else { panic!("a gradient") };
        Arc::clone(gradient)
    };
    tree.root().children().iter().map(paint).collect()
}

#[test]
fn usvg_has_one_gradient_for_all_its_uses_only_in_user_space() {
    let shared = gradients("gradientUnits='userSpaceOnUse' x1='0' x2='30'");
    assert!(carries(&shared[0], &shared[1]) && carries(&shared[0], &shared[2]));
    let each = gradients("");
    assert!(!carries(&each[0], &each[1]) && !carries(&each[1], &each[2]));
}
