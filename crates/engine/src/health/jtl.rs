//! JTL, step by step.

use kontor_core::export::Channel;
use kontor_jtl::{JtlClient, PROBE_STEPS, ProbeStep};

use super::{Check, State};
use crate::App;
use crate::settings::Said;

/// The steps of the connection. Without a host there is nothing to look at.
pub(super) async fn checks(app: &App) -> Vec<Check> {
    if !app.has_jtl() {
        let said = Said::new("nicht eingerichtet", "not set up");
        return vec![Check::new("jtl", State::Unknown, said)];
    }
    // A client of its own: a pooled connection would hide what a new one meets.
    let client = match app.jtl_settings().and_then(JtlClient::new) {
        Ok(client) => client,
        Err(problem) => return vec![Check::of_problem("jtl", State::Stop, problem)],
    };
    let inserts = app.config.orders.target.channels().contains(&Channel::Database);
    let steps = client.probe(inserts).await;
    let reached = steps.len();
    let mut checks: Vec<Check> = steps.into_iter().map(check).collect();
    checks.extend(PROBE_STEPS.iter().skip(reached).map(|s| Check::not_reached(format!("jtl.{s}"))));
    if app.config.jtl.trust_any_certificate
        && let Some(tls) = checks.iter_mut().find(|c| c.name == "jtl.tls" && c.state == State::Ok)
    {
        tls.state = State::Warn;
        tls.fact = Said::new(
            "verschlüsselt, aber jedem Zertifikat wird vertraut",
            "encrypted, but any certificate is trusted",
        );
    }
    checks
}

fn check(step: ProbeStep) -> Check {
    let name = format!("jtl.{}", step.name);
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
        "tls" => ("verschlüsselt, Zertifikat:", "encrypted, certificate:"),
        "login" => ("angemeldet als", "logged in as"),
        "database" => ("Datenbank", "database"),
        "rights" => ("Rechte geprüft:", "rights checked:"),
        "version" => ("JTL-Wawi", "JTL-Wawi"),
        _ => ("Tabellen gefunden:", "tables found:"),
    };
    Said::new(format!("{de} {found}"), format!("{en} {found}"))
}
