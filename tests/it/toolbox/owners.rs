//! How many objects have results of a memo.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, sweep, weak_memo};
use memo_tests::alone;

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
        assert_eq!((owners.count, owners.most), (20, (11..=20).rev().collect()));
        let owners = inside_memo().owners().unwrap();
        assert_eq!((owners.count, owners.most), (3, vec![2; 3]));
        assert_eq!(of_rc_memo().owners().unwrap().count, 2);
        assert_eq!(lent_memo().owners().unwrap().most, [1; 10]);
        assert_eq!(lent_inside_memo().owners(), None, "they are listed nowhere");
        // One without results is none, and a dead one is none.
        tabled_memo().forget_owner(&arcs[19]);
        assert_eq!(tabled_memo().owners().unwrap().most[0], 19);
        drop(arcs);
        assert_eq!(tabled_memo().owners().unwrap().count, 0);
        sweep();
        assert_eq!(tabled_memo().owners().unwrap().most, []);
    });
}
