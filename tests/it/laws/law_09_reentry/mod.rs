//! Law 9: a body may call memos, its own on other keys too, as deep as the stack goes.

mod bodies;
mod stack;
