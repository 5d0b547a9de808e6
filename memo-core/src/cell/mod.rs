//! A memo's cell on an anchor, with its type: counted cells ([`counted_cell`]), which `clear` or another argument's death can reach, too,
//! and lent cells ([`lent_cell`]), which are reached through their object alone. A memo's types are one parameter ([`memo_types`]). The
//! weak arguments of an entry have links to it ([`entry_links`]). Calls that compute beside the store are listed ([`racers`]), and flights
//! whose entry was taken out are counted ([`detached_flights`]).

pub(crate) mod carried;
pub(crate) mod counted_cell;
pub(crate) mod detached_flights;
pub(crate) mod entry_links;
pub(crate) mod lent_cell;
pub(crate) mod memo_types;
pub(crate) mod racers;
