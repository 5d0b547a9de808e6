//! Results that live exactly as long as the objects they came from.
