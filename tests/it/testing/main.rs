//! What a program, and above all its tests, can find out about single calls.

mod asserts;
mod calls;
mod futures;
mod scopes;
mod verify;
