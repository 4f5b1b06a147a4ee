//! The test at connection: version, objects and rights of everything that Kontor uses.

use kontor_core::{Code, Problem};
use serde::Serialize;

use crate::JtlClient;
use crate::statement::{integer, text};

/// Objects that are read, with a column each that must be there.
const READ: [(&str, &str); 10] = [
    ("Verkauf.tAuftrag", "cExterneAuftragsnummer"),
    ("Verkauf.tAuftragPosition", "cArtNr"),
    ("dbo.tLieferschein", "kBestellung"),
    ("dbo.tLieferscheinPos", "kBestellPos"),
    ("dbo.tVersand", "cIdentCode"),
    ("dbo.tVersandPos", "kLieferscheinPos"),
    ("dbo.tversandart", "cName"),
    ("dbo.tLogistik", "cName"),
    ("dbo.tArtikel", "cArtNr"),
    ("Kunde.lvKunde", "cEMail"),
];

/// The one table that is written.
const WRITTEN: (&str, &str) = ("dbo.tXMLBestellImport", "cText");

/// The result of the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelfTest {
    /// JTL-Wawi's version (`dbo.tversion.cVersion`).
    pub version: String,
    /// Each object that is used.
    pub objects: Vec<ObjectTest>,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectTest {
    /// Schema and name.
    pub object: String,
    /// The object and its column can be seen. `false` has two causes: it is not there, or the login has no right on it.
    pub visible: bool,
    /// The login may read it.
    pub may_select: bool,
    /// The login may insert into it; always `true` where that is not needed.
    pub may_insert: bool,
    /// The object is there, and a right on it is certainly missing.
    #[serde(skip)]
    pub is_refused: bool,
}

impl JtlClient {
    /// Tests everything that Kontor uses, in two statements; with `inserts`, also the right to insert into the import table.
    ///
    /// # Errors
    /// `jtl.*` of connection and login; `jtl.object_missing` or `jtl.right_missing` naming every object that fails.
    pub async fn self_test(&self, inserts: bool) -> Result<SelfTest, Problem> {
        let version = self.version().await?;
        let objects = self.objects(inserts).await?;
        judge(SelfTest { version, objects })
    }

    /// JTL-Wawi's version.
    pub(crate) async fn version(&self) -> Result<String, Problem> {
        let versions =
            self.select("SELECT CAST(v.cVersion AS NVARCHAR(50)) FROM dbo.tversion v", &[]).await?;
        let version = versions.first().map(|row| text(row, 0)).transpose()?;
        version.ok_or_else(|| Problem::new(Code::JtlVersionUnknown))
    }

    /// Every object with what the login may do.
    pub(crate) async fn objects(&self, inserts: bool) -> Result<Vec<ObjectTest>, Problem> {
        let sql = format!("{}\nUNION ALL {}", probes(&READ), probe(&WRITTEN, inserts));
        let rows = self.select(&sql, &[]).await?;
        rows.iter()
            .map(|row| {
                let (select, insert) = (integer(row, 2)?, integer(row, 3)?);
                Ok(ObjectTest {
                    object: text(row, 0)?,
                    visible: integer(row, 1)?.is_some(),
                    may_select: select == Some(1),
                    may_insert: insert == Some(1),
                    is_refused: select == Some(0) || insert == Some(0),
                })
            })
            .collect()
    }
}

/// A statement with a row for each object: its name, whether its column can be seen, whether it may be read.
pub(crate) fn probes(objects: &[(&str, &str)]) -> String {
    objects.iter().map(|object| probe(object, false)).collect::<Vec<_>>().join("\nUNION ALL ")
}

fn probe((object, column): &(&str, &str), insert: bool) -> String {
    let insert_probe = if insert {
        format!("HAS_PERMS_BY_NAME('{object}', 'OBJECT', 'INSERT')")
    } else {
        "1".to_owned()
    };
    format!(
        "SELECT '{object}' AS cObject, CAST(COL_LENGTH('{object}', '{column}') AS BIGINT) AS nLength, \
         CAST(HAS_PERMS_BY_NAME('{object}', 'OBJECT', 'SELECT') AS BIGINT) AS nSelect, \
         CAST({insert_probe} AS BIGINT) AS nInsert"
    )
}

fn judge(test: SelfTest) -> Result<SelfTest, Problem> {
    let named = |fails: &dyn Fn(&&ObjectTest) -> bool| {
        test.objects.iter().filter(fails).map(|o| o.object.as_str()).collect::<Vec<_>>().join(", ")
    };
    let invisible = named(&|o| !o.visible);
    let refused = named(&|o| !o.may_select || !o.may_insert);
    if !invisible.is_empty() {
        return Err(Problem::new(Code::JtlObjectMissing).detail(invisible));
    }
    if !refused.is_empty() {
        return Err(Problem::new(Code::JtlRightMissing).detail(refused));
    }
    Ok(test)
}
