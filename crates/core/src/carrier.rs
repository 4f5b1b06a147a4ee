//! From JTL's shipping method to TEMU's carrier: by the operator's table, checked against TEMU's own list. A method
//! that is not in the table waits for the operator; there is no default carrier.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::order::Hold;
use crate::problem::Code;

/// A carrier as TEMU lists it for a region (`bg.logistics.companies.get`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemuCarrier {
    /// `logisticsServiceProviderId`.
    pub id: i64,
    /// `logisticsServiceProviderName`.
    pub name: String,
    /// `logisticsBrandName`, may be empty.
    pub brand: String,
}

/// The operator's table: JTL's name → TEMU's carrier name, or its id in digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarrierTable {
    by_jtl_name: BTreeMap<String, String>,
}

impl CarrierTable {
    /// Builds the table; names are compared without regard to case and surrounding blanks.
    pub fn new(rows: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            by_jtl_name: rows
                .into_iter()
                .map(|(jtl, temu)| (fold(&jtl), temu.trim().to_owned()))
                .collect(),
        }
    }

    /// TEMU's carrier for a parcel: by the shipping method, else by the logistics firm's name.
    ///
    /// # Errors
    /// `carrier.unmapped` when neither is in the table, `carrier.unknown_to_temu` when TEMU's list lacks the carrier
    /// that the table names (or has it twice).
    pub fn carrier<'a>(
        &self,
        shipping_method: &str,
        logistics: &str,
        offered: &'a [TemuCarrier],
    ) -> Result<&'a TemuCarrier, Hold> {
        let wanted = [shipping_method, logistics]
            .into_iter()
            .filter(|name| !name.trim().is_empty())
            .find_map(|name| self.by_jtl_name.get(&fold(name)))
            .ok_or_else(|| {
                Hold::new(Code::CarrierUnmapped, unmapped_detail(shipping_method, logistics))
            })?;
        find(wanted, offered).ok_or_else(|| Hold::new(Code::CarrierUnknownToTemu, wanted.clone()))
    }
}

fn unmapped_detail(shipping_method: &str, logistics: &str) -> String {
    match (shipping_method.trim(), logistics.trim()) {
        ("", "") => String::new(),
        (method, "") => method.to_owned(),
        ("", firm) => firm.to_owned(),
        (method, firm) => format!("{method} / {firm}"),
    }
}

fn find<'a>(wanted: &str, offered: &'a [TemuCarrier]) -> Option<&'a TemuCarrier> {
    if let Ok(id) = wanted.parse::<i64>() {
        return offered.iter().find(|c| c.id == id);
    }
    let wanted = fold(wanted);
    let by_name = |c: &&TemuCarrier| fold(&c.name) == wanted;
    let by_brand = |c: &&TemuCarrier| fold(&c.brand) == wanted;
    only(offered.iter().filter(by_name)).or_else(|| only(offered.iter().filter(by_brand)))
}

fn only<T>(mut matches: impl Iterator<Item = T>) -> Option<T> {
    let first = matches.next()?;
    matches.next().is_none().then_some(first)
}

fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered() -> Vec<TemuCarrier> {
        let carrier = |id, name: &str| TemuCarrier { id, name: name.into(), brand: String::new() };
        vec![carrier(141_252_268, "DHL"), carrier(998_264_853, "DPD")]
    }

    #[test]
    fn an_unmapped_method_never_becomes_dhl() {
        let table = CarrierTable::new([("DHL Paket".to_owned(), "DHL".to_owned())]);
        let offered = offered();
        assert_eq!(table.carrier("dhl paket ", "", &offered).map(|c| c.id), Ok(141_252_268));
        assert_eq!(
            table.carrier("Spedition", "", &offered).map_err(|h| h.code),
            Err(Code::CarrierUnmapped)
        );
        assert_eq!(table.carrier("", "", &offered).map_err(|h| h.code), Err(Code::CarrierUnmapped));
    }

    #[test]
    fn a_carrier_that_temu_does_not_list_waits() {
        let table = CarrierTable::new([
            ("Bote".to_owned(), "GLS".to_owned()),
            ("Auto".to_owned(), "998264853".to_owned()),
        ]);
        let offered = offered();
        assert_eq!(
            table.carrier("Bote", "", &offered).map_err(|h| h.code),
            Err(Code::CarrierUnknownToTemu)
        );
        assert_eq!(table.carrier("?", "Auto", &offered).map(|c| c.name.as_str()), Ok("DPD"));
    }
}
