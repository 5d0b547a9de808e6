mod figures;
mod in_flight;
mod nested;
mod routes;
mod scrape;
