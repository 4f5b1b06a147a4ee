//! The closed list of problem codes with their classes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What to do about a problem, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Passes by itself: try again with back-off.
    Retry,
    /// Stays until somebody changes something outside the record: the run (or the step) stops.
    Permanent,
    /// Is about one order or one SKU: recorded there, the others go on.
    Business,
    /// Waits for the operator's decision.
    Operator,
    /// A fault of Kontor's own.
    Bug,
    /// The operator stopped it.
    Cancelled,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::Retry, Self::Permanent, Self::Business, Self::Operator, Self::Bug, Self::Cancelled];
}

macro_rules! codes {
    ($($name:ident = $text:literal, $class:ident;)*) => {
        /// A problem code. Its text form is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each code is documented by its texts in texts.toml")]
        pub enum Code { $($name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable text form, e.g. `order.address_missing`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The class of the code.
            pub fn class(self) -> Class {
                match self { $(Self::$name => Class::$class,)* }
            }
        }
    };
}

codes! {
    OrderAddressMissing = "order.address_missing", Business;
    OrderAddressIncomplete = "order.address_incomplete", Business;
    OrderCountryUnknown = "order.country_unknown", Business;
    OrderAmountsMissing = "order.amounts_missing", Business;
    OrderAmountsImplausible = "order.amounts_implausible", Business;
    OrderVatImplausible = "order.vat_implausible", Business;
    OrderCurrencyUnsupported = "order.currency_unsupported", Business;
    OrderItemsMissing = "order.items_missing", Business;
    OrderItemsDoubled = "order.items_doubled", Business;
    OrderSkuMissing = "order.sku_missing", Business;
    OrderSkuAmbiguous = "order.sku_ambiguous", Business;
    OrderSkuUnknownInJtl = "order.sku_unknown_in_jtl", Business;
    OrderQuantityMissing = "order.quantity_missing", Business;
    OrderQuantityImplausible = "order.quantity_implausible", Business;
    OrderNumberMalformed = "order.number_malformed", Business;
    OrderStatusUnknown = "order.status_unknown", Business;
    OrderCancellationPending = "order.cancellation_pending", Business;
    OrderAddressChangePending = "order.address_change_pending", Business;
    OrderRiskAlert = "order.risk_alert", Business;
    OrderPartiallyShippedElsewhere = "order.partially_shipped_elsewhere", Business;
    OrderShippedElsewhere = "order.shipped_elsewhere", Business;
    OrderCharactersRemoved = "order.characters_removed", Business;
    OrderCustomerAmbiguous = "order.customer_ambiguous", Business;
    OrderCancelledAfterExport = "order.cancelled_after_export", Operator;
    OrderCancellationPendingAfterExport = "order.cancellation_pending_after_export", Operator;
    OrderAddressChangedAfterExport = "order.address_changed_after_export", Operator;
    OrderItemsChangedAfterExport = "order.items_changed_after_export", Operator;
    OrderNotAccepted = "order.not_accepted", Operator;
    OrderFoundInJtl = "order.found_in_jtl", Business;
    OrderDoubledInJtl = "order.doubled_in_jtl", Operator;
    OrderCorrected = "order.corrected", Business;
    OrderNotCorrectable = "order.not_correctable", Business;
    OrderCorrectionIncomplete = "order.correction_incomplete", Business;
    OrderExportedAgain = "order.exported_again", Business;
    OrderNotFound = "order.not_found", Business;
    OrderNotExportable = "order.not_exportable", Business;

    TemuUnreachable = "temu.unreachable", Retry;
    TemuTimeout = "temu.timeout", Retry;
    TemuServerError = "temu.server_error", Retry;
    TemuRateLimited = "temu.rate_limited", Retry;
    TemuNotReady = "temu.not_ready", Retry;
    TemuAnswerUnreadable = "temu.answer_unreadable", Retry;
    TemuAnswerIncomplete = "temu.answer_incomplete", Business;
    TemuPageRepeated = "temu.page_repeated", Retry;
    TemuListIncomplete = "temu.list_incomplete", Retry;
    TemuClockSkew = "temu.clock_skew", Permanent;
    TemuSignatureRejected = "temu.signature_rejected", Permanent;
    TemuAppRejected = "temu.app_rejected", Permanent;
    TemuTokenRejected = "temu.token_rejected", Permanent;
    TemuTokenExpired = "temu.token_expired", Permanent;
    TemuTokenEndsSoon = "temu.token_ends_soon", Operator;
    TemuScopeMissing = "temu.scope_missing", Permanent;
    TemuIpNotAllowed = "temu.ip_not_allowed", Permanent;
    TemuAreaWrong = "temu.area_wrong", Permanent;
    TemuAgreementMissing = "temu.agreement_missing", Permanent;
    TemuCredentialsMissing = "temu.credentials_missing", Permanent;
    TemuRequestRejected = "temu.request_rejected", Business;
    TemuApiUnknown = "temu.api_unknown", Permanent;

    ShipmentTrackingRejected = "shipment.tracking_rejected", Business;
    ShipmentTrackingUsed = "shipment.tracking_used", Business;
    ShipmentShippedDifferently = "shipment.shipped_differently", Operator;
    ShipmentOutcomeUnknown = "shipment.outcome_unknown", Retry;
    ShipmentBlockedByRequest = "shipment.blocked_by_request", Operator;
    ShipmentContentsUnknown = "shipment.contents_unknown", Operator;
    ShipmentIncomplete = "shipment.incomplete", Business;
    ShipmentWarehouseMissing = "shipment.warehouse_missing", Permanent;
    ShipmentRefused = "shipment.refused", Business;

    CarrierUnmapped = "carrier.unmapped", Operator;
    CarrierUnknownToTemu = "carrier.unknown_to_temu", Operator;

    StockSkuEmpty = "stock.sku_empty", Business;
    StockSkuDoubled = "stock.sku_doubled", Business;
    StockSkuUnknownInJtl = "stock.sku_unknown_in_jtl", Business;
    StockUnknownInJtl = "stock.unknown_in_jtl", Business;
    StockUnanswered = "stock.unanswered", Business;
    StockParentArticle = "stock.parent_article", Business;
    StockUntracked = "stock.untracked", Business;
    StockOrderUnknown = "stock.order_unknown", Business;
    StockGuardChanged = "stock.guard_changed", Operator;
    StockGuardZeroed = "stock.guard_zeroed", Operator;
    StockGuardIncomplete = "stock.guard_incomplete", Operator;
    StockPlanChanged = "stock.plan_changed", Operator;
    StockPlanMissing = "stock.plan_missing", Business;
    StockPlanSpent = "stock.plan_spent", Business;
    StockEditRefused = "stock.edit_refused", Business;
    StockOutcomeUnknown = "stock.outcome_unknown", Retry;
    StockReadBackDiffers = "stock.read_back_differs", Business;
    StockNothingToUndo = "stock.nothing_to_undo", Business;
    StockNotUndone = "stock.not_undone", Business;
    StockSkuNotFound = "stock.sku_not_found", Business;
    StockWarehouseMissing = "stock.warehouse_missing", Permanent;
    StockWarehouseForeign = "stock.warehouse_foreign", Business;
    StockMostlyUnknown = "stock.mostly_unknown", Business;
    StockAboveJtl = "stock.above_jtl", Operator;
    StockUndoPasses = "stock.undo_passes", Business;
    ImportSkusUnreadable = "import.skus_unreadable", Business;
    StockListIncomplete = "stock.list_incomplete", Business;
    StockValueImpossible = "stock.value_impossible", Business;

    JtlUnreachable = "jtl.unreachable", Retry;
    JtlTlsFailed = "jtl.tls_failed", Permanent;
    JtlLoginFailed = "jtl.login_failed", Permanent;
    JtlDatabaseMissing = "jtl.database_missing", Permanent;
    JtlTimeout = "jtl.timeout", Retry;
    JtlDeadlock = "jtl.deadlock", Retry;
    JtlConnectionLost = "jtl.connection_lost", Retry;
    JtlObjectMissing = "jtl.object_missing", Permanent;
    JtlRightMissing = "jtl.right_missing", Permanent;
    JtlVersionUnknown = "jtl.version_unknown", Permanent;
    JtlRowRefused = "jtl.row_refused", Business;
    JtlQueryFailed = "jtl.query_failed", Bug;
    JtlNotConfigured = "jtl.not_configured", Permanent;
    JtlCredentialsMissing = "jtl.credentials_missing", Permanent;
    JtlSettingsInvalid = "jtl.settings_invalid", Permanent;

    StoreNewerThanProgram = "store.newer_than_program", Permanent;
    StoreDamaged = "store.damaged", Permanent;
    StoreLocked = "store.locked", Retry;
    StoreDiskFull = "store.disk_full", Permanent;
    StoreUnavailable = "store.unavailable", Permanent;
    StoreFailed = "store.failed", Bug;
    StoreConflict = "store.conflict", Retry;
    StoreUnreachable = "store.unreachable", Retry;
    StoreTimeout = "store.timeout", Retry;
    StoreDeadlock = "store.deadlock", Retry;
    StoreTlsFailed = "store.tls_failed", Permanent;
    StoreLoginFailed = "store.login_failed", Permanent;
    StoreDatabaseMissing = "store.database_missing", Permanent;
    StoreObjectMissing = "store.object_missing", Permanent;
    StoreRightMissing = "store.right_missing", Permanent;
    StoreServerTooOld = "store.server_too_old", Permanent;
    StoreSettingsInvalid = "store.settings_invalid", Permanent;
    StoreCredentialsMissing = "store.credentials_missing", Permanent;

    StoreCopyUnfinished = "store.copy_unfinished", Permanent;
    StoreCopyTargetUsed = "store.copy_target_used", Permanent;
    StoreCopyDiffers = "store.copy_differs", Permanent;
    StoreUrlInvalid = "store.url_invalid", Permanent;

    FileWriteFailed = "file.write_failed", Permanent;
    FileDiskFull = "file.disk_full", Permanent;
    FileReadFailed = "file.read_failed", Permanent;

    ConfigUnreadable = "config.unreadable", Permanent;
    ConfigUnknownKey = "config.unknown_key", Permanent;
    ConfigInvalidValue = "config.invalid_value", Permanent;
    ConfigContradiction = "config.contradiction", Permanent;
    ConfigSecretInFile = "config.secret_in_file", Permanent;
    ConfigNewerThanProgram = "config.newer_than_program", Permanent;
    ConfigChangedMeanwhile = "config.changed_meanwhile", Operator;

    OrdersSilent = "orders.silent", Operator;

    SecretKeychainNone = "secret.keychain_none", Permanent;
    SecretKeychainLocked = "secret.keychain_locked", Permanent;
    SecretKeychainDenied = "secret.keychain_denied", Permanent;
    SecretKeychainFailed = "secret.keychain_failed", Permanent;
    SecretTooLong = "secret.too_long", Permanent;
    SecretIllFormed = "secret.ill_formed", Permanent;
    SecretEmpty = "secret.empty", Permanent;
    SecretUnknown = "secret.unknown", Permanent;

    ImportFolderMissing = "import.folder_missing", Permanent;
    ImportResponseUnreadable = "import.response_unreadable", Business;

    AlertNotOpen = "alert.not_open", Business;
    HostNotPossible = "host.not_possible", Permanent;
    ShellNoDisplay = "shell.no_display", Permanent;
    ShellNoWebView = "shell.no_web_view", Permanent;
    CommandUnknown = "command.unknown", Bug;
    CommandParametersInvalid = "command.parameters_invalid", Bug;

    UploadNameUnusable = "upload.name_unusable", Business;
    UploadTooLarge = "upload.too_large", Business;

    InvoiceSumMismatch = "invoice.sum_mismatch", Business;
    InvoiceFieldUnclear = "invoice.field_unclear", Business;
    InvoiceDuplicate = "invoice.duplicate", Business;
    InvoiceWrongInbox = "invoice.wrong_inbox", Business;
    InvoiceNoText = "invoice.no_text", Business;
    InvoiceUnknownLayout = "invoice.unknown_layout", Business;
    InvoiceEncrypted = "invoice.encrypted", Business;
    InvoiceBroken = "invoice.broken", Business;
    InvoiceFileKind = "invoice.file_kind", Business;
    InvoiceStillWritten = "invoice.still_written", Retry;
    InvoiceRulesInvalid = "invoice.rules_invalid", Permanent;
    InvoiceRegisterUnreadable = "invoice.register_unreadable", Permanent;

    DatevEmpty = "datev.empty", Business;
    DatevNotExtf = "datev.not_extf", Business;
    DatevEncodingUnsupported = "datev.encoding_unsupported", Business;
    DatevColumnMissing = "datev.column_missing", Business;
    DatevRowMalformed = "datev.row_malformed", Business;
    DatevRowTooLong = "datev.row_too_long", Business;
    DatevFileUnsupported = "datev.file_unsupported", Business;
    DatevZipUnreadable = "datev.zip_unreadable", Business;
    DatevZipUnsafe = "datev.zip_unsafe", Business;
    DatevZipTooLarge = "datev.zip_too_large", Business;
    DatevZipEmpty = "datev.zip_empty", Business;
    DatevStillWritten = "datev.still_written", Retry;
    DatevChangedMeanwhile = "datev.changed_meanwhile", Retry;
    DatevSumsDiffer = "datev.sums_differ", Bug;
    DatevReportFailed = "datev.report_failed", Permanent;
    DatevExportNotConfigured = "datev.export_not_configured", Permanent;
    DatevAccountMissing = "datev.account_missing", Business;
    DatevOrderNotPostable = "datev.order_not_postable", Business;

    RunInterrupted = "run.interrupted", Retry;
    RunCancelled = "run.cancelled", Cancelled;
    RunAlreadyRunning = "run.already_running", Retry;
    RunTimedOut = "run.timed_out", Retry;
    RunLeaseLost = "run.lease_lost", Retry;
    RunNotFound = "run.not_found", Permanent;
    JobUnknown = "job.unknown", Permanent;
    InternalError = "internal.error", Bug;
}

impl Code {
    /// Whether the hold may be mended by asking TEMU again for address or amounts.
    pub fn is_mended_by_asking_again(self) -> bool {
        matches!(
            self,
            Self::OrderAddressMissing | Self::OrderAddressIncomplete | Self::OrderAmountsMissing
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no problem code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no problem code")]
pub struct UnknownCode(String);

impl FromStr for Code {
    type Err = UnknownCode;
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
