//! Kontor's own data: the file, or the SQL Server step by step.

use std::time::Instant;

use kontor_core::{Code, Problem};
use kontor_store::{ServerProbe, probe_server};

use super::{Check, State, size};
use crate::App;
use crate::settings::Said;
use crate::store_place;

/// The connection to a server, when there is one, and the data itself.
pub(super) async fn checks(app: &App) -> Vec<Check> {
    let mut checks = match store_place::server(&app.config, app.secrets()) {
        Ok(None) => Vec::new(),
        Ok(Some(server)) => {
            // A connection of its own: a pooled one would hide what a new one meets.
            let steps = probe_server(&server).await;
            let mut checks: Vec<Check> = steps.into_iter().map(check).collect();
            if app.config.store.trust_any_certificate {
                warn_of_trust(&mut checks);
            }
            checks
        }
        Err(problem) => vec![Check::of_problem("store.login", State::Stop, problem)],
    };
    checks.push(data(app).await);
    checks
}

fn warn_of_trust(checks: &mut [Check]) {
    let tls = checks.iter_mut().find(|c| c.name == "store.tls" && c.state == State::Ok);
    if let Some(tls) = tls {
        tls.state = State::Warn;
        tls.fact = Said::new(
            "verschlüsselt, aber jedem Zertifikat wird vertraut",
            "encrypted, but any certificate is trusted",
        );
    }
}

fn check(step: ServerProbe) -> Check {
    let name = format!("store.{}", step.name);
    let check = match step.outcome {
        Ok(found) => Check::new(name, State::Ok, fact(step.name, &found)),
        Err(problem) => Check::of_problem(name, State::Stop, problem),
    };
    check.took(step.duration)
}

fn fact(step: &str, found: &str) -> Said {
    let (de, en) = match step {
        "dns" => ("Adresse", "address"),
        "tcp" => ("erreichbar, Port", "reachable, port"),
        "tls" => ("Verschlüsselung, Zertifikat:", "encryption, certificate:"),
        "login" => ("angemeldet als", "logged in as"),
        "database" => ("Datenbank", "database"),
        "rights" => ("Rechte auf Tabellen:", "rights on tables:"),
        _ => ("SQL Server", "SQL Server"),
    };
    Said::new(format!("{de} {found}"), format!("{en} {found}"))
}

/// Kontor's database.
async fn data(app: &App) -> Check {
    let begun = Instant::now();
    let check = match app.store.health().await {
        Ok(health) if health.intact => {
            let (size, version) = (size(health.bytes), health.schema_version);
            let said = Said::new(
                format!("unversehrt, {size}, Schema {version}"),
                format!("intact, {size}, schema {version}"),
            );
            Check::new("store", State::Ok, said)
        }
        Ok(_) => Check::of_problem("store", State::Stop, Problem::new(Code::StoreDamaged)),
        Err(problem) => Check::of_problem("store", State::Stop, problem),
    };
    check.took(begun.elapsed())
}
