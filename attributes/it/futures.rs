//! What makes futures of functions: `async-trait`, `async-recursion`, `maybe-async`, `trait-variant`.

use std::sync::Arc;

use ::futures::executor::block_on;
use memo_core::{Anchored, HasAnchor, weak_memo};

/// The methods of the trait are boxed futures, which cannot be kept: they await a memo.
mod of_async_trait {
    use super::*;

    #[async_trait::async_trait]
    trait Load {
        async fn load(&self, text: &Arc<String>) -> usize;
    }

    struct Loader;

    #[weak_memo]
    async fn loaded(text: &Arc<String>) -> usize {
        text.len()
    }

    #[async_trait::async_trait]
    impl Load for Loader {
        async fn load(&self, text: &Arc<String>) -> usize {
            loaded(text).await
        }
    }

    #[test]
    fn a_method_awaits_a_memo() {
        let (text, loader): (_, Box<dyn Load>) = (Arc::new("four".to_owned()), Box::new(Loader));
        assert_eq!((block_on(loader.load(&text)), block_on(loader.load(&text))), (4, 4));
        assert_eq!(loaded_memo().stats().computes, 1);
    }
}

/// Below, the box is around what callers call, and the body awaits that.
mod of_async_recursion {
    use super::*;

    struct Tree(Vec<Anchored<Tree>>);

    #[weak_memo]
    #[async_recursion::async_recursion]
    async fn count(tree: &Anchored<Tree>) -> usize {
        let mut all = 1;
        for child in &tree.0 {
            all += count(child).await;
        }
        all
    }

    #[test]
    fn below_a_body_may_await_itself() {
        let leaf = || Anchored::new(Tree(Vec::new()));
        let tree = Anchored::new(Tree(vec![leaf(), Anchored::new(Tree(vec![leaf()]))]));
        assert_eq!((block_on(count(&tree)), block_on(count(&tree))), (4, 4));
        assert_eq!(count_memo().stats().computes, 4);
    }
}

mod of_maybe_async {
    use super::*;

    #[maybe_async::maybe_async]
    #[weak_memo]
    async fn above(text: &Arc<String>) -> usize {
        text.len()
    }

    #[weak_memo]
    #[maybe_async::maybe_async]
    async fn below(text: &Arc<String>) -> usize {
        text.len()
    }

    #[maybe_async::must_be_sync]
    #[weak_memo]
    async fn sync(text: &Arc<String>) -> usize {
        text.len()
    }

    #[test]
    fn the_function_is_what_it_makes_of_it() {
        let text = Arc::new("four".to_owned());
        assert_eq!((block_on(above(&text)), block_on(below(&text)), sync(&text)), (4, 4, 4));
    }
}

mod of_trait_variant {
    use super::*;

    #[trait_variant::make(Send)]
    trait Load {
        async fn load(&self) -> usize;
    }

    impl Load for Anchored<String> {
        #[weak_memo(handle = none)]
        async fn load(&self) -> usize {
            self.len()
        }
    }

    fn sent<T: Load + HasAnchor>(object: &T) -> impl Future<Output = usize> + Send {
        object.load()
    }

    #[test]
    fn the_memo_is_in_the_impl() {
        let text = Anchored::new("four".to_owned());
        assert_eq!((block_on(sent(&text)), block_on(sent(&text))), (4, 4));
    }
}
