//! What the command table is made of.

use serde::Serialize;

/// A part of what a window shows. A command that changes it names it, and windows ask for it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Orders, their holds and timelines.
    Orders,
    /// Parcels and their reports.
    Parcels,
    /// Stock, plans and pushes.
    Stock,
    /// Runs and their items.
    Runs,
    /// Jobs and their schedules.
    Jobs,
    /// Settings and credentials.
    Settings,
    /// Health checks.
    Health,
    /// Invoices and DATEV files.
    Documents,
    /// Saved views.
    Views,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 9] = [
        Self::Orders,
        Self::Parcels,
        Self::Stock,
        Self::Runs,
        Self::Jobs,
        Self::Settings,
        Self::Health,
        Self::Documents,
        Self::Views,
    ];
}

/// One command of the table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Command {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// What it changes; empty for a question.
    pub changes: &'static [Topic],
    /// Whether its request can ask for a dry run (`dry_run: true`).
    pub dry_run: bool,
    /// Whether a person confirms it before it is called, because it cannot be taken back.
    pub confirm: bool,
}

impl Command {
    pub(super) const fn new(
        name: &'static str,
        about: &'static str,
        changes: &'static [Topic],
    ) -> Self {
        Self { name, about, changes, dry_run: false, confirm: false }
    }

    pub(super) const fn dry_run(self) -> Self {
        Self { dry_run: true, ..self }
    }

    pub(super) const fn confirm(self) -> Self {
        Self { confirm: true, ..self }
    }
}

/// Makes the table: the list of commands, the dispatcher and the TypeScript of every type. A command without a handler,
/// or with one of another shape, does not compile.
macro_rules! commands {
    ($(
        $(#[doc = $about:literal])+
        $name:ident: $handler:path = ($request:ty) -> $response:ty
        { changes: [$($topic:ident),*] $(, $flag:ident)* }
    )*) => {
        /// Every command.
        pub const COMMANDS: &[Command] = &[$(
            Command::new(stringify!($name), concat!($($about, "\n"),+), &[$(Topic::$topic),*])$(.$flag())*,
        )*];

        /// Answers a command: reads its parameters, calls its handler, writes its answer.
        ///
        /// # Errors
        /// `command.unknown`, `command.parameters_invalid`, and what the handler finds.
        pub async fn call(
            host: &dyn Host,
            name: &str,
            parameters: serde_json::Value,
        ) -> Result<serde_json::Value, kontor_core::Problem> {
            match name {
                $(stringify!($name) => {
                    let request: $request = read(name, parameters)?;
                    // Boxed: the caller's future stays small however large a workflow's is.
                    let response: $response = Box::pin($handler(host, request)).await?;
                    write(name, &response)
                })*
                _ => Err(kontor_core::Problem::new(kontor_core::Code::CommandUnknown).about(name)),
            }
        }

        /// Name, request and response of every command as TypeScript writes them.
        pub(crate) fn signatures(config: &ts_rs::Config) -> Vec<(&'static str, String, String)> {
            vec![$((
                stringify!($name),
                <$request as ts_rs::TS>::name(config),
                <$response as ts_rs::TS>::name(config),
            )),*]
        }

        /// Shows every type of the wire to a visitor.
        pub(crate) fn visit_types(visitor: &mut impl ts_rs::TypeVisitor) {
            $(
                visitor.visit::<$request>();
                visitor.visit::<$response>();
            )*
        }
    };
}
pub(super) use commands;
