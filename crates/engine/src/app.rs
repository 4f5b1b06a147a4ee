//! The wiring: configuration, secrets, clock, store and the two adapters. An [`App`] never changes; new settings make a
//! new one ([`crate::Desk`]).

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kontor_core::assess::Rules;
use kontor_core::carrier::CarrierTable;
use kontor_core::country::CountryTable;
use kontor_core::export::Channel;
use kontor_core::money::Currency;
use kontor_core::{Code, Problem};
use kontor_jtl::{JtlClient, JtlSettings, OrderXmlSettings, SelfTest, Trust};
use kontor_store::Store;
use kontor_temu::{ExchangeRecorder, TemuClient, TemuSettings};
use secrecy::ExposeSecret as _;

use crate::clock::{Clock, SystemClock};
use crate::config::{Config, first};
use crate::data_folder::DataFolder;
use crate::keychain::Keychain;
use crate::secrets::Secrets;
use crate::settings::{Overrides, Settings, SettingsFile};
use crate::store_place;
use crate::tables;
use crate::workplace::Workplace;

/// Kontor, ready to work on one data folder.
pub struct App {
    /// The configuration.
    pub config: Config,
    /// Where everything lies.
    pub folder: DataFolder,
    /// Kontor's own data.
    pub store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rules: Rules,
    pub(crate) carriers: CarrierTable,
    pub(crate) workplace: Arc<Workplace>,
    secrets: Secrets,
    jtl: OnceLock<JtlClient>,
    jtl_test: tokio::sync::OnceCell<SelfTest>,
    stock_test: tokio::sync::OnceCell<()>,
}

/// What an [`App`] is opened with.
#[derive(Clone, Default)]
pub struct Setup {
    /// `--config`; without it, `kontor.toml` beside the data when it is there.
    pub config_file: Option<PathBuf>,
    /// `--data`; without it, the operating system's place.
    pub data: Option<PathBuf>,
    /// The credentials.
    pub secrets: Secrets,
    /// Where secrets come from that are not among the credentials; by default from nowhere.
    pub keychain: Keychain,
    /// Settings above the file: the environment's and the command line's.
    pub overrides: Overrides,
}

impl Setup {
    /// The settings of this workplace.
    pub fn settings(&self, folder: &DataFolder) -> Settings {
        let file = self.config_file.clone().unwrap_or_else(|| folder.config_file());
        Settings::new(SettingsFile::new(file), self.overrides.clone())
    }

    /// The configuration that a named file gives, before anything is opened.
    fn named_config(&self) -> Result<Option<Config>, Problem> {
        let Some(file) = &self.config_file else { return Ok(None) };
        if !file.exists() {
            let detail = "there is no such file";
            return Err(Problem::new(Code::ConfigUnreadable).about(file.display()).detail(detail));
        }
        let settings = Settings::new(SettingsFile::new(file), self.overrides.clone());
        Ok(Some(settings.settle().map_err(first)?.config))
    }
}

impl App {
    /// Opens configuration, data folder and store.
    ///
    /// # Errors
    /// Problems of the classes `config.*`, `store.*` and `file.*`.
    pub async fn open(setup: Setup) -> Result<Self, Problem> {
        // A named configuration is read before anything is made: a mistake in it leaves no folder behind.
        let named = setup.named_config()?;
        let folder = DataFolder::open(setup.data.clone())?;
        let config = match named {
            Some(config) => config,
            None => setup.settings(&folder).settle().map_err(first)?.config,
        };
        // A file is opened first: a keychain may wait for a person. A server may need a secret of the keychain's.
        let secrets = if config.store.host.is_empty() {
            let store = store_place::open(&config, &folder, &setup.secrets).await?;
            let secrets = setup.secrets.filled_from(&setup.keychain).await;
            return Self::assemble(config, folder, store, secrets, Arc::new(SystemClock));
        } else {
            setup.secrets.filled_from(&setup.keychain).await
        };
        let store = store_place::open(&config, &folder, &secrets).await?;
        Self::assemble(config, folder, store, secrets, Arc::new(SystemClock))
    }

