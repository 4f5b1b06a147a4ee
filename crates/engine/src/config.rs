//! The typed configuration. `config/default.toml` names every key with its default, `config/settings.toml` says what it
//! may be, [`crate::settings`] puts the layers together. An unknown key is refused by its full path.

use std::collections::BTreeMap;
use std::path::Path;

use kontor_core::export::Target;
use kontor_core::stock::Formula;
use kontor_core::{Code, Problem};
use serde::Deserialize;

use crate::datev::DatevSection;
use crate::settings::Layers;

/// The defaults, with a comment on every key.
pub const DEFAULTS: &str = include_str!("../../../config/default.toml");

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// TEMU's gateway.
    pub temu: TemuSection,
    /// The order workflow.
    pub orders: OrdersSection,
    /// Where Kontor's own data lies.
    pub store: StoreSection,
    /// JTL's SQL Server.
    pub jtl: JtlSection,
    /// The stock workflow.
    pub stock: StockSection,
    /// What stops a push of stock.
    pub guard: GuardSection,
    /// JTL's order XML.
    pub xml: XmlSection,
    /// What the window does beside showing its pages.
    pub window: WindowSection,
    /// Whether, when and how patiently jobs are run.
    pub jobs: crate::jobs::JobsSection,
    /// The invoice reader.
    pub invoices: InvoicesSection,
    /// How long things are kept.
    pub retention: RetentionSection,
    /// DATEV batches.
    pub datev: DatevSection,
    /// The operator's carrier rows.
    pub carriers: BTreeMap<String, String>,
}

/// `[window]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct WindowSection {
    pub close_to_tray: bool,
    pub notifications: bool,
}

/// `[temu]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct TemuSection {
    pub base_url: String,
    pub signature: kontor_temu::SignatureMethod,
    pub rate_per_second: u32,
    pub max_in_flight: usize,
    pub timeout_seconds: u64,
    pub max_retries: u32,
    pub retry_base_ms: u64,
    pub warehouse_id: String,
    pub tax_rate_scale: i64,
}

/// `[orders]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct OrdersSection {
    pub initial_days: u32,
    pub overlap_minutes: u32,
    pub currencies: Vec<String>,
    pub target: Target,
    pub check_skus: bool,
    pub not_accepted_alert_hours: u32,
}

/// `[store]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct StoreSection {
    pub host: String,
    pub port: u16,
    pub instance: String,
    pub database: String,
    pub sign_in: StoreSignIn,
    pub user: String,
    pub encryption: StoreEncryption,
    pub ca_file: String,
    pub trust_any_certificate: bool,
    pub connect_timeout_seconds: u64,
    pub statement_timeout_seconds: u64,
}

/// `store.sign_in`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreSignIn {
    /// A login of the server's own.
    Sql,
    /// The Windows user that runs Kontor.
    Windows,
}

/// `store.encryption`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreEncryption {
    /// Always.
    Required,
    /// Always, from the first byte on.
    Strict,
    /// Never.
    Off,
}

/// `[jtl]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct JtlSection {
    pub host: String,
    pub port: u16,
    pub instance: String,
    pub database: String,
    pub user: String,
    pub ca_file: String,
    pub trust_any_certificate: bool,
    pub connect_timeout_seconds: u64,
    pub query_timeout_seconds: u64,
    pub pool_size: usize,
    pub platform: u8,
    pub invoice: u8,
    pub only_shipped: bool,
    pub match_suffix: bool,
    pub settle_seconds: u64,
}

/// `[stock]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct StockSection {
    pub formula: Formula,
    pub warehouses: Vec<i64>,
    pub less_blocked: bool,
    pub untracked_quantity: i64,
    pub oversell_quantity: i64,
    pub buffer: i64,
    pub cap: i64,
    pub reserve_for_orders: bool,
    pub allow_certain_decreases: bool,
    pub verify_after_seconds: u64,
}

/// `[guard]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct GuardSection {
    pub max_changed_percent: u32,
    pub min_changed: u64,
    pub max_zeroed: u64,
}

