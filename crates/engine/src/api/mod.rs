//! Everything that a window, a bridge or a script can ask of Kontor: one table of commands with their types.
//!
//! Money crosses as integer cents, identifiers as texts, times as RFC 3339 in UTC. Lists cross as pages. Secrets go in
//! and never come out. [`typescript`] writes the other side's types.

mod csv;
mod datev;
mod documents;
mod health;
mod host;
mod jobs;
mod order;
mod orders;
mod orders_preview;
mod overview;
mod parcels;
mod runs;
mod secrets;
mod settings;
mod stock;
mod stock_formulas;
mod stock_plans;
mod table;
mod typescript;
mod upload;
mod views;
mod wire;

use kontor_core::{Code, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use datev::*;
pub use documents::*;
pub use health::*;
pub use host::*;
pub use jobs::*;
pub use order::*;
pub use orders::*;
pub use orders_preview::*;
pub use overview::*;
pub use parcels::*;
pub use runs::*;
pub use secrets::*;
pub use settings::*;
pub use stock::*;
pub use stock_formulas::*;
pub use stock_plans::*;
pub use table::{Command, Topic};
pub use typescript::typescript;
pub use upload::AddedFile;
pub use views::*;
pub use wire::*;

table::commands! {
    /// Version, data folder and language of this Kontor.
    about: overview::about = (()) -> About { changes: [] }
    /// The texts of every problem code.
    problem_texts: overview::problem_texts = (()) -> Vec<ProblemText> { changes: [] }
    /// Starts the demo: a sandbox in this process with sample data.
    demo_start: host::demo_start = (()) -> Done { changes: [Orders, Parcels, Stock, Runs, Jobs, Settings, Health, Documents, Views] }
    /// Leaves the demo; nothing of it is left.
    demo_leave: host::demo_leave = (()) -> Done { changes: [Orders, Parcels, Stock, Runs, Jobs, Settings, Health, Documents, Views] }
    /// Opens one of Kontor's folders in the file manager.
    folder_show: host::folder_show = (FolderRequest) -> Done { changes: [] }

    /// What waits for a person, and the next shipping deadlines.
    overview: overview::overview = (()) -> Overview { changes: [] }
    /// Orders by day of their order time.
    orders_by_day: overview::orders_by_day = (DaysRequest) -> Vec<DayCount> { changes: [] }
    /// Settles an alert that a person has seen to.
    alert_settle: overview::alert_settle = (AlertRequest) -> Done { changes: [Orders] }

    /// A page of orders, filtered, searched and sorted.
    orders_list: orders::orders_list = (OrderListRequest) -> OrderListPage { changes: [] }
    /// How many orders each state has.
    orders_counts: orders::orders_counts = (()) -> Vec<StateCountView> { changes: [] }
    /// One order with items, parcels, hand-overs and timeline.
    order: order::order = (OrderRequest) -> OrderDetail { changes: [] }
    /// The XML of a hand-over.
    order_xml: order::order_xml = (OrderXmlRequest) -> TextFile { changes: [] }
    /// All orders of a filter as CSV.
    orders_csv: orders::orders_csv = (OrderCsvRequest) -> TextFile { changes: [] }
    /// What a run of the order workflow would do; TEMU and JTL are only read.
    orders_preview: orders_preview::orders_preview = (OrdersPreviewRequest) -> OrdersPreview { changes: [] }
    /// Puts an address right that TEMU did not send in a usable form.
    order_correct_address: order::order_correct_address = (AddressRequest) -> OrderDetail { changes: [Orders] }
    /// Puts the article number of a line right.
    order_correct_sku: order::order_correct_sku = (SkuRequest) -> OrderDetail { changes: [Orders] }
    /// Lets the next export hand over an order once more that JTL does not show.
    order_export_again: order::order_export_again = (OrderRequest) -> OrderDetail { changes: [Orders], confirm }

    /// A page of parcels of a view.
    parcels_list: parcels::parcels_list = (ParcelListRequest) -> ParcelListPage { changes: [] }
    /// How many parcels each view has.
    parcels_counts: parcels::parcels_counts = (()) -> Vec<ParcelCount> { changes: [] }
    /// Shipping methods that no carrier belongs to.
    carriers_unmapped: parcels::carriers_unmapped = (()) -> Vec<UnmappedMethodView> { changes: [] }
    /// TEMU's own carriers of a region.
    carriers_of_temu: parcels::carriers_of_temu = (RegionRequest) -> Vec<TemuCarrierView> { changes: [] }

    /// Gives a shipping method of JTL's a carrier of TEMU's.
    carrier_map: settings::carrier_map = (CarrierMapRequest) -> SettingsChanged { changes: [Settings, Parcels] }

    /// A page of SKUs with what JTL counts, what TEMU has and what it should have.
    stock_list: stock::stock_list = (StockListRequest) -> StockListPage { changes: [] }
    /// How many SKUs stand where.
    stock_counts: stock::stock_counts = (()) -> Vec<StockCountView> { changes: [] }
    /// All SKUs of a filter as CSV.
    stock_csv: stock::stock_csv = (StockCsvRequest) -> TextFile { changes: [] }
    /// What a run would send, and what the guard says; nothing is sent.
    stock_preview: stock_plans::stock_preview = (StockPreviewRequest) -> StockPreview { changes: [] }
    /// Plans that were kept, newest first.
    stock_plans: stock_plans::stock_plans = (()) -> Vec<KeptPlanView> { changes: [] }
    /// Applies exactly a plan that was kept, or says what has changed since: the operator's word.
    stock_apply: stock_plans::stock_apply = (PlanRequest) -> JobRequested { changes: [Stock, Jobs, Runs], confirm }
    /// Reverses the last push, through the guard.
    stock_undo: stock_plans::stock_undo = (()) -> JobRequested { changes: [Stock, Jobs, Runs], confirm }
    /// Sends the stock of some SKUs, through the guard.
    stock_send: stock_plans::stock_send = (StockSendRequest) -> JobRequested { changes: [Stock, Jobs, Runs] }
    /// One plan that was kept.
    stock_plan: stock_plans::stock_plan = (PlanRequest) -> KeptPlanView { changes: [] }
    /// Buffer, cap or fixed quantity of a SKU; the next run plans by it.
    stock_rule_set: stock::stock_rule_set = (SkuRuleRequest) -> Done { changes: [Stock] }
    /// What was sent of a SKU, newest first.
    stock_pushes: stock::stock_pushes = (SkuPushesRequest) -> Vec<PushView> { changes: [] }
    /// The three formulas side by side for some article numbers.
    stock_formulas: stock_formulas::stock_formulas = (FormulasRequest) -> Vec<FormulaRowView> { changes: [] }
    /// JTL's warehouses.
    warehouses: stock_formulas::warehouses = (()) -> Vec<WarehouseView> { changes: [] }

    /// All jobs as they stand.
    jobs_status: jobs::jobs_status = (()) -> Vec<JobView> { changes: [] }
    /// Leaves a wish to run a job and returns at once; schedules stay as they are.
    job_run: jobs::job_run = (JobRunRequest) -> JobRequested { changes: [Jobs, Runs] }
    /// Ends a run between two items.
    run_cancel: runs::run_cancel = (RunRequest) -> Done { changes: [Jobs, Runs], confirm }
    /// A page of runs, newest first.
    runs_list: runs::runs_list = (RunListRequest) -> RunListPage { changes: [] }
    /// One run with its steps and the records that failed.
    run: runs::run = (RunRequest) -> RunDetailView { changes: [] }
    /// All runs of a filter as CSV.
    runs_csv: runs::runs_csv = (RunCsvRequest) -> TextFile { changes: [] }
    /// Figures of a job's ended runs.
    job_stats: jobs::job_stats = (JobStatsRequest) -> JobStatsView { changes: [] }
    /// A page of the log, newest first.
    job_logs: jobs::job_logs = (LogRequest) -> LogPageView { changes: [] }

    /// Everything that can be set, with what holds.
    settings: settings::settings = (()) -> SettingsView { changes: [] }
    /// Changes settings: all of them or none.
    settings_change: settings::settings_change = (SettingsChangeRequest) -> SettingsChanged { changes: [Settings], dry_run }

    /// Where each secret is; never a value.
    secrets: secrets::secrets = (()) -> Vec<SecretView> { changes: [] }
    /// Stores a secret in the keychain.
    secret_set: secrets::secret_set = (SecretSetRequest) -> Done { changes: [Settings, Health] }
    /// Deletes a secret from the keychain.
    secret_delete: secrets::secret_delete = (SecretRequest) -> Done { changes: [Settings, Health], confirm }

    /// The documents of an inbox: its files, and what was read of files that are gone.
    documents_list: documents::documents_list = (DocumentsRequest) -> Vec<DocumentView> { changes: [] }
    /// Puts a document into an inbox; nothing is overwritten.
    document_add: documents::document_add = (DocumentAddRequest) -> AddedFile { changes: [Documents] }
    /// Reads what lies in an inbox and brings its tables up to date.
    documents_read: documents::documents_read = (DocumentsRequest) -> DocumentsRead { changes: [Documents] }
    /// The table of what was read.
    documents_table: documents::documents_table = (DocumentsTableRequest) -> DataFile { changes: [] }
    /// The text of a document's first page at its places; nothing when it is no PDF or its file is gone.
    document_page: documents::document_page = (DocumentPageRequest) -> Option<PageView> { changes: [] }
    /// DATEV batches that wait, and those that were converted.
    datev: datev::datev = (()) -> DatevView { changes: [] }
    /// Puts a DATEV batch into the inbox; nothing is overwritten.
    datev_add: datev::datev_add = (BatchRequest) -> AddedFile { changes: [Documents] }
    /// Replaces the marketplaces' order numbers in batches of the inbox by JTL's numbers.
    datev_convert: datev::datev_convert = (DatevConvertRequest) -> Vec<DatevResult> { changes: [Documents, Runs], dry_run }
    /// Checks a batch against DATEV's rules; nothing of it is kept.
    datev_check: datev::datev_check = (BatchRequest) -> Vec<DatevFinding> { changes: [] }

    /// Looks at everything that can break; every red light has its remedy.
    health: health::health = (()) -> HealthView { changes: [] }
    /// Tests a connection step by step.
    connection_test: health::connection_test = (ConnectionRequest) -> HealthView { changes: [Health] }
    /// What would be sent to support: every text, with names, addresses and numbers hashed.
    bundle_preview: health::bundle_preview = (()) -> BundleView { changes: [] }
    /// Writes the same as a ZIP file into the data folder.
    bundle_write: health::bundle_write = (()) -> WrittenFile { changes: [] }

    /// The saved views of a screen.
    views_list: views::views_list = (ScreenRequest) -> Vec<View> { changes: [] }
    /// Saves a view; one of the same name is replaced.
    view_save: views::view_save = (ViewSaveRequest) -> View { changes: [Views] }
    /// Deletes a saved view.
    view_delete: views::view_delete = (ViewRequest) -> Done { changes: [Views] }
}

fn read<T: DeserializeOwned>(name: &str, parameters: serde_json::Value) -> Result<T, Problem> {
    serde_json::from_value(parameters)
        .map_err(|e| Problem::new(Code::CommandParametersInvalid).about(name).detail(e))
}

fn write<T: Serialize>(name: &str, response: &T) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(response)
        .map_err(|e| Problem::new(Code::InternalError).about(name).detail(e))
}
