//! Settings as an operator meets them: layers, changes that lose nothing, mistakes that stop nothing.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::path::PathBuf;

use kontor_core::Code;
use kontor_engine::Desk;
use kontor_engine::app::Setup;
use kontor_engine::settings::{
    Change, ImportReport, Key, Layers, Overrides, SettingValue, Settings, SettingsFile, Source,
};
use tempfile::TempDir;

fn key(text: &str) -> Key {
    text.parse().expect("a key")
}

fn set(name: &str, value: i64) -> Change {
    Change { key: key(name), value: Some(SettingValue::Number(value)) }
}

struct Workplace {
    folder: TempDir,
}

impl Workplace {
    fn with(text: &str) -> Self {
        let workplace = Self { folder: tempfile::tempdir().expect("folder") };
        workplace.write(text);
        workplace
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("kontor.toml")
    }

    fn write(&self, text: &str) {
        std::fs::write(self.file(), text).expect("written");
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).expect("read")
    }

    fn settings(&self) -> Settings {
        Settings::new(SettingsFile::new(self.file()), Overrides::default())
    }

    async fn desk(&self) -> Desk {
        let setup = Setup { data: Some(self.folder.path().to_owned()), ..Setup::default() };
        Desk::open(setup).await.expect("opens")
    }
}

#[test]
fn the_command_line_wins_over_the_environment_over_the_file_over_the_defaults() {
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let overrides = Overrides {
        environment: vec![
            pair("KONTOR_TEMU__RATE_PER_SECOND", "3"),
            pair("KONTOR_TEMU__TIMEOUT_SECONDS", "4"),
            pair("KONTOR_ORDERS__CURRENCIES", "EUR, PLN"),
        ],
        command_line: vec![pair("temu.rate_per_second", "2")],
    };
    let text = "[temu]\nrate_per_second = 5\ntimeout_seconds = 5\nmax_retries = 5\n";
    let layers = Layers { file: Some(("kontor.toml", text)), overrides, ..Layers::default() };
    let settled = layers.settle().expect("settles");
    let temu = &settled.config.temu;
    assert_eq!((temu.rate_per_second, temu.timeout_seconds, temu.max_retries), (2, 4, 5));
    assert_eq!(settled.config.orders.currencies, ["EUR", "PLN"]);
    let source = |name: &str| settled.values.get(&key(name)).map(|(_, source)| *source);
    assert_eq!(source("temu.rate_per_second"), Some(Source::CommandLine));
    assert_eq!(source("temu.timeout_seconds"), Some(Source::Environment));
    assert_eq!(source("temu.max_retries"), Some(Source::File));
    assert_eq!(source("temu.max_in_flight"), Some(Source::Default));
}

