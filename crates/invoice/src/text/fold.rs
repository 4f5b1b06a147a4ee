//! Words in a form in which spelling, case and lost diacritics do not matter.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Lower case without diacritics, without a colon or comma at the end; `ł` is `l`, `ß` is `ss`, `n°` and `nº` are `no`.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ł' | 'Ł' => folded.push('l'),
            'ø' | 'Ø' | '°' => folded.push('o'),
            'đ' | 'Đ' => folded.push('d'),
            'ß' => folded.push_str("ss"),
            'æ' | 'Æ' => folded.push_str("ae"),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
            '\u{2018}' | '\u{2019}' => folded.push('\''),
            '\u{ad}' => {}
            _ => folded.extend(c.to_lowercase()),
        }
    }
    let end = folded.trim_end_matches([':', ',', ';']).len();
    folded.truncate(end);
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_when_their_diacritics_are_lost() {
        assert_eq!(fold("Łączna"), fold("Laczna"));
        assert_eq!(fold("Numéro"), "numero");
        assert_eq!(fold("nº"), fold("n°"));
        assert_eq!(fold("GESAMTSUMME:"), "gesamtsumme");
        assert_eq!(fold("korygującej:"), "korygujacej");
    }
}
