//! The schema, brought up to date step by step, by one desk at a time.

use kontor_core::{Code, Problem};

use super::MssqlStore;
use super::rows::get;
use super::session::{TRIES, Talk, pause};
use crate::{Result, StoreHealth};

/// Every migration in its order; the position is its number. Each is the twin of one in `migrations/sqlite`.
const MIGRATIONS: [&str; 8] = [
    include_str!("../../../../migrations/mssql/0001_orders.sql"),
    include_str!("../../../../migrations/mssql/0002_runs.sql"),
    include_str!("../../../../migrations/mssql/0003_stock.sql"),
    include_str!("../../../../migrations/mssql/0004_jobs.sql"),
    include_str!("../../../../migrations/mssql/0005_invoice_fetch.sql"),
    include_str!("../../../../migrations/mssql/0006_desk.sql"),
    include_str!("../../../../migrations/mssql/0007_store_copies.sql"),
    include_str!("../../../../migrations/mssql/0008_lookups.sql"),
];

impl MssqlStore {
    /// Applies what is missing, each migration in a transaction of its own. Who holds the row of `kontor_schema` migrates;
    /// another desk waits for it and then finds the work done.
    pub(super) async fn migrate(&self) -> Result<()> {
        let mut talk = self.talk().await?;
        refuse_old_server(&mut talk).await?;
        let version = version_table(&mut talk).await?;
        drop(talk);
        if step_of(version)?.is_none() {
            return Ok(());
        }
        while self.write(|talk| Box::pin(migrate_once(talk))).await? {}
        Ok(())
    }

    pub(super) async fn schema_health(&self) -> Result<StoreHealth> {
        self.read(|talk| Box::pin(health(talk))).await
    }
}

/// Applies the next migration; `false` when there is none.
async fn migrate_once(talk: &mut Talk<'_>) -> Result<bool> {
    talk.batch("SET LOCK_TIMEOUT 60000").await?;
    // Takes the row: the version that is read now holds until the commit.
    talk.execute("UPDATE kontor_schema SET version = version WHERE id = 1", &[]).await?;
    let version = version(talk).await?.unwrap_or_default();
    let next = step_of(version)?;
    if let Some(migration) = next {
        for batch in batches(migration) {
            talk.batch(&batch).await?;
        }
        let sql = "UPDATE kontor_schema SET version = @P1 WHERE id = 1";
        talk.execute(sql, &[(version + 1).into()]).await?;
    }
    talk.batch("SET LOCK_TIMEOUT 5000").await?;
    Ok(next.is_some())
}

/// The migration that follows a version; `store.newer_than_program` for a version beyond the last one.
fn step_of(version: i64) -> Result<Option<&'static str>> {
    match usize::try_from(version) {
        Ok(done) if done <= MIGRATIONS.len() => Ok(MIGRATIONS.get(done).copied()),
        _ => {
            let detail = format!("{version} > {}", MIGRATIONS.len());
            Err(Problem::new(Code::StoreNewerThanProgram).detail(detail))
        }
    }
}

/// Batches end at a line `GO`: a statement cannot use a column that its own batch adds.
fn batches(migration: &str) -> Vec<String> {
    let mut batches = vec![String::new()];
    for line in migration.lines() {
        if line.trim() == "GO" {
            batches.push(String::new());
        } else if let Some(batch) = batches.last_mut() {
            batch.push_str(line);
            batch.push('\n');
        }
    }
    batches.retain(|batch| !batch.trim().is_empty());
    batches
}

/// SQL Server 2016 (13.x) brought OPENJSON, for databases at compatibility level 130: asked for itself, so that a newer
/// server with an old database is refused too.
async fn refuse_old_server(talk: &mut Talk<'_>) -> Result<()> {
    let Err(refused) = talk.rows("SELECT [key] FROM OPENJSON(N'[1]')", &[]).await else {
        return Ok(());
    };
    if refused.code == Code::StoreUnreachable || refused.code == Code::StoreTimeout {
        return Err(refused);
    }
    let version = server_version(talk).await.unwrap_or_default();
    Err(Problem::new(Code::StoreServerTooOld).detail(version))
}

/// The server's product version, e.g. `16.0.1000.6`.
pub(super) async fn server_version(talk: &mut Talk<'_>) -> Result<String> {
    let sql = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(128)) AS version";
    let row = talk.row(sql, &[]).await?;
    Ok(row.map(|r| get::<Option<String>>(&r, "version")).transpose()?.flatten().unwrap_or_default())
}

/// The version; the table is made when it is not there. Of desks that make it at the same moment one gets through, and the
/// others, whatever error they meet, find it a moment later.
async fn version_table(talk: &mut Talk<'_>) -> Result<i64> {
    let mut tries = 1;
    loop {
        let made = make_version_table(talk).await;
        match (version(talk).await, made) {
            (Ok(Some(version)), _) => return Ok(version),
            (_, Err(problem)) if tries == TRIES => return Err(problem),
            (Err(problem), _) if tries == TRIES => return Err(problem),
            (Ok(None), Ok(())) if tries == TRIES => {
                return Err(Problem::new(Code::StoreObjectMissing).about("kontor_schema"));
            }
            _ => {}
        }
        pause(tries).await;
        tries += 1;
    }
}

async fn make_version_table(talk: &mut Talk<'_>) -> Result<()> {
    talk.batch(
        "IF OBJECT_ID('kontor_schema') IS NULL
         CREATE TABLE kontor_schema (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)",
    )
    .await?;
    talk.batch(
        "INSERT INTO kontor_schema (id, version)
         SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM kontor_schema WHERE id = 1)",
    )
    .await
}

async fn version(talk: &mut Talk<'_>) -> Result<Option<i64>> {
    let row = talk.row("SELECT version FROM kontor_schema WHERE id = 1", &[]).await?;
    row.map(|r| get(&r, "version")).transpose()
}

async fn health(talk: &mut Talk<'_>) -> Result<StoreHealth> {
    let schema_version = version(talk).await?.unwrap_or_default();
    let sql =
        "SELECT CAST(SUM(CAST(size AS BIGINT)) * 8192 AS BIGINT) AS bytes FROM sys.database_files";
    // Not every login may see the files.
    let bytes = match talk.row(sql, &[]).await {
        Ok(Some(row)) => get::<Option<i64>>(&row, "bytes")?.unwrap_or_default(),
        _ => 0,
    };
    Ok(StoreHealth {
        schema_version,
        bytes: u64::try_from(bytes).unwrap_or_default(),
        // The server checks its pages itself; what it finds damaged it says when it is read (824).
        intact: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_migration_has_its_twin() {
        let names = |folder: &str| -> Vec<String> {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
            let files = std::fs::read_dir(root.join(folder)).expect("the folder");
            let mut names: Vec<String> = files
                .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names("mssql"), names("sqlite"));
        assert_eq!(names("mssql").len(), MIGRATIONS.len());
    }

    #[test]
    fn batches_end_at_go() {
        assert_eq!(batches("a\nGO\nb\nc\n\nGO\n"), ["a\n", "b\nc\n\n"]);
    }

    #[test]
    fn a_database_of_a_newer_program_is_refused() {
        const NEXT: i64 = MIGRATIONS.len() as i64 + 1;
        assert_eq!(step_of(NEXT).map_err(|p| p.code), Err(Code::StoreNewerThanProgram));
        assert_eq!(step_of(-1).map_err(|p| p.code), Err(Code::StoreNewerThanProgram));
        assert_eq!(step_of(NEXT - 1), Ok(None));
        assert!(step_of(0).expect("the first").is_some());
    }
}
