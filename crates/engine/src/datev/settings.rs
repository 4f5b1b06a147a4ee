//! `[datev]` of the configuration, and what the conversion and the export make of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kontor_core::Problem;
use kontor_core::money::VatRate;
use kontor_datev::{
    Cancellation, ConvertSettings, DocumentNumber, ExportSettings, Marketplace, Replacement,
    ZipLimits,
};
use serde::Deserialize;

/// `[datev]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct DatevSection {
    pub replacement: Replacement,
    pub amazon_pattern: String,
    pub temu_pattern: String,
    pub amazon_mark: String,
    pub temu_mark: String,
    pub critical_from: u64,
    pub critical_to: u64,
    pub settle_seconds: u32,
    pub keep_days: u32,
    pub zip_max_files: usize,
    pub zip_max_mib: u64,
    pub export: DatevExportSection,
}

/// `[datev.export]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct DatevExportSection {
    pub consultant: u32,
    pub client: u32,
    pub fiscal_year_first_month: u32,
    pub account_length: u8,
    pub chart: String,
    pub debtor: u32,
    pub home: String,
    pub oss_account: u32,
    pub oss_key: String,
    pub third_country_account: u32,
    pub cancellation: Cancellation,
    pub document: DocumentNumber,
    pub dictation: String,
    pub revenue_19: u32,
    pub revenue_7: u32,
    pub shipping_19: u32,
    pub shipping_7: u32,
}

impl DatevSection {
    /// How files are converted on `day`.
    pub(super) fn conversion(&self, day: NaiveDate) -> Result<ConvertSettings, Problem> {
        let known = [
            ("Amazon", &self.amazon_pattern, &self.amazon_mark),
            ("TEMU", &self.temu_pattern, &self.temu_mark),
        ];
        let wanted = known.into_iter().filter(|(_, pattern, _)| !pattern.is_empty());
        let marketplaces =
            wanted.map(|(name, pattern, mark)| Marketplace::new(name, pattern, mark));
        Ok(ConvertSettings {
            marketplaces: marketplaces.collect::<Result<_, _>>()?,
            replacement: self.replacement,
            critical: self.critical_from..=self.critical_to,
            day,
        })
    }

    /// What ZIP files may hold.
    pub(super) fn zip_limits(&self) -> ZipLimits {
        ZipLimits { max_files: self.zip_max_files, max_bytes: self.zip_max_mib << 20 }
    }
}

impl DatevExportSection {
    /// How orders are exported.
    pub(super) fn settings(&self) -> Result<ExportSettings, Problem> {
        // 0 stands for an account that is not set.
        let accounts = |full: u32, reduced: u32| -> BTreeMap<VatRate, u32> {
            let rates = [(VatRate(1900), full), (VatRate(700), reduced)];
            rates.into_iter().filter(|(_, account)| *account != 0).collect()
        };
        let settings = ExportSettings {
            consultant: self.consultant,
            client: self.client,
            first_month: self.fiscal_year_first_month,
            account_length: self.account_length,
            chart: self.chart.clone(),
            debtor: self.debtor,
            home: self.home.clone(),
            revenue: accounts(self.revenue_19, self.revenue_7),
            shipping: accounts(self.shipping_19, self.shipping_7),
            oss: self.oss_account,
            oss_key: self.oss_key.clone(),
            third_country: self.third_country_account,
            cancellation: self.cancellation,
            document: self.document,
            dictation: self.dictation.clone(),
        };
        settings.check()?;
        Ok(settings)
    }
}
