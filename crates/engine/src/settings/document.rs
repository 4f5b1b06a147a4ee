//! Changing one value in the text of a file and nothing else: comments, order and blank lines stay.

use kontor_core::{Code, Problem};
use toml_edit::{Document, DocumentMut, Item, Table, TableLike};

use super::key::Key;
use super::migrations;
use super::value::SettingValue;

/// The text with a value set, as today's layout.
///
/// # Errors
/// `config.unreadable` when the text is no TOML; `config.invalid_value` when a part of the key is no table.
pub(super) fn with(text: &str, key: &Key, value: &SettingValue) -> Result<String, Problem> {
    let mut document = migrations::document(text)?;
    let refused =
        || Problem::new(Code::ConfigInvalidValue).about(key).detail("a table is expected");
    let (last, path) = key.parts().split_last().ok_or_else(refused)?;
    let table = table_of(document.as_table_mut(), path).ok_or_else(refused)?;
    let mut new = value.to_edit();
    match table.get_mut(last) {
        Some(Item::Value(old)) => {
            // The comment behind the value stays.
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        Some(_) => return Err(refused()),
        None => drop(table.insert(last, Item::Value(new))),
    }
    Ok(as_before(text, document.to_string()))
}

/// The table of a path; what is missing of it is made.
fn table_of<'a>(table: &'a mut dyn TableLike, path: &[String]) -> Option<&'a mut dyn TableLike> {
    let Some((first, rest)) = path.split_first() else { return Some(table) };
    if table.get(first).is_none() {
        let mut new = Table::new();
        new.set_implicit(!rest.is_empty());
        table.insert(first, Item::Table(new));
    }
    table_of(table.get_mut(first)?.as_table_like_mut()?, rest)
}

/// The text without a key: its line goes, every other byte stays. A key that is not there changes nothing.
///
/// # Errors
/// `config.unreadable`.
pub(super) fn without(text: &str, key: &Key) -> Result<String, Problem> {
    let unreadable =
        |e: toml_edit::TomlError| Problem::new(Code::ConfigUnreadable).detail(e.message());
    let document: Document<String> = text.to_owned().parse().map_err(unreadable)?;
    let Some((last, path)) = key.parts().split_last() else { return Ok(text.to_owned()) };
    let mut table: Option<&dyn TableLike> = Some(document.as_table());
    for part in path {
        table = table.and_then(|t| t.get(part)).and_then(Item::as_table_like);
    }
    let entry = table.and_then(|t| t.get_key_value(last));
    let spans = entry.and_then(|(key, item)| Some((key.span()?, item.span()?)));
    let Some((key_span, value_span)) = spans else { return Ok(text.to_owned()) };
    let start = text[..key_span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[value_span.end..].find('\n').map_or(text.len(), |at| value_span.end + at + 1);
    let stands_alone = text[start..key_span.start].trim().is_empty()
        || text[start..key_span.start].trim().ends_with('.');
    if stands_alone && key_span.start < value_span.end {
        return Ok(format!("{}{}", &text[..start], &text[end..]));
    }
    // Within an inline table.
    let mut document: DocumentMut = text.parse().map_err(unreadable)?;
    if let Some(table) = table_of(document.as_table_mut(), path) {
        table.remove(last);
    }
    Ok(as_before(text, document.to_string()))
}

/// Line ends and the mark at the beginning as they were.
fn as_before(before: &str, after: String) -> String {
    let mark = if before.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let after = after.strip_prefix('\u{feff}').unwrap_or(&after);
    if before.contains("\r\n") {
        return format!("{mark}{}", after.replace("\r\n", "\n").replace('\n', "\r\n"));
    }
    format!("{mark}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "version = 2\n# Kopf\n\n[temu] # das Gateway\n# wichtig:\nrate_per_second = 5   # je App\n\n# JTL folgt\n[jtl]\nhost = \"db\"\n# Ende\n";

    fn key(text: &str) -> Key {
        text.parse().expect("a key")
    }

    #[test]
    fn a_changed_value_leaves_every_comment_and_blank_where_it_was() {
        let changed = with(FILE, &key("temu.rate_per_second"), &SettingValue::Number(9));
        assert_eq!(changed, Ok(FILE.replace("= 5 ", "= 9 ")));
    }

    #[test]
    fn a_new_key_joins_its_section_and_a_new_section_the_end() {
        let changed = with(FILE, &key("temu.timeout_seconds"), &SettingValue::Number(7));
        let joined = FILE.replace("# je App\n", "# je App\ntimeout_seconds = 7\n");
        assert_eq!(changed, Ok(joined));
        let names = SettingValue::Text("DHL".into());
        let changed = with(FILE, &key("carriers.\"Bote Süd\""), &names).expect("set");
        assert_eq!(
            changed,
            format!(
                "{}\n[carriers]\n\"Bote Süd\" = \"DHL\"\n# Ende\n",
                FILE.trim_end_matches("# Ende\n")
            )
        );
    }

    #[test]
    fn a_reset_takes_one_line_away_and_keeps_the_comments_around_it() {
        let changed = without(FILE, &key("temu.rate_per_second"));
        assert_eq!(changed, Ok(FILE.replace("rate_per_second = 5   # je App\n", "")));
        assert_eq!(without(FILE, &key("temu.timeout_seconds")), Ok(FILE.to_owned()));
        let lists = "[orders]\ncurrencies = [\n  \"EUR\", # Euro\n]\ncheck_skus = true\n";
        let changed = without(lists, &key("orders.currencies"));
        assert_eq!(changed, Ok("[orders]\ncheck_skus = true\n".to_owned()));
        let inline = "temu = { rate_per_second = 5, timeout_seconds = 7 }\n";
        let changed = without(inline, &key("temu.timeout_seconds")).expect("reset");
        assert!(
            changed.contains("rate_per_second = 5") && !changed.contains("timeout"),
            "{changed}"
        );
        let dotted = "temu.rate_per_second = 5\ntemu.timeout_seconds = 7\n";
        let changed = without(dotted, &key("temu.rate_per_second"));
        assert_eq!(changed, Ok("temu.timeout_seconds = 7\n".to_owned()));
    }

    #[test]
    fn line_ends_of_windows_stay() {
        let windows = FILE.replace('\n', "\r\n");
        let changed = with(&windows, &key("temu.rate_per_second"), &SettingValue::Number(9));
        assert_eq!(changed, Ok(windows.replace("= 5 ", "= 9 ")));
        let added =
            with(&windows, &key("temu.timeout_seconds"), &SettingValue::Number(7)).expect("set");
        assert!(!added.replace("\r\n", "").contains('\n'), "{added:?}");
    }

    #[test]
    fn a_section_that_is_no_table_is_not_overwritten() {
        let refused = with("temu = 3\n", &key("temu.rate_per_second"), &SettingValue::Number(9));
        assert_eq!(refused.map_err(|p| p.code), Err(Code::ConfigInvalidValue));
    }
}
