//! `kontor store`: where Kontor's own data lies, and how it moves.

use std::process::ExitCode;

use clap::Subcommand;
use kontor_engine::core::Problem;
use kontor_engine::store_move::move_store;

use crate::args::GlobalArgs;
use crate::commands::setup;
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum StoreCommand {
    /// Copy everything from one place to another: files and databases of a SQL Server. Cut off, it goes on when it is
    /// started again.
    Copy {
        /// From where: the path of a file, or mssql://user@host:port/database (password: KONTOR_FROM_PASSWORD, else that of
        /// the store).
        #[arg(long, value_name = "PLACE")]
        from: String,
        /// To where, in the same form (password: KONTOR_STORE_PASSWORD or the keychain); it must be empty.
        #[arg(long, value_name = "PLACE")]
        to: String,
        /// Throw away what an unfinished copy has left there, and begin anew.
        #[arg(long)]
        restart: bool,
    },
}

/// Runs the command.
pub(crate) async fn run(
    global: &GlobalArgs,
    command: StoreCommand,
    output: &Output,
) -> Result<ExitCode, Problem> {
    let StoreCommand::Copy { from, to, restart } = command;
    let report = move_store(setup(global)?, &from, &to, restart, &|_| {}).await?;
    if output.is_json() {
        output.value(&report);
        return Ok(ExitCode::SUCCESS);
    }
    for table in &report.tables {
        println!("{:>9}  {:<20}  {}", table.rows, table.name, table.digest);
    }
    println!(
        "{}: {} ({} {})",
        output.say("Kopiert und verglichen", "Copied and compared"),
        report.written,
        report.resumed,
        output.say("waren schon da", "were there already")
    );
    Ok(ExitCode::SUCCESS)
}
