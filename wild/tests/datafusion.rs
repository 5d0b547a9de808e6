//! DataFusion: expressions and plans that are rewritten without a change.

use std::sync::Arc;

use datafusion_common::arrow::datatypes::{DataType, Field, Schema};
use datafusion_common::tree_node::{Transformed, TreeNode};
use datafusion_expr::{LogicalPlan, LogicalPlanBuilder, Operator, lit};
use datafusion_physical_expr::PhysicalExpr;
use datafusion_physical_expr::expressions;
use memo_wild::carries;

#[test]
fn a_physical_expression_carries_over_a_rewrite_that_changes_nothing() {
    let schema = Schema::new(vec![Field::new("a", DataType::Int64, false)]);
    let column = expressions::col("a", &schema).unwrap();
    let sum = expressions::binary(column, Operator::Plus, expressions::lit(1_i64), &schema).unwrap();
    let same: Arc<dyn PhysicalExpr> = sum.clone().transform(|node| Ok(Transformed::no(node))).unwrap().data;
    assert!(carries(&sum, &same));
}

fn input(plan: &LogicalPlan) -> &Arc<LogicalPlan> {
    let LogicalPlan::Filter(filter) = plan else { panic!("a filter") };
    &filter.input
}

#[test]
fn a_logical_plan_does_not() {
    let rows = LogicalPlanBuilder::values(vec![vec![lit(1_i64)]]).unwrap();
    let plan = rows.filter(lit(true)).unwrap().build().unwrap();
    let same = plan.clone().transform(|node| Ok(Transformed::no(node))).unwrap();
    assert!(!same.transformed);
    assert!(!carries(input(&plan), input(&same.data)));
}

#[test]
fn of_a_plan_that_nobody_shares_a_weak_decides_whether_it_moves() {
    for held in [false, true] {
        let rows = LogicalPlanBuilder::values(vec![vec![lit(1_i64)]]).unwrap();
        let plan = rows.filter(lit(true)).unwrap().build().unwrap();
        let before = Arc::as_ptr(input(&plan));
        let weak = held.then(|| Arc::downgrade(input(&plan)));
        let same = plan.transform(|node| Ok(Transformed::no(node))).unwrap().data;
        assert_eq!(before == Arc::as_ptr(input(&same)), !held);
        assert!(weak.is_none_or(|weak| weak.upgrade().is_none()));
    }
}

#[test]
fn a_plan_that_nobody_shares_is_rewritten_in_the_same_arc() {
    let rows = LogicalPlanBuilder::values(vec![vec![lit(1_i64)]]).unwrap();
    let plan = rows.filter(lit(true)).unwrap().filter(lit(false)).unwrap().build().unwrap();
    let before = Arc::as_ptr(input(&plan));
    let without = plan.transform_up(|node| match node {
        LogicalPlan::Filter(inner) if inner.predicate == lit(true) => {
            Ok(Transformed::yes(Arc::unwrap_or_clone(inner.input)))
        }
        other => Ok(Transformed::no(other)),
    });
    let without = without.unwrap().data;
    assert_eq!(before, Arc::as_ptr(input(&without)));
    assert!(matches!(**input(&without), LogicalPlan::Values(_)));
}
