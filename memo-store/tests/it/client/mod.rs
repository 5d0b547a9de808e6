mod faults;
mod flights;
mod lifetimes;
mod limits;
