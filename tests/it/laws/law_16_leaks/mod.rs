//! Law 16: a leak is reported, and what is none is not.

mod itself;
mod told;
