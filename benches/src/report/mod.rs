//! Saying what was measured: tables, the targets held against them, plots, and the sections that both programs print.

mod effort;
pub mod plot;
pub mod quick;
pub mod record;
pub mod rows;
pub mod sections;
mod table;
pub mod targets;

pub use effort::Effort;
pub use sections::Section;
pub use table::{Figures, Table};
