mod refused;
mod works;
