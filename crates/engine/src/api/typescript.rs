//! The TypeScript side of the command table: `ui/src/rpc/gen.ts`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kontor_core::Code;
use kontor_core::export::{Channel, OutboxState};
use kontor_core::parcel::ReportState;
use kontor_core::problem::Class;
use kontor_core::run::{Outcome, Trigger};
use kontor_core::state::OrderState;
use kontor_core::stock::{Formula, PushState};
use kontor_store::{LogLevel, ParcelView, PlanState, StockStatus, TimelineKind};
use serde::Serialize;
use ts_rs::{Config, TS, TypeVisitor};

use super::table::Topic;
use super::{COMMANDS, signatures, visit_types};
use crate::events::Event;
use crate::health::State;
use crate::secrets::SecretName;

/// The whole file: closed vocabularies, types, the commands with their types, and the marks of each command.
pub fn typescript() -> String {
    let mut text = String::from(
        "// Made by `cargo xtask codegen` from crates/engine/src/api; do not edit.\n\n",
    );
    vocabularies(&mut text);
    let config = Config::new().with_large_int("number");
    let mut types = Declarations { config: &config, by_name: BTreeMap::new() };
    visit_types(&mut types);
    types.visit::<Event>();
    for (docs, declaration) in types.by_name.values() {
        let _ = writeln!(text, "{docs}export {declaration}\n");
    }
    interface(&mut text, &config);
    marks(&mut text);
    text
}

fn vocabularies(text: &mut String) {
    words(text, "OrderState", &OrderState::ALL);
    words(text, "OutboxState", &OutboxState::ALL);
    words(text, "Channel", &Channel::ALL);
    words(text, "ReportState", &ReportState::ALL);
    words(text, "ParcelTask", &ParcelView::ALL);
    words(text, "TimelineKind", &TimelineKind::ALL);
    words(text, "Outcome", &Outcome::ALL);
    words(text, "ProblemClass", &Class::ALL);
    words(text, "ProblemCode", Code::ALL);
    words(text, "Trigger", &Trigger::ALL);
    words(text, "LogLevel", &LogLevel::ALL);
    words(text, "HealthState", &State::ALL);
    words(text, "StockStatus", &StockStatus::ALL);
    words(text, "StockFormula", &Formula::ALL);
    words(text, "PlanState", &PlanState::ALL);
    words(text, "PushState", &PushState::ALL);
    words(text, "SecretName", SecretName::ALL);
    words(text, "Topic", &Topic::ALL);
}

fn words<T: Serialize>(text: &mut String, name: &str, all: &[T]) {
    let words: Vec<String> = all.iter().map(json).collect();
    let _ = writeln!(text, "export type {name} =\n  | {};\n", words.join("\n  | "));
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn interface(text: &mut String, config: &Config) {
    text.push_str("/** Request and response of every command. */\nexport interface Commands {\n");
    for (command, (name, request, response)) in COMMANDS.iter().zip(signatures(config)) {
        let about = command.about.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            text,
            "  /** {about} */\n  {name}: {{ request: {request}; response: {response} }};"
        );
    }
    text.push_str("}\n\n");
}

fn marks(text: &mut String) {
    text.push_str(
        "/** What each command changes, whether it can be tried dry, and whether a person confirms it first. */\n\
         export const commands: Record<keyof Commands, { changes: readonly Topic[]; dryRun: boolean; confirm: boolean }> = {\n",
    );
    for command in COMMANDS {
        let changes: Vec<String> = command.changes.iter().map(json).collect();
        let _ = writeln!(
            text,
            "  {}: {{ changes: [{}], dryRun: {}, confirm: {} }},",
            command.name,
            changes.join(", "),
            command.dry_run,
            command.confirm
        );
    }
    text.push_str("};\n");
}

/// Collects the declaration of every type that the commands reach.
struct Declarations<'a> {
    config: &'a Config,
    by_name: BTreeMap<String, (String, String)>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // A type without a file of its own is a primitive or a container: only what is inside it is declared.
        if T::output_path().is_some() {
            let name = T::ident(self.config);
            if self.by_name.contains_key(&name) {
                return;
            }
            let docs = T::docs().unwrap_or_default();
            self.by_name.insert(name, (docs, T::decl(self.config)));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}
