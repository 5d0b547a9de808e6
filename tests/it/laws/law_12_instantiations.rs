//! Law 12: one memo per instantiation. (The matrix has every build; here are the ways to be generic.)

use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

trait Named {
    const NAME: &'static str;
}
struct A;
struct B;
impl Named for A {
    const NAME: &'static str = "A";
}
impl Named for B {
    const NAME: &'static str = "B";
}

#[test]
fn of_a_function() {
    #[weak_memo]
    fn f<T: Named>(n: &Arc<u32>) -> String {
        format!("{}{n}", T::NAME)
    }
    #[weak_memo]
    fn constant<const N: usize>(n: &Arc<u32>) -> usize {
        N + **n as usize
    }
    #[weak_memo]
    fn lent<T: Named>(n: &Anchored<u32>) -> &str {
        format!("{}{}", T::NAME, **n)
    }
    let (n, o) = (Arc::new(1), Anchored::new(1));
    for _ in 0..2 {
        assert_eq!((f::<A>(&n), f::<B>(&n)), ("A1".to_owned(), "B1".to_owned()));
        assert_eq!((constant::<1>(&n), constant::<2>(&n)), (2, 3));
        assert_eq!((lent::<A>(&o), lent::<B>(&o)), ("A1", "B1"));
    }
    assert_eq!((f_memo::<A>().len(), f_memo::<B>().len()), (1, 1));
    assert_eq!(f_memo::<A>().clear(), 1);
    assert_eq!((f_memo::<A>().len(), f_memo::<B>().len()), (0, 1));
}

struct Of<T>(std::marker::PhantomData<T>);

impl<T: Named> Of<T> {
    #[weak_memo(associated)]
    fn f(n: &Arc<u32>) -> String {
        format!("{}{n}", T::NAME)
    }
}

trait Describe {
    fn describe(&self, n: u32) -> String;
}

impl<T: Named> Describe for Anchored<Of<T>> {
    #[weak_memo(handle = none)]
    fn describe(&self, n: u32) -> String {
        format!("{}{n}", T::NAME)
    }
}

trait Default2 {
    const NAME: &'static str;
    #[weak_memo(handle = none, associated)]
    fn f(n: &Arc<u32>) -> String {
        format!("{}{n}", Self::NAME)
    }
}
impl Default2 for A {
    const NAME: &'static str = "A";
}
impl Default2 for B {
    const NAME: &'static str = "B";
}

#[test]
fn of_impls_and_traits() {
    let n = Arc::new(1);
    let (a, b) = (Anchored::new(Of::<A>(std::marker::PhantomData)), Anchored::new(Of::<B>(std::marker::PhantomData)));
    for _ in 0..2 {
        assert_eq!((Of::<A>::f(&n), Of::<B>::f(&n)), ("A1".to_owned(), "B1".to_owned()));
        assert_eq!((a.describe(1), b.describe(1)), ("A1".to_owned(), "B1".to_owned()));
        assert_eq!((<A as Default2>::f(&n), <B as Default2>::f(&n)), ("A1".to_owned(), "B1".to_owned()));
    }
    assert_eq!(Of::<A>::f_memo().stats().computes, 1);
    assert!(Of::<A>::f_memo().name().contains("Of<") && Of::<A>::f_memo().name().ends_with("::f"));
}

#[test]
fn two_functions_on_one_object_share_nothing() {
    macro_rules! many {
        ($($f:ident $n:literal)+) => {
            $(#[weak_memo]
            fn $f(n: &Arc<u64>) -> u64 {
                **n + $n
            })+
            let objects: Vec<_> = (0..6).map(Arc::new).collect();
            for _ in 0..2 {
                for n in &objects {
                    $(assert_eq!($f(n), **n + $n);)+
                }
            }
        };
    }
    many!(a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8 i 9 j 10 k 11 l 12 m 13 o 14 p 15 q 16 r 17 s 18 t 19 u 20);
}

/// Its docs, name, visibility and generics are those of the function as written.
mod kept {
    use super::*;

    #[must_use]
    #[weak_memo]
    pub(super) fn sized<T, const N: usize>(text: &Arc<T>) -> usize
    where
        T: AsRef<str> + Send + Sync + ?Sized,
    {
        text.as_ref().as_ref().len() + N
    }
}

#[test]
fn a_function_keeps_its_name_visibility_and_generics() {
    let text: Arc<str> = Arc::from("abc");
    let as_written: fn(&Arc<str>) -> usize = kept::sized::<str, 4>;
    assert_eq!((as_written(&text), kept::sized::<str, 5>(&text)), (7, 8));
    assert_eq!(kept::sized_memo::<str, 4>().compute(&text), 7);
    assert_eq!(kept::sized_memo::<str, 4>().stats().computes, 1, "the bare body is not counted");
    assert!(kept::sized_memo::<str, 4>().name().contains("kept::sized"));
}

/// The turbofish of the body named all types before all consts.
#[test]
fn a_const_parameter_may_stand_before_a_type_parameter() {
    #[weak_memo]
    fn f<const N: usize, T: Send + Sync + 'static>(owner: &Arc<T>) -> [u8; N] {
        let _ = owner;
        [1; N]
    }
    assert_eq!(f::<2, _>(&Arc::new(1_u8)), [1, 1]);
}