#[test]
fn every_mistake_is_named_at_once_with_its_place() {
    let text =
        "[temu]\nrate_per_second = 0\nspeed = 3\napp_key = \"k\"\n[xml]\ndate_format = \"us\"\n";
    let environment = vec![("KONTOR_JTL__PORT".to_owned(), "many".to_owned())];
    let overrides = Overrides { environment, ..Overrides::default() };
    let layers = Layers { file: Some(("kontor.toml", text)), overrides, ..Layers::default() };
    let problems = layers.settle().map(|_| ()).expect_err("refused");
    let mut found: Vec<(&str, &str)> = problems
        .iter()
        .map(|p| (p.code.as_str(), p.subject.as_deref().unwrap_or_default()))
        .collect();
    found.sort_unstable();
    let expected = [
        ("config.invalid_value", "KONTOR_JTL__PORT"),
        ("config.invalid_value", "kontor.toml: temu.rate_per_second"),
        ("config.invalid_value", "kontor.toml: xml.date_format"),
        ("config.secret_in_file", "kontor.toml: temu.app_key"),
        ("config.unknown_key", "kontor.toml: temu.speed"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn two_settings_that_contradict_each_other_are_refused_together() {
    let workplace = Workplace::with("[jtl]\nca_file = \"ca.pem\"\n");
    let changes =
        [Change { key: key("jtl.trust_any_certificate"), value: Some(SettingValue::Switch(true)) }];
    let refused = workplace.settings().apply(&changes, None).map(|_| ()).expect_err("refused");
    assert_eq!(refused[0].code, Code::ConfigContradiction);
    assert_eq!(workplace.text(), "[jtl]\nca_file = \"ca.pem\"\n");
}

#[test]
fn a_change_keeps_the_comments_and_a_relative_path_as_it_was_written() {
    let before = "# Laden 1\n[jtl]\n# vom Server\nca_file = \"ca.pem\" # PEM\n";
    let workplace = Workplace::with(before);
    let settings = workplace.settings();
    settings.apply(&[set("jtl.port", 1433)], None).expect("applied");
    let after =
        "version = 2\n# Laden 1\n[jtl]\n# vom Server\nca_file = \"ca.pem\" # PEM\nport = 1433\n";
    assert_eq!(workplace.text(), after);
    let config = settings.settle().expect("settles").config;
    assert_eq!(PathBuf::from(config.jtl.ca_file), workplace.folder.path().join("ca.pem"));
    let back = Change { key: key("jtl.port"), value: None };
    settings.apply(&[back], None).expect("applied");
    assert_eq!(workplace.text(), after.replace("port = 1433\n", ""));
}

#[test]
fn of_many_writers_at_once_none_loses_its_change() {
    let workplace = Workplace::with("# Kopf\n");
    let keys =
        ["temu.rate_per_second", "temu.max_in_flight", "temu.timeout_seconds", "temu.max_retries"];
    std::thread::scope(|scope| {
        for (place, name) in keys.iter().enumerate() {
            let settings = workplace.settings();
            scope.spawn(move || {
                for round in 1..=10 {
                    let value = i64::try_from(place).expect("small") + round;
                    settings.apply(&[set(name, value)], None).expect("applied");
                }
            });
        }
    });
    let temu = workplace.settings().settle().expect("settles").config.temu;
    let found = (temu.rate_per_second, temu.max_in_flight, temu.timeout_seconds, temu.max_retries);
    assert_eq!(found, (10, 11, 12, 13));
    assert!(workplace.text().contains("# Kopf"));
}

#[test]
fn what_was_saved_since_one_looked_is_not_overwritten() {
    let workplace = Workplace::with("[temu]\nrate_per_second = 5\n");
    let settings = workplace.settings();
    let basis = settings.snapshot(None).expect("snapshot").basis;
    workplace.write("[temu]\nrate_per_second = 6\n");
    let refused = settings.apply(&[set("temu.rate_per_second", 7)], Some(&basis));
    assert_eq!(refused.expect_err("refused")[0].code, Code::ConfigChangedMeanwhile);
    assert_eq!(workplace.text(), "[temu]\nrate_per_second = 6\n");
}

#[test]
fn of_two_mistakes_one_can_be_mended_and_none_can_be_added() {
    let workplace = Workplace::with("[temu]\nrate_per_second = 0\nspeed = 3\n");
    let settings = workplace.settings();
    settings.apply(&[set("temu.rate_per_second", 5)], None).expect("mends one");
    let left = settings.settle().map(|_| ()).expect_err("one is left");
    assert_eq!(left.len(), 1, "{left:?}");
    let refused = settings.apply(&[set("temu.timeout_seconds", 0)], None).map(|_| ());
    assert_eq!(refused.expect_err("refused")[0].code, Code::ConfigInvalidValue);
    settings.apply(&[Change { key: key("temu.speed"), value: None }], None).expect("mends two");
    settings.settle().expect("settles");
}

#[tokio::test]
async fn a_change_is_in_force_at_once_and_work_under_way_keeps_what_it_began_with() {
    let workplace = Workplace::with("");
    let desk = workplace.desk().await;
    let under_way = desk.app();
    let mut changes = desk.changes();
    let changed = desk.change_settings(vec![set("temu.rate_per_second", 7)], None).await;
    assert!(changed.expect("applied").in_force);
    assert!(changes.has_changed().expect("the desk lives"));
    assert_eq!(changes.borrow_and_update().config.temu.rate_per_second, 7);
    assert_eq!(desk.app().config.temu.rate_per_second, 7);
    assert_eq!(under_way.config.temu.rate_per_second, 20);
}

#[tokio::test]
async fn a_broken_file_keeps_the_old_values_in_force_and_says_why_until_it_is_mended() {
    let workplace = Workplace::with("[temu]\nrate_per_second = 5\n");
    let desk = workplace.desk().await;
    for broken in ["[temu\n", "[temu]\nrate_per_second = \"viel\"\n"] {
        workplace.write(broken);
        desk.reload_settings().expect_err("broken");
        assert_eq!(desk.app().config.temu.rate_per_second, 5);
        let shown = desk.settings().expect("snapshot");
        let rate = shown.settings.iter().find(|v| v.setting.key == key("temu.rate_per_second"));
        assert_eq!(rate.and_then(|v| v.value.clone()), Some(SettingValue::Number(5)));
        assert_eq!(shown.problems, desk.settings_problems());
        assert!(!shown.problems.is_empty());
    }
    workplace.write("[temu]\nrate_per_second = 6\n");
    assert_eq!(desk.reload_settings(), Ok(true));
    assert_eq!(desk.app().config.temu.rate_per_second, 6);
    assert!(desk.settings_problems().is_empty());
    assert_eq!(desk.reload_settings(), Ok(false), "nothing new");
}

#[test]
fn a_file_that_cannot_be_written_is_told() {
    let workplace = Workplace::with("");
    let gone = SettingsFile::new(workplace.folder.path().join("gone/kontor.toml"));
    let settings = Settings::new(gone, Overrides::default());
    let refused = settings.apply(&[set("temu.rate_per_second", 7)], None).map(|_| ());
    assert_eq!(refused.expect_err("refused")[0].code, Code::FileWriteFailed);
}

#[test]
fn what_is_no_workers_config_is_refused() {
    for text in ["", "[]", "{\"worker\": 1}", "{\"jobs\": 3}", "{ broken"] {
        let refused = ImportReport::read(text).map(|_| ()).map_err(|p| p.code);
        assert_eq!(refused, Err(Code::ConfigUnreadable), "{text}");
    }
}

#[test]
fn of_the_old_workers_config_everything_is_accounted_for() {
    let text = r#"{
      "jobs": {
        "temu_orders_sync": { "priority": 3, }, // 09:00 täglich
        "clean_tmp": { "schedule": "0 1 * * *" },
        "odd": 3
      },
      "timezone": "Europe/Berlin"
    }"#;
    let report = ImportReport::read(text).expect("read");
    let unknown =
        ["jobs.temu_orders_sync.priority", "jobs.clean_tmp.schedule", "jobs.odd", "timezone"];
    assert_eq!(report.unknown, unknown);
    assert!(report.taken_over.is_empty() && report.refused.is_empty());
}
