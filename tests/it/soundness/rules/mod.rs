//! The rules, one file each. The seventh is kept by the compiler: `ui/soundness/rule_7_*`.

mod rule_1;
mod rule_2;
mod rule_3;
mod rule_4;
mod rule_5;
mod rule_6;
mod rule_8;
mod rule_9;
