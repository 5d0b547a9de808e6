//! How many lines of code a source has.

/// Lines with a word on them: no blank ones, no comments, no imports, and none of brackets and punctuation alone.
pub(crate) fn lines(source: &str) -> usize {
    let mut is_import = false;
    let mut count = 0;
    for line in source.lines().map(str::trim) {
        let begins = line.starts_with("use ") || line.starts_with("mod ");
        let is_code = !line.starts_with("//") && line.contains(|c: char| c.is_alphanumeric() || c == '_');
        count += usize::from(is_code && !begins && !is_import);
        is_import = (is_import || begins) && !line.ends_with(';');
    }
    count
}

#[cfg(test)]
mod tests {
    #[test]
    fn blank_lines_comments_imports_and_brackets_are_no_code() {
        let source = "//! Docs.\n\nuse a::{\n    b,\n    c,\n};\n\n/// More.\nfn f() {\n    // Why.\n    g(h)\n}\n";
        assert_eq!(super::lines(source), 2);
    }
}
