//! Settings: what there is to set, what holds and why, and changes after a preview.

use kontor_core::Problem;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use crate::report::ProblemReport;
use crate::settings::{
    Change, ChangePreview, Key, Kind, Said, Section, SettingValue, SettingView, Source,
};

/// Everything that can be set.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SettingsView {
    /// The operator's file.
    pub file: String,
    /// What the file is recognised by; pass it with a change, so that nobody else's is lost.
    pub basis: String,
    /// The sections in their order.
    pub sections: Vec<Section>,
    /// The settings in their order.
    pub settings: Vec<SettingEntry>,
    /// What is wrong with the file; the values shown are those in force.
    pub problems: Vec<ProblemReport>,
}

/// One setting with its value.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SettingEntry {
    /// Its key, parts joined by dots and quoted where needed.
    pub key: String,
    /// The section that it belongs to.
    pub section: String,
    /// What a value may be.
    pub kind: Kind,
    /// Its value; nothing for a secret and for a pattern of made-up keys.
    pub value: Option<SettingValue>,
    /// The default; nothing for secrets and made-up keys.
    pub default: Option<SettingValue>,
    /// Where the value comes from.
    pub source: Option<Source>,
    /// The label.
    pub label: Said,
    /// The help; may be empty.
    pub help: Said,
    /// The operator makes up the keys.
    pub free: bool,
    /// Takes effect when Kontor starts again.
    pub restart: bool,
    /// Shown only when asked for.
    pub advanced: bool,
}

impl From<SettingView> for SettingEntry {
    fn from(view: SettingView) -> Self {
        let setting = view.setting;
        Self {
            section: setting.key.section().to_owned(),
            key: setting.key.to_string(),
            kind: setting.kind,
            value: view.value,
            default: setting.default,
            source: view.source,
            label: setting.label,
            help: setting.help,
            free: setting.free,
            restart: setting.restart,
            advanced: setting.advanced,
        }
    }
}

pub(super) async fn settings(host: &dyn Host, (): ()) -> Result<SettingsView, Problem> {
    let snapshot = host.desk().settings()?;
    Ok(SettingsView {
        file: snapshot.file,
        basis: snapshot.basis,
        sections: snapshot.sections,
        settings: snapshot.settings.into_iter().map(SettingEntry::from).collect(),
        problems: reports(snapshot.problems),
    })
}

fn reports(problems: Vec<Problem>) -> Vec<ProblemReport> {
    problems.into_iter().map(ProblemReport::from).collect()
}

/// Changes of settings.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SettingsChangeRequest {
    /// The changes: all of them or none.
    pub changes: Vec<SettingChange>,
    /// The `basis` of the settings that were looked at; without it the change is made whatever the file holds.
    #[serde(default)]
    #[ts(optional)]
    pub basis: Option<String>,
    /// Only show what would change.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub dry_run: bool,
}

/// A wanted change.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SettingChange {
    /// Which setting.
    pub key: String,
    /// Its new value; nothing: back to the default.
    pub value: Option<SettingValue>,
}

/// What became of changes.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SettingsChanged {
    /// Each change, before and after.
    pub changes: Vec<SettingChanged>,
    /// It is in force. Otherwise the problems say why not.
    pub in_force: bool,
    /// What is wrong: with the changes (nothing is written then), or with something else in the file.
    pub problems: Vec<ProblemReport>,
}

/// One change, before and after.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SettingChanged {
    /// Which setting.
    pub key: String,
    /// What held before.
    pub before: Option<SettingValue>,
    /// What holds after.
    pub after: Option<SettingValue>,
    /// Kontor must start again for it.
    pub restart: bool,
    /// The layer above the file that wins over the change.
    pub overridden_by: Option<Source>,
}

impl SettingsChanged {
    fn new(preview: ChangePreview, in_force: bool, problems: Vec<Problem>) -> Self {
        let changes = preview.changes.into_iter().map(|change| SettingChanged {
            key: change.key.to_string(),
            before: change.before,
            after: change.after,
            restart: change.restart,
            overridden_by: change.overridden_by,
        });
        Self { changes: changes.collect(), in_force, problems: reports(problems) }
    }
}

pub(super) async fn settings_change(
    host: &dyn Host,
    request: SettingsChangeRequest,
) -> Result<SettingsChanged, Problem> {
    let changes: Vec<Change> = request
        .changes
        .into_iter()
        .map(|change| Ok(Change { key: change.key.parse()?, value: change.value }))
        .collect::<Result<_, Problem>>()?;
    if request.dry_run {
        let preview = host.desk().preview_settings(&changes)?;
        let problems = preview.problems.clone();
        return Ok(SettingsChanged::new(preview, false, problems));
    }
    apply(host, changes, request.basis).await
}

async fn apply(
    host: &dyn Host,
    changes: Vec<Change>,
    basis: Option<String>,
) -> Result<SettingsChanged, Problem> {
    match host.desk().change_settings(changes, basis).await {
        Ok(changed) => {
            Ok(SettingsChanged::new(changed.preview, changed.in_force, changed.waits_for))
        }
        Err(problems) => {
            let nothing = ChangePreview { changes: Vec::new(), problems: Vec::new() };
            Ok(SettingsChanged::new(nothing, false, problems))
        }
    }
}

/// A carrier for a shipping method of JTL's.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct CarrierMapRequest {
    /// JTL's shipping method or logistics firm.
    pub shipping_method: String,
    /// TEMU's carrier by name or number; nothing: take the operator's row away.
    pub carrier: Option<String>,
}

pub(super) async fn carrier_map(
    host: &dyn Host,
    request: CarrierMapRequest,
) -> Result<SettingsChanged, Problem> {
    let key = Key::new(["carriers", request.shipping_method.trim()]);
    let value = request.carrier.map(SettingValue::Text);
    apply(host, vec![Change { key, value }], None).await
}
