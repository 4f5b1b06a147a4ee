//! Orders that JTL shows.

use kontor_core::Problem;
use kontor_core::ids::ParentOrderSn;

use crate::statement::{Value, integer, places, text};
use crate::{CHUNK, JtlClient};

/// An order in `Verkauf.tAuftrag`. JTL has no unique rule on the external number: there may be several for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentOrder {
    /// The external number.
    pub parent_order_sn: ParentOrderSn,
    /// JTL's own number (`cAuftragsNr`).
    pub jtl_order_number: String,
    /// Whether it is cancelled in JTL (`nStorno`).
    pub cancelled: bool,
}

impl JtlClient {
    /// The orders among `sns` that JTL shows, one statement per 1,000. With `match_suffix`, those that are not found by
    /// their exact number are looked for by its split forms `…_1` to `…_9`.
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn orders_present(
        &self,
        sns: &[ParentOrderSn],
    ) -> Result<Vec<PresentOrder>, Problem> {
        let numbers: Vec<&str> = sns.iter().map(ParentOrderSn::as_str).collect();
        let mut found = Vec::new();
        for chunk in numbers.chunks(CHUNK) {
            found.extend(self.present(chunk).await?);
        }
        if self.settings.match_suffix {
            let missing = sns
                .iter()
                .filter(|sn| !found.iter().any(|f: &PresentOrder| f.parent_order_sn == **sn));
            let forms: Vec<String> = missing.flat_map(split_forms).collect();
            let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
            for chunk in forms.chunks(CHUNK) {
                found.extend(self.present(chunk).await?.into_iter().map(of_split_form));
            }
        }
        Ok(found)
    }

    async fn present(&self, numbers: &[&str]) -> Result<Vec<PresentOrder>, Problem> {
        let sql = format!(
            "SELECT o.cExterneAuftragsnummer, o.cAuftragsNr, CAST(o.nStorno AS BIGINT)
             FROM Verkauf.tAuftrag o
             WHERE o.nType = 1 AND o.cExterneAuftragsnummer IN ({})
             ORDER BY o.kAuftrag",
            places(numbers.len(), "NVARCHAR(50)")
        );
        let values: Vec<Value<'_>> = numbers.iter().map(|n| Value::Text(n)).collect();
        let rows = self.select(&sql, &values).await?;
        rows.iter()
            .map(|row| {
                Ok(PresentOrder {
                    parent_order_sn: ParentOrderSn::new(text(row, 0)?.trim()),
                    jtl_order_number: text(row, 1)?,
                    cancelled: integer(row, 2)?.unwrap_or(0) != 0,
                })
            })
            .collect()
    }
}

/// The forms that JTL gives the parts of a split order.
pub(crate) fn split_forms(sn: &ParentOrderSn) -> Vec<String> {
    (1..=9).map(|n| format!("{sn}_{n}")).collect()
}

/// The number before the suffix of a split order.
pub(crate) fn base_number(number: &str) -> &str {
    number.rsplit_once('_').map_or(number, |(base, _)| base)
}

fn of_split_form(order: PresentOrder) -> PresentOrder {
    let base = ParentOrderSn::new(base_number(order.parent_order_sn.as_str()));
    PresentOrder { parent_order_sn: base, ..order }
}
