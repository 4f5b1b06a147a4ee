//! `kontor secrets`: credentials in the operating system's keychain. A value is typed or piped, never an argument, and never
//! printed.

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

use clap::Subcommand;
use kontor_engine::Desk;
use kontor_engine::core::{Code, Problem};
use kontor_engine::secrets::{SecretName, SecretState, SecretStatus};
use serde_json::json;

use crate::args::GlobalArgs;
use crate::commands::setup;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum SecretsCommand {
    /// Store a secret; it is typed without echo, or read from standard input.
    Set {
        /// temu.app_key, temu.app_secret, temu.access_token, jtl.password or store.password.
        name: String,
    },
    /// Show which secrets are there and where, never what they are.
    Check,
    /// Delete a secret from the keychain.
    Delete {
        /// Its name.
        name: String,
    },
}

/// Runs the command.
pub(crate) async fn run(
    global: &GlobalArgs,
    command: SecretsCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    match command {
        SecretsCommand::Set { name } => {
            let name: SecretName = name.parse()?;
            let secret = read(name, output)?;
            let desk = Desk::open(setup(global)?).await?;
            desk.set_secret(name, secret.into()).await?;
            let overridden = std::env::var_os(name.variable()).is_some();
            if output.is_json() {
                output.value(&json!({ "name": name, "stored": true, "overridden": overridden }));
            } else {
                println!("{name}: {}", output.say("im Schlüsselbund", "in the keychain"));
                if overridden {
                    let note = output.say(
                        "gilt vor dem Schlüsselbund, solange sie gesetzt ist",
                        "wins over the keychain while it is set",
                    );
                    println!("  {}: {note}", name.variable());
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        SecretsCommand::Check => check(&Desk::open(setup(global)?).await?, output).await,
        SecretsCommand::Delete { name } => {
            let name: SecretName = name.parse()?;
            let was_there = Desk::open(setup(global)?).await?.delete_secret(name).await?;
            if output.is_json() {
                output.value(&json!({ "name": name, "deleted": was_there }));
            } else if was_there {
                println!("{name}: {}", output.say("gelöscht", "deleted"));
            } else {
                println!("{name}: {}", output.say("war nicht hinterlegt", "was not stored"));
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// From the terminal without echo, else all of standard input without its last line end.
fn read(name: SecretName, output: &Output) -> Result<String, Problem> {
    let failed = |e: std::io::Error| Problem::new(Code::SecretEmpty).about(name).detail(e);
    if std::io::stdin().is_terminal() {
        let ask =
            output.say("Geheimnis eingeben (bleibt unsichtbar)", "Enter the secret (stays hidden)");
        return rpassword::prompt_password(format!("{ask} – {name}: ")).map_err(failed);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(failed)?;
    let length = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(length);
    Ok(text)
}

async fn check(desk: &Desk, output: &Output) -> Result<ExitCode, Problem> {
    let secrets = desk.secrets().await?;
    let is_there =
        |s: &SecretStatus| matches!(s.state, SecretState::Environment | SecretState::Keychain);
    let code = if secrets.iter().all(is_there) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if output.is_json() {
        output.value(&json!({ "secrets": secrets }));
        return Ok(code);
    }
    for secret in &secrets {
        let word = match &secret.state {
            SecretState::Environment => output.say("in der Umgebung", "in the environment"),
            SecretState::Keychain => output.say("im Schlüsselbund", "in the keychain"),
            SecretState::Missing => output.say("fehlt", "missing"),
            SecretState::Unknown { .. } => output.say("nicht zu erfahren", "cannot be told"),
        };
        let set_at = secret.set_at.map(|at| format!("  ({})", output.time(Some(at))));
        println!("  {:<20} {word}{}", secret.name.to_string(), set_at.unwrap_or_default());
    }
    let trouble = secrets.iter().find_map(|s| match &s.state {
        SecretState::Unknown { problem } => Some(problem.clone()),
        _ => None,
    });
    output.problems(trouble.as_slice());
    Ok(code)
}
