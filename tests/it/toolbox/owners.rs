//! How many objects have results of a memo.

use std::rc::Rc;
use std::sync::Arc;

use std::time::Duration;

use memo_core::{Anchored, Owners, sweep, weak_memo};
use memo_tests::alone;

fn most(owners: &Owners) -> Vec<usize> {
    owners.most.iter().map(|owner| owner.results).collect()
}

#[test]
fn living_owners_with_results_are_counted() {
    #[weak_memo]
    fn tabled(of: &Arc<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }
    #[weak_memo]
    fn inside(of: &Anchored<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }
    #[weak_memo]
    fn of_rc(of: &Rc<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }
    #[weak_memo]
    fn lent(of: &Arc<u8>) -> &u8 {
        **of
    }
    #[weak_memo]
    fn lent_inside(of: &Anchored<u8>) -> &u8 {
        **of
    }
    alone(|| {
        assert_eq!(tabled_memo().owners().map(|owners| owners.count), Some(0));
        let (arcs, anchored, rcs) = ([1; 20].map(Arc::new), [1; 3].map(Anchored::new), [1; 2].map(Rc::new));
        for (at, of) in arcs.iter().enumerate() {
            (0..=at as u32).for_each(|key| _ = tabled(of, key));
            lent(of);
        }
        anchored.iter().for_each(|of| _ = (inside(of, 1), inside(of, 2), lent_inside(of)));
        rcs.iter().for_each(|of| _ = of_rc(of, 1));
        let owners = tabled_memo().owners().unwrap();
        assert_eq!((owners.count, most(&owners)), (20, (11..=20).rev().collect()));
        assert_eq!((owners.most[0].age, owners.ages), (None, vec![]), "an object carries no time");
        let owners = inside_memo().owners().unwrap();
        assert_eq!((owners.count, most(&owners)), (3, vec![2; 3]));
        assert_eq!(of_rc_memo().owners().unwrap().count, 2);
        assert_eq!(most(&lent_memo().owners().unwrap()), [1; 10]);
        assert_eq!(lent_inside_memo().owners(), None, "they are listed nowhere");
        // One without results is none, and a dead one is none.
        tabled_memo().forget_owner(&arcs[19]);
        assert_eq!(most(&tabled_memo().owners().unwrap())[0], 19);
        drop(arcs);
        assert_eq!(tabled_memo().owners().unwrap().count, 0);
        sweep();
        assert_eq!(most(&tabled_memo().owners().unwrap()), []);
    });
}

#[test]
fn ages_are_known_of_those_first_met_while_misses_are_explained() {
    #[weak_memo]
    fn tabled(of: &Arc<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }
    #[weak_memo]
    fn inside(of: &Anchored<u8>, key: u32) -> u32 {
        u32::from(**of) + key
    }
    #[weak_memo]
    fn of_rc(of: &Rc<u8>) -> u32 {
        u32::from(**of)
    }
    #[weak_memo]
    fn lent(of: &Arc<u8>) -> &u8 {
        **of
    }
    // The clock is coarse.
    const LATER: Duration = Duration::from_millis(60);
    macro_rules! check {
        ($memo:expr, $make:expr, $call:expr) => {{
            let (make, call, owners) = ($make, $call, || $memo.owners().unwrap());
            let before = make();
            call(&before, 1);
            $memo.explain(true);
            let old = make();
            call(&old, 1);
            assert_eq!((owners().count, owners().ages.len()), (2, 1));
            std::thread::sleep(LATER);
            let young = make();
            (1..4).for_each(|key| call(&young, key));
            let known = owners();
            assert_eq!((known.count, known.ages.len()), (3, 2));
            assert!(known.ages[0] < LATER / 2 && known.ages[1] >= LATER / 2, "{known:?}");
            // More results make nobody younger.
            (5..9).for_each(|key| call(&old, key));
            let known = owners();
            assert_eq!(known.most[0].age, known.ages.last().copied(), "the one with most is the older of the two");
            drop(old);
            assert_eq!(owners().ages.len(), 1, "of the living");
            // Who lies where a dead one lay has an age of its own.
            let again = make();
            call(&again, 1);
            assert!(owners().ages[0] < LATER / 2);
            $memo.explain(false);
            assert_eq!((owners().count, owners().ages.len()), (3, 0));
        }};
    }
    alone(|| {
        check!(tabled_memo(), || Arc::new(1), |of: &_, key| _ = tabled(of, key));
        check!(inside_memo(), || Anchored::new(1), |of: &_, key| _ = inside(of, key));
        check!(of_rc_memo(), || Rc::new(1), |of: &_, _: u32| _ = of_rc(of));
        check!(lent_memo(), || Arc::new(1), |of: &_, _: u32| _ = lent(of));
    });
}

/// What is kept of them is bounded.
#[test]
fn of_many_objects_the_ages_of_a_thousand_are_known() {
    #[weak_memo]
    fn f(of: &Arc<u32>) -> u32 {
        **of
    }
    alone(|| {
        f_memo().explain(true);
        let many: Vec<_> = (0..5000).map(Arc::new).collect();
        many.iter().for_each(|of| _ = f(of));
        let owners = f_memo().owners().unwrap();
        assert_eq!(owners.count, 5000);
        assert!((900..=1024).contains(&owners.ages.len()), "{}", owners.ages.len());
        f_memo().explain(false);
    });
}
