//! Secrets in a real keychain (gnome-keyring in a D-Bus session of its own), and on a machine without one.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::desk::{Desk, codes};

/// A machine without a keychain, whatever the one is that the test runs on.
fn without_keychain(command: &mut Command) {
    for variable in crate::desk::SECRET_VARIABLES {
        command.env_remove(variable);
    }
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    command.env_remove("DISPLAY").env_remove("KONTOR_KEYCHAIN");
}

async fn output(mut command: Command) -> Result<Output> {
    Ok(tokio::task::spawn_blocking(move || command.output()).await??)
}

fn piped(mut command: Command, input: &str) -> Result<Output> {
    use std::io::Write as _;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    child.stdin.take().context("standard input")?.write_all(input.as_bytes())?;
    Ok(child.wait_with_output()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_a_secret_is_refused_with_the_remedy_and_the_environment_still_works()
-> Result<()> {
    let desk = Desk::open(1).await?;
    let mut command = desk.kontor(&["secrets", "set", "jtl.password", "--json"]);
    without_keychain(&mut command);
    let set = tokio::task::spawn_blocking(move || piped(command, "hunter22\n")).await??;
    let printed: Value = serde_json::from_slice(&set.stdout)?;
    assert_eq!(codes(&printed), ["secret.keychain_none"]);
    assert_eq!(set.status.code(), Some(1));
    let remedy = printed["problems"][0]["en"]["remedy"].as_str().unwrap_or_default();
    assert!(remedy.contains("KONTOR_JTL_PASSWORD"), "{printed:#}");
    assert!(!String::from_utf8_lossy(&set.stdout).contains("hunter22"));
    let mut command = desk.kontor(&["jtl", "test", "--json"]);
    without_keychain(&mut command);
    let tested = output(command).await?;
    assert_eq!(codes(&serde_json::from_slice(&tested.stdout)?), ["jtl.credentials_missing"]);
    let (_, code) = desk.json(&["jtl", "test"]).await?;
    assert_eq!(code, 0, "with the variables of the environment");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_long_and_unknown_secrets_are_refused_and_not_repeated() -> Result<()> {
    let desk = Desk::open(1).await?;
    let long = "ü".repeat(1_281);
    for (name, value, expected) in [
        ("jtl.password", "\n", "secret.empty"),
        ("jtl.password", long.as_str(), "secret.too_long"),
        ("jtl.passwort", "x", "secret.unknown"),
    ] {
        let mut command = desk.kontor(&["secrets", "set", name, "--json"]);
        without_keychain(&mut command);
        let value = value.to_owned();
        let set = tokio::task::spawn_blocking(move || piped(command, &value)).await??;
        let printed = String::from_utf8(set.stdout)?;
        assert!(printed.contains(expected) && !printed.contains("üüü"), "{name}: {printed}");
    }
    Ok(())
}

/// Whether the machine has what `cargo xtask setup` installs for this test.
fn has_gnome_keyring() -> bool {
    let found = |program: &str| Command::new(program).arg("--version").output().is_ok();
    found("gnome-keyring-daemon") && found("dbus-run-session")
}

/// Runs a script in a D-Bus session with a keyring of its own.
fn in_session(desk: &Desk, home: &Path, script: &str) -> Result<Output> {
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", script]);
    for variable in crate::desk::SECRET_VARIABLES {
        command.env_remove(variable);
    }
    command
        .env("KONTOR", env!("CARGO_BIN_EXE_kontor"))
        .env("CONFIG", desk.config())
        .env("DATA", desk.data())
        .env("PASSWORD", &desk.secrets()[3].1)
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", home.join("share"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("KONTOR_KEYCHAIN")
        .env("KONTOR_LANG", "en");
    Ok(command.output()?)
}

const OPEN: &str = "k() { \"$KONTOR\" --config \"$CONFIG\" --data \"$DATA\" \"$@\"; }\n\
                    printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_a_real_keyring_is_used_listed_and_deleted_and_stands_in_no_file() -> Result<()>
{
    assert!(has_gnome_keyring(), "please run: cargo xtask setup (installs dbus and gnome-keyring)");
    let desk = Desk::open(1).await?;
    let home = tempfile::tempdir()?;
    let script = format!(
        "{OPEN}k jtl test --json | head -c 200; echo; echo ==\n\
         printf '%s\\n' \"$PASSWORD\" | k secrets set jtl.password\n\
         echo ==; k secrets check --json; echo ==; k jtl test --json && echo tested\n\
         echo ==; k secrets delete jtl.password; echo ==; k secrets check"
    );
    let ended = in_session(&desk, home.path(), &script)?;
    let said = String::from_utf8(ended.stdout)?;
    let errors = String::from_utf8(ended.stderr)?;
    let parts: Vec<&str> = said.split("==\n").collect();
    assert_eq!(parts.len(), 6, "{said}\n{errors}");
    assert!(parts[0].contains("jtl.credentials_missing"), "{said}\n{errors}");
    assert!(parts[1].contains("in the keychain"), "{said}\n{errors}");
    let checked: Value = serde_json::from_str(parts[2])?;
    let password = &checked["secrets"][3];
    assert_eq!(password["state"], "keychain", "{checked:#}");
    assert!(password["set_at"].is_string(), "{checked:#}");
    assert!(parts[3].contains("tested"), "{said}\n{errors}");
    assert!(parts[4].contains("deleted") && parts[5].contains("missing"), "{said}");
    let secret = &desk.secrets()[3].1;
    assert!(!said.contains(secret.as_str()) && !errors.contains(secret.as_str()));
    let mut files = Vec::new();
    crate::mistakes::collect(desk.folder(), &mut files)?;
    assert!(files.iter().all(|text| !text.contains(secret.as_str())));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_is_told_as_locked_and_nobody_waits_for_ever() -> Result<()> {
    assert!(has_gnome_keyring(), "please run: cargo xtask setup (installs dbus and gnome-keyring)");
    let desk = Desk::open(1).await?;
    let home = tempfile::tempdir()?;
    // Made with a password in one session, met without it in the next.
    let made = format!("{OPEN}printf '%s\\n' \"$PASSWORD\" | k secrets set jtl.password");
    assert!(
        in_session(&desk, home.path(), &made.replace("printf '\\n' |", "printf 'pw' |"))?
            .status
            .success()
    );
    let met = OPEN.replace("--unlock ", "--start ") + "k jtl test --json; echo \"exit $?\"";
    let ended = in_session(&desk, home.path(), &met)?;
    let said = String::from_utf8(ended.stdout)?;
    let errors = String::from_utf8(ended.stderr)?;
    let told = ["secret.keychain_locked", "secret.keychain_denied"];
    assert!(told.iter().any(|code| said.contains(code)), "{said}\n{errors}");
    assert!(said.contains("exit 1"), "{said}");
    Ok(())
}
