//! `cursors`: how far the polls have come.

use chrono::{DateTime, Utc};

use super::rows::get;
use super::session::Talk;
use crate::Result;
use crate::rows::time;

pub(super) async fn cursor(talk: &mut Talk<'_>, name: &str) -> Result<Option<DateTime<Utc>>> {
    let row = talk.row("SELECT value FROM cursors WHERE name = @P1", &[name.into()]).await?;
    row.map(|r| time(get(&r, "value")?)).transpose()
}

pub(super) async fn set(talk: &mut Talk<'_>, name: &str, value: DateTime<Utc>) -> Result<()> {
    let values = [name.into(), value.timestamp_millis().into()];
    let sql = "UPDATE cursors SET value = @P2 WHERE name = @P1";
    if talk.execute(sql, &values).await? == 0 {
        let sql = "INSERT INTO cursors (name, value) SELECT @P1, @P2
                   WHERE NOT EXISTS (SELECT 1 FROM cursors WHERE name = @P1)";
        talk.execute(sql, &values).await?;
    }
    Ok(())
}

pub(super) async fn clear(talk: &mut Talk<'_>, name: &str) -> Result<()> {
    talk.execute("DELETE FROM cursors WHERE name = @P1", &[name.into()]).await?;
    Ok(())
}
