//! The types that a result's columns have on the wire. SQLite knows declared types only; an
//! expression's type is read out of the text: CAST, aggregates, COALESCE, CASE, parameters,
//! constants. What stays unknown takes the type of its first value.

use super::catalog::Catalog;
use super::lexer::{Kind, Token, tokens};
use crate::tds::{ColumnType, Parameter};
use std::collections::HashMap;

const INT: ColumnType = ColumnType::Int;
const TEXT: ColumnType = ColumnType::Text(Some(4000));

/// One item of a SELECT list or of OUTPUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// The type, when the text tells it.
    pub(super) kind: Option<ColumnType>,
    /// Whether the result's column has a name in SQL Server: a plain column or an alias.
    pub(super) named: bool,
}

/// Reads the items of the first SELECT list (or OUTPUT list) of `sql`; empty when there is none or
/// when it has a `*`.
pub(super) fn items(sql: &str, catalog: &Catalog, parameters: &[Parameter]) -> Vec<Item> {
    let Ok(found) = tokens(sql) else { return Vec::new() };
    let Some((start, end)) = list_range(&found) else { return Vec::new() };
    let scope = Scope { aliases: aliases(&found), catalog, parameters };
    let list = &found[start..end];
    let starred = |piece: &[Token<'_>]| piece.last().is_some_and(|token| token.is_symbol("*"));
    let pieces = split_list(list);
    if pieces.iter().any(|piece| starred(piece)) {
        return Vec::new();
    }
    pieces
        .into_iter()
        .map(|piece| {
            let (expression, aliased) = without_alias(piece);
            Item { kind: scope.infer(expression), named: aliased || is_column(expression) }
        })
        .collect()
}

/// A plain column of a grouped SELECT list that stands neither in an aggregate nor in GROUP BY.
/// SQLite would answer it with any row's value; SQL Server refuses it with error 8120.
pub(super) fn ungrouped(sql: &str) -> Option<String> {
    let found = tokens(sql).ok()?;
    let (start, end) = list_range(&found)?;
    let pieces: Vec<&[Token<'_>]> =
        split_list(&found[start..end]).into_iter().map(|piece| without_alias(piece).0).collect();
    let group = top_level_word(&found[end..], "GROUP").map(|at| end + at + 2);
    let aggregated = pieces.iter().any(|piece| is_aggregate(piece));
    if group.is_none() && !aggregated {
        return None;
    }
    let stop = |from: usize| {
        let next =
            ["HAVING", "ORDER", "UNION"].iter().filter_map(|w| top_level_word(&found[from..], w));
        next.min().map_or(found.len(), |at| from + at)
    };
    let keys = group.map_or(Vec::new(), |from| split_at_commas(&found[from..stop(from)]));
    let name = |piece: &[Token<'_>]| piece.last()?.identifier().map(str::to_lowercase);
    let known: Vec<String> = keys.iter().filter_map(|key| name(key)).collect();
    pieces
        .into_iter()
        .filter(|piece| is_column(piece) && !piece[0].is("NULL"))
        .find(|piece| name(piece).is_some_and(|name| !known.contains(&name)))
        .map(|piece| piece.iter().map(|token| token.text).collect())
}

fn top_level_word(found: &[Token<'_>], word: &str) -> Option<usize> {
    let mut depth = 0;
    found.iter().position(|token| {
        depth += depth_change(token);
        depth == 0 && token.is(word)
    })
}

fn is_aggregate(piece: &[Token<'_>]) -> bool {
    const AGGREGATES: [&str; 6] = ["SUM", "COUNT", "COUNT_BIG", "MIN", "MAX", "AVG"];
    piece
        .windows(2)
        .any(|pair| AGGREGATES.iter().any(|name| pair[0].is(name)) && pair[1].is_symbol("("))
}

fn depth_change(token: &Token<'_>) -> i32 {
    let opens = token.is_symbol("(") || token.is("CASE");
    let closes = token.is_symbol(")") || token.is("END");
    i32::from(opens) - i32::from(closes)
}

/// Where the list between SELECT and FROM, or between OUTPUT and VALUES, begins and ends.
fn list_range(found: &[Token<'_>]) -> Option<(usize, usize)> {
    let mut depth = 0;
    let mut start = None;
    for (index, token) in found.iter().enumerate() {
        depth += depth_change(token);
        if depth != 0 {
            continue;
        }
        match start {
            None if token.is("SELECT") || token.is("OUTPUT") => start = Some(index + 1),
            Some(start)
                if ["FROM", "VALUES", "UNION", "WHERE", "ORDER"]
                    .iter()
                    .any(|word| token.is(word)) =>
            {
                return Some((start, index));
            }
            _ => {}
        }
    }
    let start = start?;
    let distinct = found.get(start).is_some_and(|token| token.is("DISTINCT") || token.is("ALL"));
    Some((start + usize::from(distinct), found.len()))
}

fn split_list<'a, 'b>(list: &'b [Token<'a>]) -> Vec<&'b [Token<'a>]> {
    let skipped = usize::from(list.first().is_some_and(|t| t.is("DISTINCT") || t.is("ALL")));
    split_at_commas(&list[skipped..])
}

fn split_at_commas<'a, 'b>(list: &'b [Token<'a>]) -> Vec<&'b [Token<'a>]> {
    let mut depth = 0;
    list.split(|token| {
        depth += depth_change(token);
        depth == 0 && token.is_symbol(",")
    })
    .collect()
}

/// Takes `AS alias` or a bare alias off.
fn without_alias<'a, 'b>(piece: &'b [Token<'a>]) -> (&'b [Token<'a>], bool) {
    let count = piece.len();
    if count >= 3 && piece[count - 2].is("AS") {
        return (&piece[..count - 2], true);
    }
    let ends_with_name = piece
        .last()
        .is_some_and(|token| token.identifier().is_some() && !token.is("END") && !token.is("NULL"));
    let before = count.checked_sub(2).and_then(|index| piece.get(index));
    let after_value =
        before.is_some_and(|token| token.kind != Kind::Symbol || token.is_symbol(")"));
    if count >= 2 && ends_with_name && after_value {
        return (&piece[..count - 1], true);
    }
    (piece, false)
}

