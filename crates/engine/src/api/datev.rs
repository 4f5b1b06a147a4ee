//! DATEV batches: what waits, what was converted, and the check.

use chrono::{DateTime, Utc};
use kontor_core::problem::Language;
use kontor_core::run::Trigger;
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::host::Host;
use super::upload::{AddedFile, content, plain_name, put};
use crate::datev::{
    CheckedFile, ConvertOptions, ConvertedSource, DatevBatch, DatevReport, Severity,
};
use crate::jobs::Origin;
use crate::progress::silent;
use crate::report::ProblemReport;

/// Largest file that comes through the window in bytes; larger ones are put into the folder.
const LARGEST: usize = 64 << 20;

/// A file in the inbox.
#[derive(Clone, Debug, Serialize, TS)]
pub struct InboxFile {
    /// Its name.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// When it was changed last.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
}

/// A source that was converted, that would be, or that was not.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DatevResult {
    /// Its file name.
    pub source: String,
    /// When.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    /// File name of the XLSX report; nothing in a dry run.
    pub report: Option<String>,
    /// Its batches; none when it was not converted.
    pub batches: Vec<DatevBatch>,
    /// Why it was not converted.
    pub problems: Vec<ProblemReport>,
}

impl From<ConvertedSource> for DatevResult {
    fn from(converted: ConvertedSource) -> Self {
        let ConvertedSource { source, at, report, batches } = converted;
        Self { source, at, report, batches, problems: Vec::new() }
    }
}

/// The inbox and what was converted.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DatevView {
    /// Files that wait, by name.
    pub inbox: Vec<InboxFile>,
    /// The last 50 conversions, newest first.
    pub results: Vec<DatevResult>,
}

pub(super) async fn datev(host: &dyn Host, (): ()) -> Result<DatevView, Problem> {
    let app = host.desk().app();
    let inbox = app.datev_inbox()?.into_iter();
    Ok(DatevView {
        inbox: inbox.map(|f| InboxFile { file: f.file, bytes: f.bytes, at: f.at }).collect(),
        results: app.datev_results()?.into_iter().map(DatevResult::from).collect(),
    })
}

/// A batch on its way in.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct BatchRequest {
    /// Its file name, without a folder.
    pub name: String,
    /// Its bytes, at most 64 MiB.
    pub content_base64: String,
}

impl BatchRequest {
    /// The name and the bytes, judged.
    fn read(&self) -> Result<(&str, Vec<u8>), Problem> {
        let name = plain_name(&self.name)?;
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
        if !matches!(ending.as_str(), "csv" | "zip") {
            return Err(Problem::new(Code::DatevFileUnsupported).about(name));
        }
        Ok((name, content(name, &self.content_base64, LARGEST)?))
    }
}

pub(super) async fn datev_add(
    host: &dyn Host,
    request: BatchRequest,
) -> Result<AddedFile, Problem> {
    let app = host.desk().app();
    let (name, bytes) = request.read()?;
    app.attend_datev();
    let file = put(&app.datev_folders()?.inbox(), name, &bytes)?;
    Ok(AddedFile { at: app.clock.now(), file })
}

/// Files of the inbox to be converted.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DatevConvertRequest {
    /// Their names; none: all that are at rest.
    pub files: Vec<String>,
    /// Only show what would be done.
    pub dry_run: bool,
}

pub(super) async fn datev_convert(
    host: &dyn Host,
    request: DatevConvertRequest,
) -> Result<Vec<DatevResult>, Problem> {
    let app = host.desk().app();
    if request.dry_run {
        app.attend_datev();
    }
    let inbox = app.datev_folders()?.inbox();
    let files = request.files.iter().map(|name| Ok(inbox.join(plain_name(name)?)));
    let options = ConvertOptions {
        files: files.collect::<Result<_, Problem>>()?,
        dry_run: request.dry_run,
        progress: silent(),
        cancel: CancellationToken::new(),
    };
    let origin = Origin { trigger: Trigger::Manual, ..Origin::default() };
    let report = app.convert_datev_inbox(options, &origin).await?;
    Ok(results(report, app.clock.now()))
}

/// The sources that were converted, then those that were not, each with its problem.
fn results(report: DatevReport, at: DateTime<Utc>) -> Vec<DatevResult> {
    let converted = report.sources.iter().map(|source| ConvertedSource::new(source, at).into());
    let mut results: Vec<DatevResult> = converted.collect();
    for problem in report.run.problems {
        let subject = problem.subject.clone().unwrap_or_default();
        let source = subject.split(": ").next().unwrap_or_default().to_owned();
        match results.iter_mut().find(|r| r.source == source) {
            Some(result) => result.problems.push(problem),
            None => results.push(DatevResult {
                source,
                at,
                report: None,
                batches: Vec::new(),
                problems: vec![problem],
            }),
        }
    }
    results
}

/// A text in both languages.
#[derive(Clone, Debug, Serialize, TS)]
pub struct BothTexts {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

/// Something that DATEV would object to.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DatevFinding {
    /// The batch; for one of a ZIP file with the archive before it.
    pub file: String,
    /// Line of the file; the first posting is 3. Nothing when it is about the file.
    pub row: Option<u64>,
    /// The field.
    pub field: Option<String>,
    /// How grave it is.
    #[ts(type = "'error' | 'warning'")]
    pub severity: Severity,
    /// What stands there, cut to 60 characters.
    pub value: String,
    /// What is wrong.
    pub text: BothTexts,
}

pub(super) async fn datev_check(
    host: &dyn Host,
    request: BatchRequest,
) -> Result<Vec<DatevFinding>, Problem> {
    let (name, bytes) = request.read()?;
    let checked = host.desk().app().check_datev_content(name, &bytes).await?;
    Ok(checked.into_iter().flat_map(findings).collect())
}

fn findings(checked: CheckedFile) -> impl Iterator<Item = DatevFinding> {
    let CheckedFile { file, report } = checked;
    report.violations.into_iter().map(move |violation| DatevFinding {
        file: file.clone(),
        row: (violation.line > 0).then_some(violation.line),
        field: violation.heading,
        severity: violation.severity,
        value: violation.value,
        text: BothTexts {
            de: violation.rule.text(Language::De).to_owned(),
            en: violation.rule.text(Language::En).to_owned(),
        },
    })
}
