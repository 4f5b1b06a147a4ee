//! `kontor api`: the command table from the command line.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use kontor_engine::core::{Code, Problem};
use kontor_engine::{Desk, api};

use crate::args::GlobalArgs;
use crate::commands::setup;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum ApiCommand {
    /// List the commands with what each is for.
    List,
    /// Call a command and print its answer as JSON.
    Call {
        /// Its name.
        name: String,
        /// Its parameters as JSON.
        #[arg(default_value = "null")]
        parameters: String,
    },
    /// Print the TypeScript of the table.
    Typescript,
}

/// Runs `kontor api`.
pub(crate) async fn run(
    global: &GlobalArgs,
    command: ApiCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    match command {
        ApiCommand::List if output.is_json() => output.value(&api::COMMANDS),
        ApiCommand::List => {
            for command in api::COMMANDS {
                let about = command.about.split_whitespace().collect::<Vec<_>>().join(" ");
                println!("{:28} {about}", command.name);
            }
        }
        ApiCommand::Call { name, parameters } => {
            let parameters = serde_json::from_str(&parameters)
                .map_err(|e| Problem::new(Code::CommandParametersInvalid).about(&name).detail(e))?;
            let desk = api::Headless(Arc::new(Desk::open(setup(global)?).await?));
            output.value(&api::call(&desk, &name, parameters).await?);
        }
        ApiCommand::Typescript => print!("{}", api::typescript()),
    }
    Ok(ExitCode::SUCCESS)
}
