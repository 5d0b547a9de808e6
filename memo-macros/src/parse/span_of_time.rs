//! Spans of time: `"30s"`, or an expression that yields a `Duration`.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Lit, LitStr};

use super::syntax::bare_expr;
use super::words::value;

/// The value of `ttl`, `idle` or `stale`.
pub(crate) enum SpanOfTime {
    /// Written as text, in nanoseconds; at most what a `u64` holds.
    Nanos(u64),
    /// A `Duration` that is asked for each time.
    Of(Expr),
}

impl SpanOfTime {
    /// The value after the word.
    pub(crate) fn parse(word: &Ident, input: ParseStream) -> syn::Result<Self> {
        let expr: Expr = value(word, input, &format!("{word} = \"30s\""))?;
        match bare_expr(&expr) {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => of_text(word, text),
            Expr::Lit(literal) => Err(syn::Error::new_spanned(
                literal,
                format_args!(
                    "`{word}` is a span of time with its unit: write `{word} = \"30s\"`, or an expression that yields a `Duration`"
                ),
            )),
            _ => Ok(Self::Of(expr)),
        }
    }
}

fn of_text(word: &Ident, text: &LitStr) -> syn::Result<SpanOfTime> {
    let error = |said: String| syn::Error::new(text.span(), said);
    let span = humantime::parse_duration(&text.value()).map_err(|_| {
        error("not a span of time: write one such as `\"30s\"`, `\"5m\"` or `\"1h 30m\"` (the units are `ns`, `us`, `ms`, `s`, `m`, `h`, `days`)".to_owned())
    })?;
    if span.is_zero() {
        return Err(error(format!(
            "with `{word}` of 0 no result would serve a second call: to switch a memo off, call its body; to let concurrent calls wait for one compute and keep nothing, write `cache_if = |_| false`"
        )));
    }
    Ok(SpanOfTime::Nanos(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
}
