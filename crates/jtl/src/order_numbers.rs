//! Customer and order numbers by a marketplace's order number.

use kontor_core::Problem;

use crate::statement::{Value, places, text};
use crate::{CHUNK, JtlClient};

/// What JTL calls an order of a marketplace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNumbers {
    /// The marketplace's number (`cExterneAuftragsnummer`), as JTL wrote it.
    pub external: String,
    /// The customer's number (`cKundenNr`); empty when JTL has none.
    pub customer: String,
    /// JTL's own number (`cAuftragsNr`).
    pub order: String,
}

impl JtlClient {
    /// All orders with one of the external numbers, one statement per 1,000 (`Verkauf.tAuftrag`, cancelled ones too: their
    /// postings bear the same number). There may be several for one. Like JTL's collation, the comparison ignores case.
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn order_numbers(&self, externals: &[String]) -> Result<Vec<OrderNumbers>, Problem> {
        let mut found = Vec::new();
        for chunk in externals.chunks(CHUNK) {
            let sql = format!(
                "SELECT o.cExterneAuftragsnummer, o.cKundenNr, o.cAuftragsNr
                 FROM Verkauf.tAuftrag o
                 WHERE o.nType = 1 AND o.cExterneAuftragsnummer IN ({})
                 ORDER BY o.kAuftrag",
                places(chunk.len(), "NVARCHAR(50)")
            );
            let values: Vec<Value<'_>> = chunk.iter().map(|n| Value::Text(n)).collect();
            for row in self.select(&sql, &values).await? {
                found.push(OrderNumbers {
                    external: text(&row, 0)?.trim().to_owned(),
                    customer: text(&row, 1)?.trim().to_owned(),
                    order: text(&row, 2)?.trim().to_owned(),
                });
            }
        }
        Ok(found)
    }
}
