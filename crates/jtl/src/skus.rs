//! Article numbers, shipping and payment methods that JTL knows.

use std::collections::HashSet;

use kontor_core::Problem;

use crate::statement::{Value, places, text};
use crate::{CHUNK, JtlClient};

impl JtlClient {
    /// Those of `skus` that are no article number in JTL (`dbo.tArtikel.cArtNr`), one statement per 1,000. Like JTL's
    /// collation, the comparison ignores case and blanks at the end.
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn unknown_skus(&self, skus: &[String]) -> Result<HashSet<String>, Problem> {
        let mut known: HashSet<String> = HashSet::new();
        for chunk in skus.chunks(CHUNK) {
            let sql = format!(
                "SELECT a.cArtNr FROM dbo.tArtikel a WHERE a.cArtNr IN ({})",
                places(chunk.len(), "NVARCHAR(100)")
            );
            let values: Vec<Value<'_>> = chunk.iter().map(|s| Value::Text(s)).collect();
            for row in self.select(&sql, &values).await? {
                known.insert(fold(&text(&row, 0)?));
            }
        }
        Ok(skus.iter().filter(|sku| !known.contains(&fold(sku))).cloned().collect())
    }

    /// Names of the shipping methods (`dbo.tversandart`).
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn shipping_methods(&self) -> Result<Vec<String>, Problem> {
        self.names("SELECT v.cName FROM dbo.tversandart v ORDER BY v.cName").await
    }

    /// Names of the payment methods (`dbo.tZahlungsart`).
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn payment_methods(&self) -> Result<Vec<String>, Problem> {
        self.names("SELECT z.cName FROM dbo.tZahlungsart z ORDER BY z.cName").await
    }

    async fn names(&self, sql: &str) -> Result<Vec<String>, Problem> {
        self.select(sql, &[]).await?.iter().map(|row| text(row, 0)).collect()
    }
}

fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}
