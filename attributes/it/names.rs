//! What makes several functions of one, or speaks of its name: `duplicate`, `function_name`.

use std::sync::Arc;

use memo_core::weak_memo;

mod of_duplicate {
    use super::*;
    use duplicate::duplicate_item;

    #[duplicate_item(
        name T;
        [of_texts] [String];
        [of_lists] [Vec<u8>];
    )]
    #[weak_memo]
    fn name(of: &Arc<T>) -> usize {
        of.len()
    }

    #[test]
    fn above_each_has_a_memo_of_its_own() {
        assert_eq!((of_texts(&Arc::new("four".to_owned())), of_lists(&Arc::new(vec![1]))), (4, 1));
        assert_eq!((of_texts_memo().stats().computes, of_lists_memo().stats().computes), (1, 1));
    }
}

mod of_function_name {
    use super::*;

    #[function_name::named]
    #[weak_memo]
    fn above(text: &Arc<String>) -> String {
        format!("{} {text}", function_name!())
    }

    #[test]
    fn above_the_name_is_the_functions() {
        assert_eq!(above(&Arc::new("four".to_owned())), "above four");
    }
}
