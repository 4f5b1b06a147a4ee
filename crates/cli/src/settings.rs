//! `kontor settings`: what can be set, what holds and where it comes from, and changing it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use kontor_engine::app::Setup;
use kontor_engine::core::{Code, Problem};
use kontor_engine::data_folder::DataFolder;
use kontor_engine::settings::{
    Change, ChangePreview, ImportReport, Key, Kind, Overrides, SettingValue, SettingView, Settings,
    SettingsSnapshot, Source, schema,
};
use serde_json::json;

use crate::args::GlobalArgs;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum SettingsCommand {
    /// List all settings with their values and where each comes from.
    List {
        /// Only this section.
        section: Option<String>,
        /// Only what differs from the defaults.
        #[arg(long)]
        changed: bool,
    },
    /// Show one setting with its bounds and its help.
    Get {
        /// Its key, e.g. temu.rate_per_second.
        key: String,
    },
    /// Write values into the operator's file; comments in it stay.
    Set {
        /// KEY=VALUE; lists with commas between.
        #[arg(required = true, value_name = "KEY=VALUE")]
        values: Vec<String>,
        /// Show what would change; write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Take keys out of the operator's file, so that their defaults hold.
    Reset {
        /// Their keys.
        #[arg(required = true)]
        keys: Vec<String>,
        /// Show what would change; write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Take over the old system's workers_config.json.
    Import {
        /// The old file.
        file: PathBuf,
        /// Show what would be taken over; write nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub(crate) fn run(
    global: &GlobalArgs,
    command: SettingsCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let settings = settings(global)?;
    match command {
        SettingsCommand::List { section, changed } => {
            list(&settings.snapshot(None)?, section.as_deref(), changed, output)
        }
        SettingsCommand::Get { key } => get(&settings.snapshot(None)?, &key.parse()?, output),
        SettingsCommand::Set { values, dry_run } => {
            let changes = values.iter().map(|pair| wanted(pair)).collect::<Result<_, _>>()?;
            change(&settings, changes, dry_run, output)
        }
        SettingsCommand::Reset { keys, dry_run } => {
            let reset = |key: &String| Ok(Change { key: key.parse()?, value: None });
            let changes = keys.iter().map(reset).collect::<Result<_, Problem>>()?;
            change(&settings, changes, dry_run, output)
        }
        SettingsCommand::Import { file, dry_run } => import(&settings, &file, dry_run, output),
    }
}

/// The settings of the workplace; nothing else is opened, so that a broken file can be mended here.
fn settings(global: &GlobalArgs) -> Result<Settings, Problem> {
    let setup = Setup {
        config_file: global.config.clone(),
        overrides: Overrides::of_process(&global.set)?,
        ..Setup::default()
    };
    let folder = DataFolder::open(global.data.clone())?;
    Ok(setup.settings(&folder))
}

fn wanted(pair: &str) -> Result<Change, Problem> {
    let invalid = |detail: &str| Problem::new(Code::ConfigInvalidValue).about(pair).detail(detail);
    let (key, text) = pair.split_once('=').ok_or_else(|| invalid("KEY=VALUE is expected"))?;
    let key: Key = key.trim().parse()?;
    let setting = schema()?.setting(&key);
    let kind = setting.map(|s| &s.kind);
    let kind = kind.ok_or_else(|| Problem::new(Code::ConfigUnknownKey).about(&key))?;
    if *kind == Kind::Secret {
        // The value is on the command line already: it must not be repeated.
        return Err(Problem::new(Code::ConfigSecretInFile).about(&key));
    }
    let value = SettingValue::parse(kind, text)
        .map_err(|expected| Problem::new(Code::ConfigInvalidValue).about(&key).detail(expected))?;
    Ok(Change { key, value: Some(value) })
}

fn list(
    snapshot: &SettingsSnapshot,
    section: Option<&str>,
    changed: bool,
    output: &Output,
) -> Result<ExitCode, Problem> {
    if section.is_some_and(|name| snapshot.sections.iter().all(|s| s.name != name)) {
        return Err(Problem::new(Code::ConfigUnknownKey).about(section.unwrap_or_default()));
    }
    let shown = |view: &&SettingView| {
        section.is_none_or(|name| view.setting.key.section() == name)
            && (!changed || view.source.is_some_and(|source| source != Source::Default))
    };
    let views: Vec<&SettingView> = snapshot.settings.iter().filter(shown).collect();
    if output.is_json() {
        output.value(&json!({
            "file": snapshot.file, "basis": snapshot.basis, "version": snapshot.version,
            "sections": snapshot.sections, "settings": views, "problems": snapshot.problems,
        }));
        return Ok(code_of(&snapshot.problems));
    }
    println!("{}", snapshot.file);
    for section in &snapshot.sections {
        let own: Vec<&&SettingView> =
            views.iter().filter(|v| v.setting.key.section() == section.name).collect();
        if !own.is_empty() {
            println!("\n[{}]  {}", section.name, section.label.text(output.language()));
        }
        own.iter().for_each(|view| println!("{}", line(view, output)));
    }
    output.problems(&snapshot.problems);
    Ok(code_of(&snapshot.problems))
}

/// Wrong settings end every command but these as a usage error; so do these after they have shown what there is.
fn code_of(problems: &[Problem]) -> ExitCode {
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

fn line(view: &SettingView, output: &Output) -> String {
    let value = value_of(view, output);
    let source = view.source.map(|source| source_word(source, output)).unwrap_or_default();
    let label = view.setting.label.text(output.language());
    format!("  {:<34} {value:<38} {source:<14} {label}", view.setting.key.to_string())
}

fn value_of(view: &SettingView, output: &Output) -> String {
    match (&view.value, &view.setting.kind) {
        (_, Kind::Secret) => output.say("(Schlüsselbund)", "(keychain)").to_owned(),
        (Some(SettingValue::Text(text)), _) => format!("{text:?}"),
        (Some(value), _) => value.to_string(),
        (None, _) => output.say("(frei)", "(free)").to_owned(),
    }
}

fn source_word(source: Source, output: &Output) -> &'static str {
    match source {
        Source::Default => output.say("Vorgabe", "default"),
        Source::File => output.say("Datei", "file"),
        Source::Environment => output.say("Umgebung", "environment"),
        Source::CommandLine => output.say("Befehlszeile", "command line"),
    }
}

fn get(snapshot: &SettingsSnapshot, key: &Key, output: &Output) -> Result<ExitCode, Problem> {
    let unknown = || Problem::new(Code::ConfigUnknownKey).about(key);
    let view = snapshot.settings.iter().find(|v| v.setting.key == *key).ok_or_else(unknown)?;
    if output.is_json() {
        output.value(view);
        return Ok(code_of(&snapshot.problems));
    }
    let setting = &view.setting;
    println!("{} = {}", setting.key, value_of(view, output));
    println!("  {}", setting.label.text(output.language()));
    let help = setting.help.text(output.language());
    if !help.is_empty() {
        println!("  {help}");
    }
    if let Some(bounds) = bounds(&setting.kind, output) {
        println!("  {bounds}");
    }
    if let Some(default) = &setting.default {
        println!("  {}: {default}", output.say("Vorgabe", "default"));
    }
    if let Some(source) = view.source {
        println!("  {}: {}", output.say("Herkunft", "source"), source_word(source, output));
    }
    if !setting.free && setting.kind != Kind::Secret {
        println!("  {}: {}", output.say("Umgebungsvariable", "variable"), setting.key.variable());
    }
    output.problems(&snapshot.problems);
    Ok(code_of(&snapshot.problems))
}

fn bounds(kind: &Kind, output: &Output) -> Option<String> {
    match kind {
        Kind::Number { min, max } | Kind::Numbers { min, max, .. } => {
            Some(format!("{}: {min} … {max}", output.say("Grenzen", "bounds")))
        }
        Kind::Choice { options } => Some(options.join(" | ")),
        Kind::Switch => Some("true | false".into()),
        Kind::Text { .. } | Kind::Texts { .. } | Kind::Secret => None,
    }
}

fn change(
    settings: &Settings,
    changes: Vec<Change>,
    dry_run: bool,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let preview = if dry_run {
        settings.preview(&changes)?
    } else {
        settings
            .apply(&changes, None)
            .unwrap_or_else(|problems| ChangePreview { changes: Vec::new(), problems })
    };
    let open = settings.settle().err().unwrap_or_default();
    if output.is_json() {
        output.value(&json!({
            "changes": preview.changes, "problems": preview.problems, "still_wrong": open,
            "dry_run": dry_run, "file": settings.file(),
        }));
        return Ok(code_of(&preview.problems));
    }
    for change in &preview.changes {
        let word = |value: &Option<SettingValue>| {
            value.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string)
        };
        println!("  {}: {} → {}", change.key, word(&change.before), word(&change.after));
        if let Some(source) = change.overridden_by {
            println!(
                "    {}: {}",
                output.say("ohne Wirkung, denn darüber steht", "without effect; above it stands"),
                source_word(source, output)
            );
        }
        if change.restart {
            println!(
                "    {}",
                output.say("wirkt nach einem Neustart", "takes effect after a restart")
            );
        }
    }
    output.problems(&preview.problems);
    if preview.problems.is_empty() && !open.is_empty() {
        println!("\n{}", output.say("Noch nicht in Ordnung:", "Still wrong:"));
        output.problems(&open);
    }
    if dry_run {
        println!("{}", output.say("Nichts wurde geschrieben.", "Nothing was written."));
    } else if preview.problems.is_empty() {
        println!("{}: {}", output.say("Geschrieben", "Written"), settings.file().display());
    }
    Ok(code_of(&preview.problems))
}

fn import(
    settings: &Settings,
    file: &std::path::Path,
    dry_run: bool,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let about = |p: Problem| p.about(file.display());
    let text = std::fs::read_to_string(file)
        .map_err(|e| about(Problem::new(Code::FileReadFailed).detail(e)))?;
    let report = ImportReport::read(&text).map_err(about)?;
    let changes = report.changes();
    let problems = match (dry_run, changes.is_empty()) {
        (_, true) => Vec::new(),
        (true, false) => settings.preview(&changes)?.problems,
        (false, false) => settings.apply(&changes, None).err().unwrap_or_default(),
    };
    let code = match (problems.is_empty(), report.refused.is_empty()) {
        (false, _) => ExitCode::from(2),
        (true, false) => ExitCode::from(4),
        (true, true) => ExitCode::SUCCESS,
    };
    if output.is_json() {
        output.value(&json!({ "report": report, "problems": problems, "dry_run": dry_run }));
        return Ok(code);
    }
    for taken in &report.taken_over {
        let word = output.say("übernommen", "taken over");
        println!("  {word}: {} → {} = {}", taken.from, taken.key, taken.value);
    }
    for from in &report.unknown {
        println!("  {}: {from}", output.say("unbekannt", "unknown"));
    }
    for refused in &report.refused {
        let detail = refused.problem.detail.as_deref().unwrap_or_default();
        println!("  {}: {} ({detail})", output.say("abgelehnt", "refused"), refused.from);
    }
    output.problems(&problems);
    if dry_run {
        println!("{}", output.say("Nichts wurde geschrieben.", "Nothing was written."));
    }
    Ok(code)
}
