use proc_macro2::Span;
use quote::format_ident;
use syn::Ident;
use syn::ext::IdentExt;

use crate::errors::Errors;
use crate::model::Parameter;
use crate::options::Handle;

/// The companion's name; none where the body stands in place.
pub(super) fn name(
    written: Option<&Handle>,
    function: &Ident,
    parameters: &[Parameter],
    associated: bool,
    errors: &mut Errors,
) -> Option<Ident> {
    let name = match written {
        Some(Handle::None) => return None,
        Some(Handle::Named(name)) => name.clone(),
        // With a span of the expansion's: what lints say of a name, they say of the function's.
        None => format_ident!("{}_memo", function.unraw(), span = Span::mixed_site().located_at(function.span())),
    };
    let hiding = parameters.iter().find(|parameter| parameter.name == name);
    if let Some(parameter) = hiding.filter(|_| !associated) {
        errors.under(
            &parameter.name,
            format_args!("this parameter hides the handle `{name}`: rename it, or write `handle = other_name`"),
        );
    }
    Some(name)
}
