//! TEMU: one question about the token answers most of it.

use std::time::Instant;

use kontor_core::{Code, Problem};
use kontor_temu::{NEEDED_SCOPES, TokenInfo};

use super::{Check, State};
use crate::App;
use crate::settings::Said;

/// What is looked at, in the order in which the gateway itself checks a call (temu-api.md 5).
const NAMES: [&str; 6] =
    ["temu.reachable", "temu.signature", "temu.clock", "temu.token", "temu.ip_list", "temu.scopes"];

/// Below so many days the token must be renewed soon.
const DAYS_LEFT: i64 = 14;
/// Seconds of difference that TEMU refuses, and those worth a word.
const SKEW_REFUSED: i64 = 300;
const SKEW_SEEN: i64 = 60;

/// Which of the checks a refusal belongs to.
fn place(code: Code) -> usize {
    match code {
        Code::TemuSignatureRejected | Code::TemuAppRejected => 1,
        Code::TemuClockSkew => 2,
        Code::TemuTokenRejected | Code::TemuTokenExpired | Code::TemuAreaWrong => 3,
        Code::TemuIpNotAllowed => 4,
        Code::TemuScopeMissing | Code::TemuAgreementMissing => 5,
        _ => 0,
    }
}

/// Reachability, signature, clock, token, IP list, scopes.
pub(super) async fn checks(app: &App) -> Vec<Check> {
    let begun = Instant::now();
    let client = match app.temu(None) {
        Ok(client) => client,
        Err(problem) => {
            return vec![Check::of_problem("temu", State::Stop, problem)];
        }
    };
    let asked = client.token().await;
    let skew = client.clock_skew();
    let checks = match asked {
        Ok(token) => answered(app, &token, skew),
        Err(problem) => refused(&problem, skew),
    };
    checks.into_iter().map(|check| check.took(begun.elapsed())).collect()
}

/// What comes before the refusal was passed; what comes after it was not reached.
fn refused(problem: &Problem, skew: Option<i64>) -> Vec<Check> {
    let broke_off = place(problem.code);
    let check = |(at, name): (usize, &&str)| match at.cmp(&broke_off) {
        std::cmp::Ordering::Less if *name == "temu.clock" => clock(skew),
        std::cmp::Ordering::Less => Check::new(*name, State::Ok, passed(name)),
        std::cmp::Ordering::Equal => Check::of_problem(*name, State::Stop, problem.clone()),
        std::cmp::Ordering::Greater => Check::not_reached(*name),
    };
    NAMES.iter().enumerate().map(check).collect()
}

fn answered(app: &App, token: &TokenInfo, skew: Option<i64>) -> Vec<Check> {
    let ok = |name: &str| Check::new(name, State::Ok, passed(name));
    vec![
        ok("temu.reachable"),
        ok("temu.signature"),
        clock(skew),
        days_left(app, token),
        ok("temu.ip_list"),
        scopes(token),
    ]
}

fn passed(name: &str) -> Said {
    match name {
        "temu.reachable" => Said::new("TEMU antwortet", "TEMU answers"),
        "temu.signature" => Said::new("Signatur anerkannt", "signature accepted"),
        "temu.token" => Said::new("Zugangsmarke anerkannt", "token accepted"),
        _ => Said::new("diese Adresse ist zugelassen", "this address is admitted"),
    }
}

fn clock(skew: Option<i64>) -> Check {
    let Some(seconds) = skew else {
        let said = Said::new("TEMU nennt keine Uhrzeit", "TEMU does not say the time");
        return Check::new("temu.clock", State::Unknown, said);
    };
    let said = Said::new(
        format!("Uhr weicht um {seconds} s ab"),
        format!("the clock differs by {seconds} s"),
    );
    if seconds.abs() >= SKEW_REFUSED {
        let problem = Problem::new(Code::TemuClockSkew).detail(format!("{seconds} s"));
        return Check::of_problem("temu.clock", State::Stop, problem);
    }
    let state = if seconds.abs() >= SKEW_SEEN { State::Warn } else { State::Ok };
    Check::new("temu.clock", state, said)
}

fn days_left(app: &App, token: &TokenInfo) -> Check {
    let Some(expires) = token.expires_at else {
        let said = Said::new("TEMU nennt kein Ablaufdatum", "TEMU names no expiry");
        return Check::new("temu.token", State::Unknown, said);
    };
    let days = (expires - app.clock.now()).num_days();
    let said = Said::new(format!("gilt noch {days} Tage"), format!("valid for {days} days more"));
    if days < DAYS_LEFT {
        let problem = Problem::new(Code::TemuTokenEndsSoon).detail(format!("{days} d"));
        return Check { fact: said, ..Check::of_problem("temu.token", State::Warn, problem) };
    }
    Check::new("temu.token", State::Ok, said)
}

fn scopes(token: &TokenInfo) -> Check {
    if token.scopes.is_empty() {
        let said = Said::new("TEMU nennt keine Rechte", "TEMU names no scopes");
        return Check::new("temu.scopes", State::Unknown, said);
    }
    let has = |api: &&&str| token.scopes.iter().any(|scope| scope.eq_ignore_ascii_case(api));
    let missing: Vec<&str> = NEEDED_SCOPES.iter().filter(|api| !has(api)).copied().collect();
    if missing.is_empty() {
        let count = token.scopes.len();
        let said = Said::new(
            format!("{count} Rechte, alle nötigen"),
            format!("{count} scopes, all that are needed"),
        );
        return Check::new("temu.scopes", State::Ok, said);
    }
    let problem = Problem::new(Code::TemuScopeMissing).detail(missing.join(", "));
    Check::of_problem("temu.scopes", State::Stop, problem)
}
