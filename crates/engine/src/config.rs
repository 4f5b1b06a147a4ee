//! Configuration: `config/default.toml` names every key with its default; the operator's file changes some. An unknown
//! key is refused by its full path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kontor_core::export::Target;
use kontor_core::{Code, Problem};
use serde::Deserialize;
use toml::{Table, Value};

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
    /// JTL's SQL Server.
    pub jtl: JtlSection,
    /// JTL's order XML.
    pub xml: XmlSection,
    /// How long things are kept.
    pub retention: RetentionSection,
    /// The operator's carrier rows.
    pub carriers: BTreeMap<String, String>,
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

/// `[retention]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct RetentionSection {
    pub raw_days: u32,
}

impl Config {
    /// The defaults, changed by the operator's file when there is one.
    ///
    /// # Errors
    /// `config.unreadable`, `config.unknown_key`, `config.invalid_value`.
    pub fn load(file: Option<&Path>) -> Result<Self, Problem> {
        let Some(file) = file else { return Self::from_text("", "default.toml") };
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|e| Problem::new(Code::ConfigUnreadable).about(&name).detail(e))?;
        let mut config = Self::from_text(&text, &name)?;
        config.resolve_paths(file.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// Reads a configuration text over the defaults; `name` stands in problems.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_text(text: &str, name: &str) -> Result<Self, Problem> {
        let parse = |text: &str, name: &str| {
            text.parse::<Table>()
                .map_err(|e| Problem::new(Code::ConfigUnreadable).about(name).detail(e))
        };
        let mut merged = parse(DEFAULTS, "default.toml")?;
        merge(&mut merged, parse(text, name)?, "").map_err(|p| match p.subject.clone() {
            Some(key) => p.about(format!("{name}: {key}")),
            None => p,
        })?;
        let config: Self = merged.try_into().map_err(|e: toml::de::Error| {
            Problem::new(Code::ConfigInvalidValue).about(name).detail(e.message())
        })?;
        config.check().map_err(|(key, bound)| {
            Problem::new(Code::ConfigInvalidValue).about(format!("{name}: {key}")).detail(bound)
        })?;
        Ok(config)
    }

    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let bounds = [
            (
                "temu.rate_per_second",
                "1..=10000",
                (1..=10_000).contains(&self.temu.rate_per_second),
            ),
            ("temu.max_in_flight", "1..=1000", (1..=1_000).contains(&self.temu.max_in_flight)),
            ("temu.timeout_seconds", "1..=600", (1..=600).contains(&self.temu.timeout_seconds)),
            ("temu.max_retries", "0..=20", self.temu.max_retries <= 20),
            ("temu.tax_rate_scale", ">= 1", self.temu.tax_rate_scale >= 1),
            ("orders.initial_days", "1..=365", (1..=365).contains(&self.orders.initial_days)),
            (
                "orders.overlap_minutes",
                "1..=10080",
                (1..=10_080).contains(&self.orders.overlap_minutes),
            ),
            ("orders.currencies", "at least one", !self.orders.currencies.is_empty()),
            (
                "jtl.connect_timeout_seconds",
                "1..=600",
                (1..=600).contains(&self.jtl.connect_timeout_seconds),
            ),
            (
                "jtl.query_timeout_seconds",
                "1..=3600",
                (1..=3_600).contains(&self.jtl.query_timeout_seconds),
            ),
            ("jtl.pool_size", "1..=30", (1..=30).contains(&self.jtl.pool_size)),
            ("jtl.settle_seconds", "0..=600", self.jtl.settle_seconds <= 600),
            (
                "jtl.trust_any_certificate",
                "not together with jtl.ca_file",
                !self.jtl.trust_any_certificate || self.jtl.ca_file.is_empty(),
            ),
            ("retention.raw_days", "1..=3650", (1..=3_650).contains(&self.retention.raw_days)),
        ];
        bounds
            .into_iter()
            .find(|(_, _, holds)| !holds)
            .map_or(Ok(()), |(key, bound, _)| Err((key, bound)))
    }

    /// A relative certificate path means: beside the configuration file.
    fn resolve_paths(&mut self, folder: &Path) {
        if !self.jtl.ca_file.is_empty() {
            let path: PathBuf = folder.join(&self.jtl.ca_file);
            self.jtl.ca_file = path.display().to_string();
        }
    }
}

/// Keys that the operator makes up.
const FREE_TABLES: [&str; 1] = ["carriers"];

fn merge(base: &mut Table, changes: Table, path: &str) -> Result<(), Problem> {
    for (key, value) in changes {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if FREE_TABLES.contains(&path) {
            base.insert(key, value);
            continue;
        }
        match (base.get_mut(&key), value) {
            (None, _) => return Err(Problem::new(Code::ConfigUnknownKey).about(full)),
            (Some(Value::Table(inner)), Value::Table(changes)) => merge(inner, changes, &full)?,
            (Some(Value::Table(_)), _) => {
                return Err(Problem::new(Code::ConfigInvalidValue)
                    .about(full)
                    .detail("a table is expected"));
            }
            (Some(place), value) if place.type_str() == value.type_str() => *place = value,
            (Some(place), value) => {
                let detail =
                    format!("{} is expected, {} was given", place.type_str(), value.type_str());
                return Err(Problem::new(Code::ConfigInvalidValue).about(full).detail(detail));
            }
        }
    }
    Ok(())
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