    /// Puts the parts together; tests bring their own store and clock.
    ///
    /// # Errors
    /// `internal.error` when a shipped table cannot be read.
    pub fn assemble(
        config: Config,
        folder: DataFolder,
        store: Arc<dyn Store>,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Problem> {
        let workplace = Arc::new(Workplace::new(&folder, &store));
        Self::at(workplace, config, folder, store, secrets, clock)
    }

    /// The same workplace with other settings and credentials.
    ///
    /// # Errors
    /// As [`App::assemble`].
    pub(crate) fn with_settings(&self, config: Config, secrets: Secrets) -> Result<Self, Problem> {
        let (folder, store) = (self.folder.clone(), Arc::clone(&self.store));
        let workplace = Arc::clone(&self.workplace);
        Self::at(workplace, config, folder, store, secrets, Arc::clone(&self.clock))
    }

    fn at(
        workplace: Arc<Workplace>,
        config: Config,
        folder: DataFolder,
        store: Arc<dyn Store>,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Problem> {
        crate::redact::learn(secrets.known());
        let rules = Rules {
            countries: tables::countries()?,
            currencies: config.orders.currencies.iter().cloned().map(Currency).collect(),
            tax_rate_scale: config.temu.tax_rate_scale,
        };
        let carriers = tables::carriers(&config.carriers)?;
        Ok(Self {
            config,
            folder,
            store,
            clock,
            rules,
            carriers,
            workplace,
            secrets,
            jtl: OnceLock::new(),
            jtl_test: tokio::sync::OnceCell::new(),
            stock_test: tokio::sync::OnceCell::new(),
        })
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The known country names.
    pub fn countries(&self) -> &CountryTable {
        &self.rules.countries
    }

    /// A client of TEMU's gateway; answers go to `recorder`.
    ///
    /// # Errors
    /// `temu.credentials_missing`, `config.invalid_value`.
    pub fn temu(&self, recorder: Option<Arc<dyn ExchangeRecorder>>) -> Result<TemuClient, Problem> {
        let section = &self.config.temu;
        let credentials = self.secrets.temu()?;
        let (rate, in_flight) = (section.rate_per_second, section.max_in_flight);
        let pace = self.workplace.pace(credentials.app_key.expose_secret(), rate, in_flight);
        TemuClient::at_pace(
            TemuSettings {
                base_url: section.base_url.clone(),
                app_key: credentials.app_key,
                app_secret: credentials.app_secret,
                access_token: credentials.access_token,
                signature: section.signature,
                rate_per_second: section.rate_per_second,
                max_in_flight: section.max_in_flight,
                timeout: Duration::from_secs(section.timeout_seconds),
                max_retries: section.max_retries,
                retry_base: Duration::from_millis(section.retry_base_ms),
            },
            pace,
            recorder,
        )
    }

    /// Whether JTL is set up.
    pub fn has_jtl(&self) -> bool {
        !self.config.jtl.host.is_empty()
    }

    /// Whether TEMU's credentials are there.
    pub fn has_temu_credentials(&self) -> bool {
        self.secrets.temu().is_ok()
    }

    /// Whether Kontor has what its jobs need: JTL's server and TEMU's credentials.
    pub fn is_set_up(&self) -> bool {
        self.has_jtl() && self.has_temu_credentials()
    }

    /// The client of JTL's database; made at the first use.
    ///
    /// # Errors
    /// `jtl.not_configured`, `jtl.credentials_missing`, `jtl.settings_invalid`.
    pub fn jtl(&self) -> Result<&JtlClient, Problem> {
        if let Some(client) = self.jtl.get() {
            return Ok(client);
        }
        if !self.has_jtl() {
            return Err(Problem::new(Code::JtlNotConfigured).about("jtl.host"));
        }
        let client = JtlClient::new(self.jtl_settings()?)?;
        Ok(self.jtl.get_or_init(|| client))
    }

    /// The client of JTL's database after its test: version, objects and rights are looked at once, at the first use, so
    /// that what is missing is named before anything is done.
    ///
    /// # Errors
    /// As [`App::jtl`], and what the test finds.
    pub async fn tested_jtl(&self) -> Result<&JtlClient, Problem> {
        self.test_jtl().await?;
        self.jtl()
    }

    /// The result of that test.
    ///
    /// # Errors
    /// As [`App::tested_jtl`].
    pub async fn test_jtl(&self) -> Result<&SelfTest, Problem> {
        let client = self.jtl()?;
        let inserts = self.config.orders.target.channels().contains(&Channel::Database);
        self.jtl_test.get_or_try_init(|| client.self_test(inserts)).await
    }

    /// The client of JTL's database after the test of what stock is read from, made once.
    ///
    /// # Errors
    /// As [`App::jtl`], and what the test finds.
    pub(crate) async fn stock_jtl(&self) -> Result<&JtlClient, Problem> {
        let client = self.jtl()?;
        let less_blocked = self.config.stock.less_blocked;
        self.stock_test.get_or_try_init(|| client.stock_test(less_blocked)).await?;
        Ok(client)
    }

    pub(crate) fn jtl_settings(&self) -> Result<JtlSettings, Problem> {
        let section = &self.config.jtl;
        let trust = if section.trust_any_certificate {
            Trust::Any
        } else if section.ca_file.is_empty() {
            Trust::System
        } else {
            Trust::CaFile(PathBuf::from(&section.ca_file))
        };
        Ok(JtlSettings {
            host: section.host.clone(),
            port: (section.port != 0).then_some(section.port),
            instance: (!section.instance.is_empty()).then(|| section.instance.clone()),
            database: section.database.clone(),
            user: section.user.clone(),
            password: self.secrets.jtl_password()?,
            trust,
            encrypt: kontor_jtl::Encryption::default(),
            connect_timeout: Duration::from_secs(section.connect_timeout_seconds),
            query_timeout: Duration::from_secs(section.query_timeout_seconds),
            pool_size: section.pool_size,
            platform: section.platform,
            invoice: section.invoice,
            only_shipped: section.only_shipped,
            match_suffix: section.match_suffix,
        })
    }

    /// How orders are written for JTL.
    pub fn xml_settings(&self) -> OrderXmlSettings {
        let section = &self.config.xml;
        OrderXmlSettings {
            company_id: section.company_id,
            user_id: section.user_id,
            shipping_method: section.shipping_method.clone(),
            payment_method: section.payment_method.clone(),
            date_format: section.date_format,
            country_form: section.country_form,
            mark_paid: section.mark_paid,
            origin: section.origin.clone(),
        }
    }
}