fn is_column(expression: &[Token<'_>]) -> bool {
    match expression {
        [name] => name.identifier().is_some(),
        [.., dot, name] => {
            dot.is_symbol(".") && name.identifier().is_some() && expression.len() % 2 == 1
        }
        [] => false,
    }
}

/// `FROM dbo.tArtikel a` as `a` -> `dbo.tartikel`; an object without an alias goes by its name.
fn aliases(found: &[Token<'_>]) -> HashMap<String, String> {
    let mut out = HashMap::new();
    for (index, token) in found.iter().enumerate() {
        let names_table = ["FROM", "JOIN", "INTO", "UPDATE"].iter().any(|word| token.is(word));
        if !names_table {
            continue;
        }
        let mut parts = Vec::new();
        let mut at = index + 1;
        while let Some(name) = found.get(at).and_then(Token::identifier) {
            parts.push(name.to_lowercase());
            at += 1;
            if !found.get(at).is_some_and(|token| token.is_symbol(".")) {
                break;
            }
            at += 1;
        }
        let Some(table) = parts.last().cloned() else { continue };
        let schema = parts.len().checked_sub(2).map_or("dbo", |index| parts[index].as_str());
        let key = format!("{schema}.{table}");
        at += usize::from(found.get(at).is_some_and(|token| token.is("AS")));
        let alias = found.get(at).filter(|token| !is_clause(token)).and_then(Token::identifier);
        out.insert(alias.unwrap_or(&table).to_lowercase(), key);
    }
    out
}

fn is_clause(token: &Token<'_>) -> bool {
    const CLAUSES: [&str; 14] = [
        "ON", "WHERE", "JOIN", "LEFT", "RIGHT", "INNER", "FULL", "CROSS", "GROUP", "ORDER",
        "VALUES", "UNION", "SET", "OUTPUT",
    ];
    CLAUSES.iter().any(|word| token.is(word))
}

struct Scope<'a> {
    aliases: HashMap<String, String>,
    catalog: &'a Catalog,
    parameters: &'a [Parameter],
}

impl Scope<'_> {
    fn infer(&self, expression: &[Token<'_>]) -> Option<ColumnType> {
        match expression {
            [] => None,
            [only] => self.single(only),
            [open, inner @ .., close]
                if open.is_symbol("(") && close.is_symbol(")") && balanced(inner) =>
            {
                self.infer(inner)
            }
            [minus, rest @ ..] if minus.is_symbol("-") => self.infer(rest),
            [name, open, inner @ .., close]
                if open.is_symbol("(") && close.is_symbol(")") && balanced(inner) =>
            {
                self.function(name.text, inner)
            }
            [case, inner @ .., end] if case.is("CASE") && end.is("END") => self.case(inner),
            [qualifier, dot, name] if dot.is_symbol(".") && qualifier.text != "INSERTED" => {
                self.column(qualifier.identifier(), name.identifier()?)
            }
            [.., dot, name] if is_column(expression) && dot.is_symbol(".") => {
                self.column(None, name.identifier()?)
            }
            _ => self.arithmetic(expression),
        }
    }

    fn single(&self, token: &Token<'_>) -> Option<ColumnType> {
        match token.kind {
            Kind::Number => Some(match token.text.split_once('.') {
                Some((whole, fraction)) => {
                    let scale = fraction.len().min(38) as u8;
                    ColumnType::Decimal(
                        (whole.len().min(38) as u8).saturating_add(scale).min(38),
                        scale,
                    )
                }
                None if token.text.parse::<i32>().is_ok() => INT,
                None => ColumnType::BigInt,
            }),
            Kind::Text | Kind::WideText => Some(TEXT),
            Kind::Parameter => self
                .parameters
                .iter()
                .find(|parameter| parameter.name.eq_ignore_ascii_case(token.text))
                .map(|parameter| parameter.kind),
            Kind::Global => match token.text.to_ascii_uppercase().as_str() {
                "@@VERSION" | "@@SERVERNAME" => Some(TEXT),
                "@@IDENTITY" => Some(ColumnType::Decimal(38, 0)),
                _ => Some(INT),
            },
            _ if token.is("NULL") => None,
            _ => self.column(None, token.identifier()?),
        }
    }

    fn column(&self, qualifier: Option<&str>, name: &str) -> Option<ColumnType> {
        let mut sources = self.aliases.iter().filter(|(alias, _)| {
            qualifier.is_none_or(|wanted| {
                alias.eq_ignore_ascii_case(wanted) || wanted.eq_ignore_ascii_case("INSERTED")
            })
        });
        sources.find_map(|(_, key)| self.catalog.get(key)?.column(name))
    }

    fn function(&self, name: &str, inner: &[Token<'_>]) -> Option<ColumnType> {
        let arguments = split_at_commas(inner);
        let first = || self.infer(arguments.first()?);
        match name.to_ascii_uppercase().as_str() {
            "CAST" | "TRY_CAST" => {
                let cut = last_top_level(inner, |token| token.is("AS"))?;
                type_of(&inner[cut + 1..])
            }
            "CONVERT" => type_of(arguments.first()?),
            "COUNT" | "LEN" | "DATALENGTH" | "CHARINDEX" | "OBJECT_ID" | "HAS_PERMS_BY_NAME" => {
                Some(INT)
            }
            "COL_LENGTH" => Some(ColumnType::SmallInt),
            "COUNT_BIG" => Some(ColumnType::BigInt),
            "SCOPE_IDENTITY" => Some(ColumnType::Decimal(38, 0)),
            "GETDATE" | "GETUTCDATE" => Some(ColumnType::DateTime),
            "SYSDATETIME" | "SYSUTCDATETIME" => Some(ColumnType::DateTime2(7)),
            "UPPER" | "LOWER" | "LTRIM" | "RTRIM" | "TRIM" | "REPLACE" | "SUBSTRING" | "LEFT"
            | "RIGHT" | "CONCAT" | "DB_NAME" | "SUSER_SNAME" => Some(TEXT),
            "SUM" | "AVG" => Some(match first()? {
                ColumnType::Decimal(_, scale) => ColumnType::Decimal(38, scale),
                ColumnType::TinyInt | ColumnType::SmallInt => INT,
                other => other,
            }),
            "MIN" | "MAX" | "ABS" => first(),
            "ISNULL" | "COALESCE" | "NULLIF" => arguments.iter().find_map(|part| self.infer(part)),
            _ => None,
        }
    }

    /// The widest THEN or ELSE: any decimal before a whole number.
    fn case(&self, inner: &[Token<'_>]) -> Option<ColumnType> {
        let mut depth = 0;
        let mut branches = Vec::new();
        let mut start = None;
        for (index, token) in inner.iter().enumerate() {
            depth += depth_change(token);
            if depth != 0 {
                continue;
            }
            if token.is("WHEN") || token.is("ELSE") || token.is("THEN") {
                if let Some(start) = start.take() {
                    branches.push(&inner[start..index]);
                }
                start = (!token.is("WHEN")).then_some(index + 1);
            }
        }
        branches.extend(start.map(|start| &inner[start..]));
        self.widest(branches)
    }

    fn arithmetic(&self, expression: &[Token<'_>]) -> Option<ColumnType> {
        let mut depth = 0;
        let parts: Vec<&[Token<'_>]> = expression
            .split(|token| {
                depth += depth_change(token);
                depth == 0 && ["+", "-", "*", "/", "%"].iter().any(|sign| token.is_symbol(sign))
            })
            .collect();
        if parts.len() < 2 { None } else { self.widest(parts) }
    }

    fn widest(&self, parts: Vec<&[Token<'_>]>) -> Option<ColumnType> {
        let kinds: Vec<ColumnType> =
            parts.into_iter().filter_map(|part| self.infer(part)).collect();
        let decimal = kinds.iter().find(|kind| matches!(kind, ColumnType::Decimal(..)));
        decimal.or(kinds.first()).copied()
    }
}

/// Whether the brackets around this stretch belong together.
fn balanced(inner: &[Token<'_>]) -> bool {
    let mut depth = 0;
    inner.iter().all(|token| {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        depth >= 0
    })
}

fn last_top_level(inner: &[Token<'_>], wanted: impl Fn(&Token<'_>) -> bool) -> Option<usize> {
    let mut depth = 0;
    let mut last = None;
    for (index, token) in inner.iter().enumerate() {
        depth += depth_change(token);
        if depth == 0 && wanted(token) {
            last = Some(index);
        }
    }
    last
}

fn type_of(kind: &[Token<'_>]) -> Option<ColumnType> {
    let text: String = kind.iter().map(|token| token.identifier().unwrap_or(token.text)).collect();
    let type_text = text.to_ascii_lowercase();
    if matches!(type_text.as_str(), "nvarchar" | "varchar") {
        // Without a length a CAST means 30 characters, other than in a declaration.
        return Some(ColumnType::Text(Some(30)));
    }
    ColumnType::from_sql(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tds::Value;

    #[test]
    fn the_type_of_an_expression_is_read_out_of_the_text() {
        let parameters = [Parameter {
            name: "@P1".to_owned(),
            kind: ColumnType::Float,
            value: Value::Float(1.5),
        }];
        let kind = |sql: &str| items(sql, &Catalog::default(), &parameters)[0].kind;
        let cases = [
            ("SELECT 1", Some(INT)),
            ("SELECT 3000000000 AS big", Some(ColumnType::BigInt)),
            ("SELECT 1.50", Some(ColumnType::Decimal(3, 2))),
            ("SELECT @P1", Some(ColumnType::Float)),
            ("SELECT CAST(NULL AS DECIMAL(25,13)) AS x", Some(ColumnType::Decimal(25, 13))),
            ("SELECT SUM(CAST(a AS decimal(10,2))) FROM t", Some(ColumnType::Decimal(38, 2))),
            ("SELECT COALESCE(NULL, 'a')", Some(TEXT)),
            (
                "SELECT CASE WHEN a = 1 THEN 0 ELSE 1.5 END AS x FROM t",
                Some(ColumnType::Decimal(2, 1)),
            ),
            ("SELECT COUNT(*) FROM t", Some(INT)),
            ("SELECT DISTINCT COUNT_BIG(*) FROM t", Some(ColumnType::BigInt)),
            ("SELECT x.y FROM dbo.unknown x", None),
        ];
        for (sql, expected) in cases {
            assert_eq!(kind(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_column_beside_an_aggregate_must_be_grouped() {
        let cases = [
            ("SELECT a.x, SUM(b.y) FROM t a GROUP BY a.x", None),
            ("SELECT a.x, a.z, SUM(b.y) FROM t a GROUP BY a.x ORDER BY a.z", Some("a.z")),
            ("SELECT x, COUNT(*) FROM t", Some("x")),
            ("SELECT x FROM t", None),
            ("SELECT CAST(x AS INT), COUNT(*) FROM t GROUP BY x", None),
            ("SELECT x, (SELECT 1) AS y FROM t ORDER BY x", None),
        ];
        for (sql, expected) in cases {
            assert_eq!(ungrouped(sql).as_deref(), expected, "{sql}");
        }
    }

    #[test]
    fn an_expression_without_an_alias_has_no_name() {
        let named = |sql: &str| -> Vec<bool> {
            items(sql, &Catalog::default(), &[]).into_iter().map(|item| item.named).collect()
        };
        assert_eq!(
            named("SELECT a.b, COUNT(*), COUNT(*) AS n, MAX(c) m, 1, d FROM t"),
            [true, false, true, true, false, true]
        );
    }
}
