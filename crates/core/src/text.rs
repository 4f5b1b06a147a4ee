//! Texts that come from outside: what cannot stand in JTL's XML is taken out, and that is said.

/// Whether XML 1.0 and Latin-1 can carry the character in an order: no control characters (C0 but tab, CR, LF; DEL
/// and C1) and no non-characters.
pub fn is_allowed(c: char) -> bool {
    match c {
        '\t' | '\r' | '\n' => true,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    }
}

/// The text without disallowed characters and without white space at its ends; `None` when nothing is left.
/// `removed` is set when a character was taken out.
pub fn clean(text: &str, removed: &mut bool) -> Option<String> {
    let kept: String = if text.chars().all(is_allowed) {
        text.to_owned()
    } else {
        *removed = true;
        text.chars().filter(|c| is_allowed(*c)).collect()
    };
    let trimmed = kept.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}
