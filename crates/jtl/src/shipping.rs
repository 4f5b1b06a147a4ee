//! Parcels of many orders: two statements per 1,000 orders, over base tables that hold from Wawi 1.6 to 2.2.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Europe::Berlin;
use kontor_core::ids::ParentOrderSn;
use kontor_core::parcel::{JtlParcel, JtlShipping, ParcelContent};
use kontor_core::{Code, Problem};
use kontor_mssql::{Numeric, Row};

use crate::orders::{base_number, split_forms};
use crate::statement::{Value, integer, places, text, unexpected};
use crate::{CHUNK, JtlClient};

impl JtlClient {
    /// What JTL knows about the shipping of the orders. An order without parcels is left out. Orders that are cancelled in
    /// JTL are left out too. With `match_suffix` the split forms of the numbers count for their order.
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn shipping(&self, sns: &[ParentOrderSn]) -> Result<Vec<JtlShipping>, Problem> {
        let mut numbers: Vec<String> = sns.iter().map(|sn| sn.as_str().to_owned()).collect();
        if self.settings.match_suffix {
            numbers.extend(sns.iter().flat_map(split_forms));
        }
        let wanted: HashSet<&str> = sns.iter().map(ParentOrderSn::as_str).collect();
        let mut found = Shipping::default();
        for chunk in numbers.chunks(CHUNK) {
            let values: Vec<Value<'_>> = chunk.iter().map(|n| Value::Text(n)).collect();
            for row in self.select(&self.parcels_sql(chunk.len()), &values).await? {
                found.add_parcel(&row, &wanted)?;
            }
            match self.select(&contents_sql(chunk.len()), &values).await {
                Ok(rows) => rows.iter().try_for_each(|row| found.add_content(row))?,
                // Which line is in which parcel is not needed for most orders: without the right the rest goes on.
                Err(problem)
                    if matches!(problem.code, Code::JtlObjectMissing | Code::JtlRightMissing) => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(found.finish())
    }

    fn parcels_sql(&self, count: usize) -> String {
        let only_shipped =
            if self.settings.only_shipped { "AND v.dVersendet IS NOT NULL" } else { "" };
        format!(
            "SELECT o.cExterneAuftragsnummer, CAST(o.nKomplettAusgeliefert AS BIGINT), CAST(v.kVersand AS BIGINT),
                    v.cIdentCode, CAST(v.dVersendet AS datetime2), va.cName, lg.cName
             FROM Verkauf.tAuftrag o
             JOIN dbo.tLieferschein l ON l.kBestellung = o.kAuftrag
             JOIN dbo.tVersand v ON v.kLieferschein = l.kLieferschein
             LEFT JOIN dbo.tversandart va ON va.kVersandArt = v.kVersandArt
             LEFT JOIN dbo.tLogistik lg ON lg.kLogistik = v.kLogistik
             WHERE o.nType = 1 AND o.nStorno = 0 AND o.cExterneAuftragsnummer IN ({})
               AND v.cIdentCode IS NOT NULL {only_shipped}
             ORDER BY o.kAuftrag, v.kVersand",
            places(count, "NVARCHAR(50)")
        )
    }
}

fn contents_sql(count: usize) -> String {
    format!(
        "SELECT CAST(vp.kVersand AS BIGINT), p.cArtNr, CAST(SUM(vp.fAnzahl) AS DECIMAL(25, 13))
         FROM Verkauf.tAuftrag o
         JOIN dbo.tLieferschein l ON l.kBestellung = o.kAuftrag
         JOIN dbo.tLieferscheinPos lp ON lp.kLieferschein = l.kLieferschein
         JOIN dbo.tVersandPos vp ON vp.kLieferscheinPos = lp.kLieferscheinPos
         JOIN Verkauf.tAuftragPosition p ON p.kAuftragPosition = lp.kBestellPos
         WHERE o.nType = 1 AND o.nStorno = 0 AND o.cExterneAuftragsnummer IN ({})
         GROUP BY vp.kVersand, p.cArtNr
         ORDER BY vp.kVersand, p.cArtNr",
        places(count, "NVARCHAR(50)")
    )
}

#[derive(Default)]
struct Shipping {
    orders: BTreeMap<String, JtlShipping>,
    contents: HashMap<i64, Vec<ParcelContent>>,
}

impl Shipping {
    fn add_parcel(&mut self, row: &Row, wanted: &HashSet<&str>) -> Result<(), Problem> {
        let number = text(row, 0)?;
        let number = number.trim();
        let number = if wanted.contains(number) { number } else { base_number(number) };
        let tracking_number = text(row, 3)?.trim().to_owned();
        if tracking_number.is_empty() {
            return Ok(());
        }
        let sn = ParentOrderSn::new(number);
        let complete = integer(row, 1)?.unwrap_or(0) != 0;
        let order = self.orders.entry(number.to_owned()).or_insert_with(|| JtlShipping {
            parent_order_sn: sn.clone(),
            complete,
            parcels: Vec::new(),
        });
        // Parts of a split order are complete together or not at all.
        order.complete &= complete;
        if order.parcels.iter().any(|p| p.tracking_number == tracking_number) {
            return Ok(());
        }
        order.parcels.push(JtlParcel {
            parent_order_sn: sn,
            jtl_id: integer(row, 2)?.unwrap_or_default(),
            tracking_number,
            shipping_method: text(row, 5)?.trim().to_owned(),
            logistics: text(row, 6)?.trim().to_owned(),
            shipped_at: local_time(row, 4)?,
            contents: Vec::new(),
        });
        Ok(())
    }

    fn add_content(&mut self, row: &Row) -> Result<(), Problem> {
        let quantity: Option<Numeric> = row.try_get(2).map_err(|e| unexpected(&e))?;
        let pieces = quantity.and_then(|q| whole(&q));
        if let (Some(parcel), Some(quantity)) = (integer(row, 0)?, pieces) {
            self.contents
                .entry(parcel)
                .or_default()
                .push(ParcelContent { sku: text(row, 1)?, quantity });
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<JtlShipping> {
        for parcel in self.orders.values_mut().flat_map(|o| &mut o.parcels) {
            parcel.contents = self.contents.remove(&parcel.jtl_id).unwrap_or_default();
        }
        self.orders.into_values().collect()
    }
}

/// A whole number of pieces; a fraction is none, and says nothing about the parcel.
fn whole(number: &Numeric) -> Option<i64> {
    let unit = 10_i128.checked_pow(u32::from(number.scale()))?;
    if number.value() % unit == 0 { i64::try_from(number.value() / unit).ok() } else { None }
}

/// JTL keeps the local time of its server; a time that a clock change skips or doubles is taken at its first moment.
fn local_time(row: &Row, index: usize) -> Result<Option<DateTime<Utc>>, Problem> {
    let local: Option<NaiveDateTime> = row.try_get(index).map_err(|e| unexpected(&e))?;
    Ok(local.and_then(|l| Berlin.from_local_datetime(&l).earliest()).map(|t| t.with_timezone(&Utc)))
}
