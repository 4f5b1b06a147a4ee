//! The tables that are shipped in `config/`: countries and carriers.

use std::collections::BTreeMap;

use kontor_core::carrier::CarrierTable;
use kontor_core::country::{CountryRow, CountryTable};
use kontor_core::{Code, Problem};
use serde::Deserialize;

const COUNTRIES: &str = include_str!("../../../config/countries.toml");
const CARRIERS: &str = include_str!("../../../config/carriers.toml");

#[derive(Deserialize)]
struct Countries {
    country: Vec<CountryRow>,
}

#[derive(Deserialize)]
struct Carriers {
    carriers: BTreeMap<String, String>,
}

/// The known country names.
pub(crate) fn countries() -> Result<CountryTable, Problem> {
    let table: Countries = toml::from_str(COUNTRIES).map_err(|e| shipped("countries.toml", &e))?;
    Ok(CountryTable::new(table.country))
}

/// The shipped carrier rows, under the operator's own.
pub(crate) fn carriers(own: &BTreeMap<String, String>) -> Result<CarrierTable, Problem> {
    let shipped_rows: Carriers =
        toml::from_str(CARRIERS).map_err(|e| shipped("carriers.toml", &e))?;
    Ok(CarrierTable::new(shipped_rows.carriers.into_iter().chain(own.clone())))
}

fn shipped(name: &str, error: &toml::de::Error) -> Problem {
    Problem::new(Code::InternalError).about(name).detail(error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luxembourg_and_deutschland_are_what_they_are_and_atlantis_is_unknown() {
        let table = countries().expect("shipped table");
        assert_eq!(table.code("Luxembourg").map(|c| c.as_str()), Some("LU"));
        assert_eq!(table.code(" deutschland").map(|c| c.as_str()), Some("DE"));
        assert_eq!(table.code("Atlantis"), None);
    }

    #[test]
    fn the_operators_row_wins_over_the_shipped_one() {
        let own = BTreeMap::from([("dhl paket".to_owned(), "DPD".to_owned())]);
        let offered =
            [kontor_core::carrier::TemuCarrier { id: 1, name: "DPD".into(), brand: String::new() }];
        let table = carriers(&own).expect("shipped table");
        assert_eq!(table.carrier("DHL Paket", "", &offered).map(|c| c.id), Ok(1));
    }
}