/// `[xml]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct XmlSection {
    pub company_id: i64,
    pub user_id: i64,
    pub shipping_method: String,
    pub payment_method: String,
    pub date_format: kontor_jtl::DateFormat,
    pub country_form: kontor_jtl::CountryForm,
    pub mark_paid: bool,
    pub origin: String,
}

/// `[invoices]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct InvoicesSection {
    pub settle_seconds: u64,
    pub max_file_mb: usize,
    pub max_seconds: u64,
}

/// `[retention]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct RetentionSection {
    pub raw_days: u32,
    pub log_days: u32,
    pub history_days: u32,
    pub address_days: u32,
}

impl Config {
    /// The defaults, changed by the operator's file when there is one.
    ///
    /// # Errors
    /// The first problem of [`Layers::settle`]; `config.unreadable` when the named file is not there.
    pub fn load(file: Option<&Path>) -> Result<Self, Problem> {
        let Some(file) = file else { return Self::from_text("", "default.toml") };
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|e| Problem::new(Code::ConfigUnreadable).about(&name).detail(e))?;
        let layers = Layers {
            file: Some((&name, &text)),
            folder: Some(file.parent().unwrap_or(Path::new(""))),
            ..Layers::default()
        };
        layers.settle().map(|settled| settled.config).map_err(first)
    }

    /// Reads a configuration text over the defaults; `name` stands in problems.
    ///
    /// # Errors
    /// The first problem of [`Layers::settle`].
    pub fn from_text(text: &str, name: &str) -> Result<Self, Problem> {
        let layers = Layers { file: Some((name, text)), ..Layers::default() };
        layers.settle().map(|settled| settled.config).map_err(first)
    }

    /// Settings that are right alone and wrong together: the key and what is wrong. What concerns one key alone is
    /// declared in `config/settings.toml`.
    pub(crate) fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        let rules = [
            (
                "jtl.trust_any_certificate",
                "not together with jtl.ca_file",
                self.jtl.trust_any_certificate && !self.jtl.ca_file.is_empty(),
            ),
            (
                "store.trust_any_certificate",
                "not together with store.ca_file",
                self.store.trust_any_certificate && !self.store.ca_file.is_empty(),
            ),
            (
                "store.user",
                "needed with store.sign_in = \"sql\"",
                !self.store.host.is_empty()
                    && self.store.sign_in == StoreSignIn::Sql
                    && self.store.user.is_empty(),
            ),
        ];
        rules.into_iter().find_map(|(key, what, is_broken)| is_broken.then_some((key, what)))
    }
}

/// The first of several problems, for callers that tell one.
pub(crate) fn first(problems: Vec<Problem>) -> Problem {
    problems.into_iter().next().unwrap_or_else(|| Problem::new(Code::InternalError))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_a_valid_configuration() {
        let config = Config::load(None).expect("defaults");
        assert_eq!(config.temu.rate_per_second, 20);
    }

    #[test]
    fn a_misspelt_key_is_refused_by_its_full_path() {
        let problem =
            Config::from_text("[temu]\nrate_per_secnd = 5", "kontor.toml").expect_err("refused");
        assert_eq!(problem.code, Code::ConfigUnknownKey);
        assert_eq!(problem.subject.as_deref(), Some("kontor.toml: temu.rate_per_secnd"));
    }

    #[test]
    fn values_of_the_wrong_kind_or_out_of_bounds_are_refused() {
        for text in [
            "[temu]\nrate_per_second = \"5\"",
            "[temu]\nrate_per_second = 0",
            "temu = 3",
            "[xml]\ndate_format = \"us\"",
        ] {
            let problem = Config::from_text(text, "kontor.toml").expect_err(text);
            assert_eq!(problem.code, Code::ConfigInvalidValue, "{text}");
        }
    }

    #[test]
    fn the_operators_carriers_join_the_table() {
        let config =
            Config::from_text("[carriers]\n\"Bote Süd\" = \"DPD\"", "kontor.toml").expect("valid");
        assert_eq!(config.carriers.get("Bote Süd").map(String::as_str), Some("DPD"));
    }
}
