//! T-SQL cut into tokens: just enough to adapt a statement and to name its columns' types.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a plain identifier.
    Word,
    /// `[name]` or `"name"`.
    Quoted,
    /// `'text'`.
    Text,
    /// `N'text'`.
    WideText,
    Number,
    /// `@P1`.
    Parameter,
    /// `@@VERSION`.
    Global,
    /// Anything else; `||`, `<=` and the like are one token.
    Symbol,
}

/// A token and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
}

impl Token<'_> {
    /// Whether it is this word, whatever its case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// The identifier without brackets or quotes; `None` when the token is none.
    pub(super) fn identifier(&self) -> Option<&str> {
        match self.kind {
            Kind::Word => Some(self.text),
            Kind::Quoted => self.text.get(1..self.text.len().saturating_sub(1)),
            _ => None,
        }
    }
}

/// A text constant or a bracket that never ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed(pub(super) String);

/// Cuts `sql` into tokens, leaving blanks and comments out.
pub(super) fn tokens(sql: &str) -> Result<Vec<Token<'_>>, Unclosed> {
    let bytes = sql.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &sql[at..];
        if let Some(skipped) = blank_or_comment(rest) {
            at += skipped;
            continue;
        }
        let (kind, length) = next_token(rest)?;
        out.push(Token { kind, text: &rest[..length], span: at..at + length });
        at += length;
    }
    Ok(out)
}

fn blank_or_comment(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if rest.starts_with("--") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    None
}

fn next_token(rest: &str) -> Result<(Kind, usize), Unclosed> {
    let bytes = rest.as_bytes();
    let wide = matches!(bytes, [b'N' | b'n', b'\'', ..]);
    match bytes.first() {
        _ if wide => Ok((Kind::WideText, 1 + quoted(&rest[1..], b'\'')?)),
        Some(b'\'') => Ok((Kind::Text, quoted(rest, b'\'')?)),
        Some(b'"') => Ok((Kind::Quoted, quoted(rest, b'"')?)),
        Some(b'[') => Ok((Kind::Quoted, quoted(rest, b']')?)),
        Some(b'@') if bytes.get(1) == Some(&b'@') => {
            Ok((Kind::Global, 2 + word_length(&rest[2..])))
        }
        Some(b'@') => Ok((Kind::Parameter, 1 + word_length(&rest[1..]))),
        Some(byte) if byte.is_ascii_digit() => Ok((Kind::Number, number_length(rest))),
        _ => {
            let length = word_length(rest);
            if length > 0 {
                Ok((Kind::Word, length))
            } else {
                Ok((Kind::Symbol, symbol_length(rest)))
            }
        }
    }
}

/// Length of a quoted piece with its quotes; the closing quote doubled is a character of it.
fn quoted(rest: &str, close: u8) -> Result<usize, Unclosed> {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte == close {
            if bytes.get(at) != Some(&close) {
                return Ok(at);
            }
            at += 1;
        }
    }
    Err(Unclosed(rest.chars().skip(1).take(40).collect()))
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '#' | '$')))
        .unwrap_or(rest.len())
}

fn number_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len())
}

fn symbol_length(rest: &str) -> usize {
    const DOUBLE: [&str; 8] = ["<>", "<=", ">=", "!=", "||", "==", "<<", ">>"];
    if DOUBLE.iter().any(|symbol| rest.starts_with(symbol)) {
        return 2;
    }
    rest.chars().next().map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_cut_where_sql_server_would_cut_it() {
        let sql =
            "SELECT [a]]b].c, N'it''s' -- x\n /* y */ FROM dbo.t WHERE p<>@P1 AND @@TRANCOUNT>=1.5";
        let texts: Vec<&str> = tokens(sql).unwrap().into_iter().map(|token| token.text).collect();
        let expected = [
            "SELECT",
            "[a]]b]",
            ".",
            "c",
            ",",
            "N'it''s'",
            "FROM",
            "dbo",
            ".",
            "t",
            "WHERE",
            "p",
            "<>",
            "@P1",
            "AND",
            "@@TRANCOUNT",
            ">=",
            "1.5",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn an_endless_text_is_named() {
        assert_eq!(tokens("SELECT 'abc"), Err(Unclosed("abc".to_owned())));
    }
}
