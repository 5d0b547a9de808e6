//! What makes traits of `impl`s, and `impl`s of traits: `easy-ext`, `extend`, `ambassador`, `auto_impl`, `enum_dispatch`.

use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

mod of_easy_ext {
    use super::*;

    #[easy_ext::ext(Measure)]
    impl Anchored<String> {
        #[weak_memo(handle = none)]
        fn words(&self, #[memo(skip)] log: &mut Vec<usize>) -> usize {
            log.push(1);
            self.split(' ').count()
        }
    }

    #[test]
    fn an_extension_method_is_memoized() {
        let (text, mut log) = (Anchored::new("one two".to_owned()), Vec::new());
        assert_eq!((text.words(&mut log), text.words(&mut log), log.len()), (2, 2, 1));
    }
}

mod of_extend {
    use super::*;

    #[extend::ext(name = Measure)]
    impl Anchored<String> {
        #[weak_memo(handle = none)]
        fn lent(&self) -> &str {
            self.split(' ').rev().collect()
        }
    }

    #[test]
    fn an_extension_method_lends() {
        let text = Anchored::new("one two".to_owned());
        assert!(std::ptr::eq(text.lent(), text.lent()) && text.lent() == "twoone");
    }
}

mod of_ambassador {
    use super::*;
    use ambassador::{Delegate, delegatable_trait};

    #[delegatable_trait]
    trait Measure {
        fn words(&self) -> usize;
    }

    impl Measure for Anchored<String> {
        #[weak_memo(handle = none)]
        fn words(&self) -> usize {
            self.split(' ').count()
        }
    }

    #[derive(Delegate)]
    #[delegate(Measure)]
    struct Holder(Anchored<String>);

    #[test]
    fn who_delegates_gets_what_is_remembered() {
        let holder = Holder(Anchored::new("one two".to_owned()));
        assert_eq!((holder.words(), holder.words(), holder.0.words()), (2, 2, 2));
    }
}

/// It copies the parameters with their marks, and does not know them: they are said in the attribute.
mod of_auto_impl {
    use super::*;

    #[auto_impl::auto_impl(&, Box)]
    trait Measure {
        #[weak_memo(handle = none, owner = text, skip(self))]
        fn times(&self, text: &Arc<String>, n: usize) -> usize {
            text.len() * n
        }
    }

    struct Plain;
    impl Measure for Plain {}

    #[test]
    fn a_default_body_is_memoized() {
        let text = Arc::new("four".to_owned());
        let boxed: Box<dyn Measure> = Box::new(Plain);
        assert_eq!((boxed.times(&text, 2), (&&Plain).times(&text, 3)), (8, 12));
    }
}

/// It copies what is on a method of the trait to the enum's: the memo is in the `impl`s.
mod of_enum_dispatch {
    use super::*;

    #[enum_dispatch::enum_dispatch]
    trait Measure {
        fn words(&self) -> usize;
    }

    #[enum_dispatch::enum_dispatch(Measure)]
    enum Either {
        Text(Text),
        Other(Other),
    }

    type Text = Anchored<String>;
    struct Other;

    impl Measure for Text {
        #[weak_memo(handle = none)]
        fn words(&self) -> usize {
            self.split(' ').count()
        }
    }

    impl Measure for Other {
        fn words(&self) -> usize {
            0
        }
    }

    #[test]
    fn the_memo_is_in_the_impl() {
        let (text, other): (Either, Either) = (Anchored::new("one two".to_owned()).into(), Other.into());
        assert_eq!((text.words(), text.words(), other.words()), (2, 2, 0));
    }
}
