//! What the compiler says where an order cannot be.

#[test]
fn every_order_that_cannot_be_is_told() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
