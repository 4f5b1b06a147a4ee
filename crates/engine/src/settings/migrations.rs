//! Older layouts of the operator's file. Each step is frozen: it works on raw TOML and on nothing of today's model, and is
//! never changed after it has landed. A file of an older layout is read as if it were new, and written as new with the next
//! change of a setting.

use kontor_core::{Code, Problem};
use toml::Table;
use toml_edit::{DocumentMut, TomlError};

/// A step from one layout to the next.
type Step = fn(&mut DocumentMut);

/// Every step in its order; the position is the version that it begins at.
const STEPS: [Step; 2] = [from_0_the_file_says_its_version, from_1_a_cap_of_0_was_no_limit];

/// The version of today's layout.
pub const VERSION: i64 = STEPS.len() as i64;

/// The key in the file.
const KEY: &str = "version";

/// The settings of a file's text in today's layout, without the version.
pub(super) fn read(text: &str) -> Result<Table, Problem> {
    let mut document = parse(text)?;
    migrate(&mut document, &STEPS)?;
    document.remove(KEY);
    document.to_string().parse().map_err(|e| Problem::new(Code::ConfigUnreadable).detail(e))
}

/// The document of a file's text, in today's layout with its version.
pub(super) fn document(text: &str) -> Result<DocumentMut, Problem> {
    let mut document = parse(text)?;
    migrate(&mut document, &STEPS)?;
    Ok(document)
}

fn parse(text: &str) -> Result<DocumentMut, Problem> {
    // Editors on Windows put a mark before the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.parse()
        .map_err(|e: TomlError| Problem::new(Code::ConfigUnreadable).detail(place(text, &e)))
}

/// Line and message; the file's own text, which may hold anything, is not repeated.
fn place(text: &str, error: &TomlError) -> String {
    let start = error.span().map_or(0, |span| span.start).min(text.len());
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message())
}

fn migrate(document: &mut DocumentMut, steps: &[Step]) -> Result<(), Problem> {
    let newest = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let version = match document.get(KEY) {
        None => 0,
        Some(item) => item.as_integer().filter(|version| *version >= 0).ok_or_else(|| {
            let detail = "a whole number is expected";
            Problem::new(Code::ConfigInvalidValue).about(KEY).detail(detail)
        })?,
    };
    if version > newest {
        let detail = format!("{version} > {newest}");
        return Err(Problem::new(Code::ConfigNewerThanProgram).about(KEY).detail(detail));
    }
    let done = usize::try_from(version).unwrap_or_default();
    steps.iter().skip(done).for_each(|step| step(document));
    Ok(())
}

/// Files were written without a version before Kontor wrote them itself; nothing else changed.
fn from_0_the_file_says_its_version(document: &mut DocumentMut) {
    let comment = document.as_table().iter().next().is_none().then_some("");
    document.insert(KEY, toml_edit::value(1));
    if let (Some(prefix), Some(mut key)) = (comment, document.key_mut(KEY)) {
        key.leaf_decor_mut().set_prefix(prefix);
    }
    document
        .as_table_mut()
        .sort_values_by(|one, _, two, _| (one.get() != KEY).cmp(&(two.get() != KEY)));
}

/// `stock.cap = 0` meant "no limit", while the cap 0 of a SKU's own rule meant 0 pieces. Now both mean 0 pieces; without the
/// key there is no limit.
fn from_1_a_cap_of_0_was_no_limit(document: &mut DocumentMut) {
    document.insert(KEY, toml_edit::value(2));
    let Some(stock) = document.get_mut("stock").and_then(|item| item.as_table_like_mut()) else {
        return;
    };
    if stock.get("cap").and_then(|cap| cap.as_integer()) == Some(0) {
        stock.remove("cap");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_version_is_of_the_first_layout_and_keeps_its_comments() {
        let old = "# Mein Laden\n\n[temu]\n# schneller\nrate_per_second = 5 # je App\n";
        let new = document(old).expect("migrates").to_string();
        assert_eq!(
            new,
            "version = 2\n# Mein Laden\n\n[temu]\n# schneller\nrate_per_second = 5 # je App\n"
        );
        assert_eq!(document(&new).expect("is of today").to_string(), new);
    }

    #[test]
    fn a_cap_of_0_meant_no_limit_until_a_files_version_said_otherwise() {
        for old in ["[stock]\ncap = 0\n", "version = 1\nstock = { cap = 0 }\n"] {
            let stock = read(old).expect("reads").remove("stock");
            assert_eq!(stock.expect("a section").get("cap"), None, "{old}");
        }
        let new = read("version = 2\n[stock]\ncap = 0\n").expect("reads");
        assert_eq!(new["stock"]["cap"].as_integer(), Some(0));
        let set = read("[stock]\ncap = 5\n").expect("reads");
        assert_eq!(set["stock"]["cap"].as_integer(), Some(5));
    }

    #[test]
    fn a_file_of_a_newer_program_is_refused() {
        let refused = read("version = 99\n").map_err(|p| (p.code, p.subject));
        assert_eq!(refused, Err((Code::ConfigNewerThanProgram, Some("version".into()))));
    }

    #[test]
    fn every_step_is_taken_once_in_its_order() {
        let rename: Step = |d| {
            if let Some(old) = d.remove("speed") {
                d.insert("rate", old);
            }
        };
        let drop_it: Step = |d| drop(d.remove("rate"));
        let migrated = |text: &str, steps: &[Step]| {
            let mut document = parse(text).expect("parses");
            migrate(&mut document, steps).expect("migrates");
            document.to_string()
        };
        assert_eq!(migrated("speed = 3\n", &[rename]), "rate = 3\n");
        assert_eq!(migrated("version = 1\nspeed = 3\n", &[rename]), "version = 1\nspeed = 3\n");
        assert_eq!(migrated("speed = 3\n", &[rename, drop_it]), "");
    }

    #[test]
    fn the_line_of_a_typing_error_is_named_and_the_text_is_not_repeated() {
        let refused = read("[temu]\nbase_url = geheim\n").expect_err("no TOML");
        let detail = refused.detail.unwrap_or_default();
        assert!(detail.starts_with("line 2:") && !detail.contains("geheim"), "{detail}");
    }
}
