//! Strong pointers to objects of all kinds.

use std::rc::Rc;
use std::sync::Arc;

use memo_tests::{Tally, Token};

/// A strong pointer to an object with a number.
pub(super) trait Handle: Clone {
    fn make(number: u32, tally: &Tally) -> Self;
    fn number(&self) -> u32;
    fn strong(&self) -> usize;
    fn is(&self, other: &Self) -> bool;
}

/// A sized object; all are equal, so that only identity tells them apart, and nobody asks.
pub(super) struct Object {
    number: u32,
    #[expect(dead_code, reason = "counted")]
    token: Token,
}

/// Objects of several types, and so of several vtables.
pub(super) trait Any: Send + Sync {
    fn number(&self) -> u32;
}

impl Any for Object {
    fn number(&self) -> u32 {
        self.number
    }
}

/// A large one.
struct Large(Object, #[expect(dead_code, reason = "large")] [u64; 500]);

impl Any for Large {
    fn number(&self) -> u32 {
        self.0.number
    }
}

/// Equal by its number, for the interner.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Valued(pub(super) u32, Token);

fn object(number: u32, tally: &Tally) -> Object {
    Object { number, token: tally.token() }
}

/// A text that begins with its number, and whose length is of several classes.
fn text(number: u32) -> String {
    format!("{number} {}", "x".repeat(1 << (number % 12)))
}

fn number_of(text: &str) -> u32 {
    text.split(' ').next().and_then(|number| number.parse().ok()).expect("it begins with it")
}

macro_rules! handles {
    ($($pointer:ident<$object:ty>, $number:ident, $tally:ident => $make:expr, $this:ident => $of:expr;)+) => {$(
        impl Handle for $pointer<$object> {
            fn make($number: u32, $tally: &Tally) -> Self {
                $make
            }
            fn number(&self) -> u32 {
                let $this = &**self;
                $of
            }
            fn strong(&self) -> usize {
                Self::strong_count(self)
            }
            fn is(&self, other: &Self) -> bool {
                std::ptr::addr_eq(Self::as_ptr(self), Self::as_ptr(other))
            }
        }
    )+};
}

macro_rules! both {
    ($($pointer:ident)+) => {$(
        handles! {
            $pointer<Object>, number, tally => Self::new(object(number, tally)), this => this.number;
            $pointer<Valued>, number, tally => Self::new(Valued(number, tally.token())), this => this.0;
            $pointer<str>, number, _tally => text(number).into(), this => number_of(this);
            $pointer<dyn Any>, number, tally => match number % 2 {
                0 => Self::from($pointer::new(object(number, tally)) as $pointer<dyn Any>),
                _ => $pointer::new(Large(object(number, tally), [0; 500])),
            }, this => this.number();
        }
    )+};
}

both! { Arc Rc }
