use proc_macro2::{Group, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{AttrStyle, Attribute, Signature, Token, Visibility, braced};

/// The annotated function as it was written. The body stays as tokens: nothing here looks into it, but for inner attributes, which
/// are the function's.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        if !begins_a_function(input) {
            return Err(input.error("`#[weak_memo]` goes on a function"));
        }
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error(
                "a function without a body cannot be memoized: put `#[weak_memo(handle = none)]` on the `impl`'s function or on a default body",
            ));
        }
        let body = without_inner_attributes(body(input)?, &mut attrs)?;
        Ok(Self { attrs, vis, sig, body })
    }
}

/// The body may become a closure's, which has no attributes.
fn without_inner_attributes(body: Group, attrs: &mut Vec<Attribute>) -> syn::Result<Group> {
    let split = |input: ParseStream| Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?));
    let (inner, rest) = split.parse2(body.stream())?;
    if inner.is_empty() {
        return Ok(body);
    }
    attrs.extend(inner.into_iter().map(|attr| Attribute { style: AttrStyle::Outer, ..attr }));
    let mut bare = Group::new(body.delimiter(), rest);
    bare.set_span(body.span());
    Ok(bare)
}

fn begins_a_function(input: ParseStream) -> bool {
    input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
        || (input.peek(Token![const]) && !input.peek2(syn::Ident) && !input.peek2(Token![_]))
}

fn body(input: ParseStream) -> syn::Result<Group> {
    // A body that came as `$body:block` lies in an invisible group; looking through `braced!` on a fork accepts both.
    let ahead = input.fork();
    let _content;
    let _brace = braced!(_content in ahead);
    match input.parse()? {
        TokenTree::Group(group) => Ok(group),
        other => Err(syn::Error::new(other.span(), "expected the function's body")),
    }
}
