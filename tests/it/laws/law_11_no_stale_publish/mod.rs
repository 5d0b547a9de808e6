//! Law 11: no stale publish, and no late drop.

mod copies;
mod keyed;
mod overtaken;
mod publish;
mod while_comparing;
