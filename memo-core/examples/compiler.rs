//! Methods as cached properties: what a compiler derives from a module lives in the module.
//!
//! `#[derive(HasAnchor)]` and one field give a type a place for its results. A method with
//! `#[weak_memo]` is then computed once per object. Returned by reference, such a property is as cheap
//! as a field.
//!
//! ```text
//! cargo run --example compiler
//! ```

use memo_core::{Anchor, HasAnchor, weak_memo};
use std::collections::BTreeMap;
use std::fmt;

/// Source text of lines such as `area = width * height`.
#[derive(HasAnchor)]
struct Module {
    name: &'static str,
    source: String,
    anchor: Anchor,
}

/// `left operator right`, or one operand alone.
#[derive(Debug)]
struct Formula {
    first: String,
    rest: Option<(char, String)>,
}

#[derive(Clone, Debug)]
enum CompileError {
    Syntax { line: usize },
    Unknown(String),
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Syntax { line } => write!(f, "line {line} is not a definition"),
            CompileError::Unknown(name) => write!(f, "nothing is called `{name}`"),
        }
    }
}

impl Module {
    fn new(name: &'static str, source: &str) -> Self {
        Module { name, source: source.into(), anchor: Anchor::new() }
    }

    /// A cached property, by reference. An `Err` is not remembered: it is computed again at the
    /// next call.
    #[weak_memo]
    fn definitions(&self) -> Result<&BTreeMap<String, Formula>, CompileError> {
        println!("  (parsing {})", self.name);
        self.source.lines().enumerate().map(parse_line).collect::<Result<BTreeMap<_, _>, _>>()
    }

    /// With an extra key, and calling itself: each name is evaluated once, however many others use
    /// it.
    #[weak_memo]
    fn value(&self, name: &str) -> Result<i64, CompileError> {
        println!("  (evaluating {name} in {})", self.name);
        let formula = self.definitions()?.get(name).ok_or_else(|| CompileError::Unknown(name.into()))?;
        let first = self.operand(&formula.first)?;
        Ok(match &formula.rest {
            None => first,
            Some(('+', second)) => first + self.operand(second)?,
            Some((_, second)) => first * self.operand(second)?,
        })
    }

    fn operand(&self, text: &str) -> Result<i64, CompileError> {
        text.parse().or_else(|_| self.value(text))
    }

    /// Of two modules: this result is dropped when either of them is.
    #[weak_memo]
    fn clashes(&self, other: &Module) -> Vec<String> {
        println!("  (comparing {} with {})", self.name, other.name);
        let (Ok(here), Ok(there)) = (self.definitions(), other.definitions()) else {
            return Vec::new();
        };
        here.keys().filter(|name| there.contains_key(*name)).cloned().collect()
    }
}

fn parse_line((number, line): (usize, &str)) -> Result<(String, Formula), CompileError> {
    let error = || CompileError::Syntax { line: number + 1 };
    let (name, formula) = line.split_once('=').ok_or_else(error)?;
    let mut words = formula.split_whitespace().map(str::to_owned);
    let first = words.next().ok_or_else(error)?;
    let rest = match (words.next().as_deref(), words.next()) {
        (None, _) => None,
        (Some("+"), Some(second)) => Some(('+', second)),
        (Some("*"), Some(second)) => Some(('*', second)),
        _ => return Err(error()),
    };
    Ok((name.trim().to_owned(), Formula { first, rest }))
}

fn show<T: fmt::Display>(result: Result<T, CompileError>) -> String {
    result.map_or_else(|error| format!("error: {error}"), |value| value.to_string())
}

fn main() {
    let room = Module::new("room", "width = 4\nlength = width + 2\narea = width * length\nprice = area * width");
    println!("price:   {}", show(room.value("price")));
    println!("area:    {}, which was evaluated on the way", show(room.value("area")));
    assert_eq!((room.value("price").ok(), room.value("area").ok()), (Some(96), Some(24)));
    assert_eq!(Module::value_memo().stats().computes, 4);
    let ceiling = show(room.value("ceiling"));
    println!("ceiling: {ceiling}\n");
    assert_eq!(ceiling, "error: nothing is called `ceiling`");

    let broken = Module::new("broken", "width is 4");
    let before = Module::definitions_memo().stats().computes;
    println!("broken:  {}", show(broken.value("width")));
    println!("broken:  {}, found again: no error is remembered\n", show(broken.value("width")));
    assert_eq!(Module::definitions_memo().stats().computes - before, 2);

    let desk = Module::new("desk", "width = 2\ndepth = 1");
    println!("in both room and desk: {:?}", room.clashes(&desk));
    println!("in both room and desk: {:?}, remembered", room.clashes(&desk));
    assert_eq!(room.clashes(&desk), ["width"]);
    assert_eq!(Module::clashes_memo().stats().computes, 1);
    println!("comparisons remembered: {}", Module::clashes_memo().len());
    assert_eq!(Module::clashes_memo().len(), 1);
    drop(desk);
    println!("with the desk gone:     {}", Module::clashes_memo().len());
    assert!(Module::clashes_memo().is_empty());

    drop((room, broken));
    print!("\nwith all modules gone:\n{}", memo_core::report());
    assert!(Module::value_memo().is_empty() && Module::definitions_memo().is_empty());
}
