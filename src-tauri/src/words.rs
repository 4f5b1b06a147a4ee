//! The few words that stand outside the window: in the tray, in notifications, in the question at the end. The window's own
//! stand in `ui/messages`.

use kontor_engine::core::problem::Language;

/// The language of the shell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words(Language);

impl Words {
    /// German.
    #[cfg(test)]
    pub(crate) const GERMAN: Self = Self(Language::De);

    /// English where the system is English, else German.
    pub(crate) fn of_system() -> Self {
        let is_english = sys_locale::get_locale().is_some_and(|name| name.starts_with("en"));
        Self(if is_english { Language::En } else { Language::De })
    }

    /// The language.
    pub(crate) fn language(self) -> Language {
        self.0
    }

    /// One of two texts.
    pub(crate) fn say<'a>(self, de: &'a str, en: &'a str) -> &'a str {
        match self.0 {
            Language::De => de,
            Language::En => en,
        }
    }
}

/// A job by the name that people know it by; one that is new here by its own.
pub(crate) fn job_name(job: &str, words: Words) -> String {
    let known = match job {
        "temu_orders_sync" => words.say("Bestellungen", "Orders"),
        "temu_inventory_sync" => words.say("Bestand", "Stock"),
        "fetch_invoices" => words.say("Rechnungsabruf", "Invoices"),
        other => other,
    };
    known.to_owned()
}
