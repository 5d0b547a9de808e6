//! `Anchored<T>`: an object that carries its results inside itself, and drops them when it is
//! changed.
//!
//! Nothing has to be invalidated explicitly. Results are borrowed from the object, and a change needs
//! the object mutably, so the borrow checker guarantees that no result is in use.
//!
//! ```text
//! cargo run --example anchored
//! ```

use memo_core::{Anchored, weak_memo};

struct Shape {
    points: Vec<(f64, f64)>,
}

/// By reference: a hit clones nothing.
#[weak_memo]
fn edge_lengths(shape: &Anchored<Shape>) -> &[f64] {
    println!("  (measuring {} edges)", shape.points.len());
    let next = shape.points.iter().cycle().skip(1);
    shape.points.iter().zip(next).map(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1)).collect::<Vec<_>>()
}

#[weak_memo]
fn circumference(shape: &Anchored<Shape>) -> f64 {
    edge_lengths(shape).iter().sum()
}

fn main() {
    let mut shape = Anchored::new(Shape { points: vec![(0.0, 0.0), (3.0, 0.0), (3.0, 4.0)] });
    println!("circumference {}", circumference(&shape));
    println!("its edges     {:?}, measured once for both", edge_lengths(&shape));
    assert_eq!((circumference(&shape), edge_lengths(&shape)), (12.0, &[3.0, 4.0, 5.0][..]));
    assert_eq!(edge_lengths_memo().stats().computes, 1);

    // Through `DerefMut`, which clears the results.
    shape.points.push((0.0, 4.0));
    println!("circumference {}", circumference(&shape));
    println!("its edges     {:?}", edge_lengths(&shape));
    assert_eq!((circumference(&shape), edge_lengths(&shape)), (14.0, &[3.0, 4.0, 3.0, 4.0][..]));
    assert_eq!(edge_lengths_memo().stats().computes, 2);

    // A clone would be another object, with no results yet. A move takes the object and its results
    // along.
    let moved = shape;
    println!("circumference {}, after a move and not measured again", circumference(&moved));
    assert_eq!(circumference_memo().stats().computes, 2);

    drop(moved);
    print!("\nthe shape is gone, and so are its results:\n{}", memo_core::report());
    assert!(circumference_memo().is_empty() && edge_lengths_memo().is_empty());
}
