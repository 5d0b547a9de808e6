mod hosts;
mod tokens;
