mod crowds;
mod fuzz;
mod odd;
mod slow;
mod starts_and_stops;
