//! A desk: the program, a data folder, and a sandbox.

use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::Result;
use kontor_sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;
use tempfile::TempDir;

/// The variables that hold secrets.
pub(crate) const SECRET_VARIABLES: [&str; 4] = [
    "KONTOR_TEMU_APP_KEY",
    "KONTOR_TEMU_APP_SECRET",
    "KONTOR_TEMU_ACCESS_TOKEN",
    "KONTOR_JTL_PASSWORD",
];

pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    folder: TempDir,
}

impl Desk {
    pub(crate) async fn open(orders: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let sandbox = Sandbox::start(SandboxOptions {
            orders,
            rate: 5_000,
            work_dir: folder.path().join("sandbox"),
            ..SandboxOptions::default()
        })
        .await?;
        let desk = Self { sandbox, folder };
        desk.configure(|text| text)?;
        Ok(desk)
    }

    /// Writes the configuration, changed by `change`.
    pub(crate) fn configure(&self, change: impl FnOnce(String) -> String) -> Result<()> {
        let quick = self
            .sandbox
            .config()
            .replace("[jtl]", "retry_base_ms = 5\nmax_retries = 1\n[jtl]\nsettle_seconds = 0");
        Ok(std::fs::write(self.config(), change(quick))?)
    }

    /// Where everything of this desk lies.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("kontor.toml")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Every secret of the sandbox.
    pub(crate) fn secrets(&self) -> [(&'static str, String); 4] {
        let connection = self.sandbox.connection();
        [
            ("KONTOR_TEMU_APP_KEY", connection.temu.app_key.clone()),
            ("KONTOR_TEMU_APP_SECRET", connection.temu.app_secret.clone()),
            ("KONTOR_TEMU_ACCESS_TOKEN", connection.temu.access_token.clone()),
            ("KONTOR_JTL_PASSWORD", connection.jtl.password.clone()),
        ]
    }

    pub(crate) fn kontor(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
        command.args(arguments).arg("--config").arg(self.config()).arg("--data").arg(self.data());
        command.envs(self.secrets()).env("KONTOR_LANG", "en").env("KONTOR_KEYCHAIN", "off");
        command
    }

    /// Runs the program to its end, on a thread of its own so that the sandbox goes on.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = self.kontor(arguments);
        Ok(tokio::task::spawn_blocking(move || command.output()).await??)
    }

    /// The JSON that the program prints, and its exit code.
    pub(crate) async fn json(&self, arguments: &[&str]) -> Result<(Value, i32)> {
        let output = self.run(&[arguments, &["--json"]].concat()).await?;
        let printed = serde_json::from_slice(&output.stdout)
            .map_err(|e| anyhow::anyhow!("{e}: {}", String::from_utf8_lossy(&output.stdout)))?;
        Ok((printed, output.status.code().unwrap_or(-1)))
    }

    pub(crate) fn import(&self) -> Result<usize> {
        Ok(self.sandbox.jtl().import_once(Some(&self.data().join("temu/xml")))?.imported.len())
    }
}

/// The codes of the problems in a report.
pub(crate) fn codes(report: &Value) -> Vec<&str> {
    let problems = report["problems"].as_array().map(Vec::as_slice).unwrap_or_default();
    problems.iter().filter_map(|p| p["code"].as_str()).collect()
}
