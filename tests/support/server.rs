//! A database for a shop on the SQL Server that `KONTOR_TEST_MSSQL_HOST`, `_PORT`, `_DATABASE`, `_USER` and `_PASSWORD`
//! name (`_ENCRYPTION=off` for one without TLS), when `KONTOR_TEST_STORE` is `mssql`. Without it a shop keeps its data in a
//! file, as most desks do.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use kontor_mssql::{Encryption, Pool, PoolSize, Server, SignIn, Trust};

static MADE: AtomicU32 = AtomicU32::new(0);

fn variable(name: &str) -> Result<String> {
    let name = format!("KONTOR_TEST_MSSQL_{name}");
    std::env::var(&name).with_context(|| name)
}

/// The password of the server's login.
pub(crate) fn password() -> Option<String> {
    variable("PASSWORD").ok()
}

/// The `[store]` section of a fresh database; empty for a file.
pub(crate) async fn section() -> Result<String> {
    if std::env::var("KONTOR_TEST_STORE").as_deref() != Ok("mssql") {
        return Ok(String::new());
    }
    let (host, port) = (variable("HOST")?, variable("PORT")?.parse()?);
    let (user, named) = (variable("USER")?, variable("DATABASE")?);
    let is_open = variable("ENCRYPTION").is_ok_and(|word| word == "off");
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let database = format!("{named}_shop_{}_{number}", std::process::id());
    let server = Server {
        host: host.clone(),
        port: Some(port),
        instance: None,
        database: named,
        sign_in: SignIn::Sql { user: user.clone(), password: variable("PASSWORD")?.into() },
        encryption: if is_open { Encryption::Off } else { Encryption::Required },
        trust: Trust::Any,
        connect_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_secs(60),
        greeting: "",
    };
    make(server, &database).await?;
    let encryption = if is_open { "off" } else { "required" };
    Ok(format!(
        "[store]\nhost = \"{host}\"\nport = {port}\ndatabase = \"{database}\"\nuser = \"{user}\"\n\
         encryption = \"{encryption}\"\ntrust_any_certificate = true\n"
    ))
}

/// Shops that make theirs at the same moment get into each other's way: tried again.
async fn make(server: Server, database: &str) -> Result<()> {
    let Ok(pool) = Pool::new(server, PoolSize { kept: 1, more: 0 }) else {
        bail!("the settings of the SQL Server are wrong");
    };
    let mut tries = 0;
    loop {
        let made = match pool.session().await {
            Ok(mut session) => session.batch(&format!("CREATE DATABASE [{database}]")).await,
            Err(failure) => Err(failure),
        };
        match made {
            Ok(()) => return Ok(()),
            Err(failure) if tries == 50 => bail!("{failure:?}"),
            Err(_) => tries += 1,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
