use proc_macro2::TokenStream;

use crate::check::check;
use crate::errors::Errors;
use crate::expand::expand;
use crate::fallback;
use crate::function::Function;
use crate::options::Options;

pub(crate) fn weak_memo(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(options, &mut errors);
    let function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            return errors.or(item.clone()).unwrap_or_else(|error| fallback::beside(item, &error));
        }
    };
    match check(options, function.clone(), errors) {
        Ok(memo) => expand(&memo),
        Err(error) => fallback::beside(fallback::function(function), &error),
    }
}
