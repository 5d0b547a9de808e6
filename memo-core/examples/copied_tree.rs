//! `Rc` nodes and recursion: a tree that is edited by copying the path to the root, as editors and
//! compilers do. The results for the untouched subtrees are still there, whatever tree they are now
//! in.
//!
//! ```text
//! cargo run --example copied_tree
//! ```

use memo_core::weak_memo;
use std::rc::Rc;

enum Node {
    Leaf(u64),
    Branch(Rc<Node>, Rc<Node>),
}

/// The body calls the memo itself, on the children. With `Rc` owners results stay on this thread;
/// nothing needs to be `Send`.
#[weak_memo]
fn sum(node: &Rc<Node>) -> u64 {
    match &**node {
        Node::Leaf(value) => *value,
        Node::Branch(left, right) => sum(left) + sum(right),
    }
}

/// By reference: the text of a subtree is borrowed from it.
#[weak_memo]
fn text(node: &Rc<Node>) -> &str {
    match &**node {
        Node::Leaf(value) => value.to_string(),
        Node::Branch(left, right) => format!("({} {})", text(left), text(right)),
    }
}

/// A full tree with the leaves `from..from + 2^height`.
fn grow(height: u32, from: u64) -> Rc<Node> {
    if height == 0 {
        return Rc::new(Node::Leaf(from));
    }
    let half = 1 << (height - 1);
    Rc::new(Node::Branch(grow(height - 1, from), grow(height - 1, from + half)))
}

/// The same tree with the leaf at `index` of `count` replaced: new nodes from there to the root,
/// all others shared.
fn replace(node: &Rc<Node>, index: u64, count: u64, value: u64) -> Rc<Node> {
    let half = count / 2;
    Rc::new(match &**node {
        Node::Leaf(_) => Node::Leaf(value),
        Node::Branch(left, right) if index < half => Node::Branch(replace(left, index, half, value), Rc::clone(right)),
        Node::Branch(left, right) => Node::Branch(Rc::clone(left), replace(right, index - half, half, value)),
    })
}

fn computes() -> u64 {
    sum_memo().stats().computes
}

fn main() {
    let small = grow(2, 0);
    println!("{} has the sum {}", text(&small), sum(&small));
    assert_eq!((text(&small), sum(&small)), ("((0 1) (2 3))", 6));
    let edited = replace(&small, 1, 4, 100);
    println!("{} after an edit\n", text(&edited));
    assert_eq!(text(&edited), "((0 100) (2 3))");

    let height = 14;
    let leaves = 1 << height;
    let before = computes();
    let mut tree = grow(height, 0);
    let mut total = leaves * (leaves - 1) / 2;
    assert_eq!(sum(&tree), total);
    println!("a tree of {leaves} leaves: sum {total}, {} nodes computed", computes() - before);
    assert_eq!(computes() - before, 2 * leaves - 1);

    for (index, value) in [(0, 1_000), (5_000, 0), (leaves - 1, 7)] {
        let before = computes();
        tree = replace(&tree, index, leaves, value);
        total = total - index + value; // a leaf's value was its index
        assert_eq!(sum(&tree), total);
        println!("leaf {index} is now {value}: sum {total}, {} nodes computed", computes() - before);
        assert_eq!(computes() - before, u64::from(height) + 1); // those from the leaf to the root
    }

    drop((tree, small, edited));
    let swept = memo_core::sweep();
    println!("\nall trees are gone; a sweep found {swept} more dead nodes, {} results are left", sum_memo().len());
    assert!(sum_memo().is_empty() && text_memo().is_empty());
    print!("\n{}", memo_core::report());
}
