//! Carriers and warehouses that TEMU offers.

use kontor_core::Problem;
use kontor_core::carrier::TemuCarrier;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::client::TemuClient;
use crate::fields::{List, Record, Scalar};
use crate::wire::{object, result};

const COMPANIES: &str = "bg.logistics.companies.get";
const WAREHOUSES: &str = "bg.logistics.warehouse.list.get";

/// A warehouse that shipments may name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warehouse {
    /// `WH-` and 17 digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is the shop's default.
    pub is_default: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireCompany {
    logistics_service_provider_id: Scalar,
    logistics_service_provider_name: Scalar,
    logistics_brand_name: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireWarehouses {
    warehouse_list: List<Record<WireWarehouse>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireWarehouse {
    warehouse_id: Scalar,
    warehouse_name: Scalar,
    default_warehouse: Scalar,
}

impl TemuClient {
    /// The carriers of a region.
    ///
    /// # Errors
    /// The gateway's refusals.
    pub async fn carriers(&self, region_id: i64) -> Result<Vec<TemuCarrier>, Problem> {
        let body = self.transport.read(COMPANIES, &json!({ "regionId": region_id })).await?;
        let companies: Option<Vec<Record<WireCompany>>> = result(COMPANIES, &body)?;
        let carrier = |company: Record<WireCompany>| {
            let c = company.0?;
            Some(TemuCarrier {
                id: c.logistics_service_provider_id.int()?,
                name: c.logistics_service_provider_name.text()?,
                brand: c.logistics_brand_name.text().unwrap_or_default(),
            })
        };
        Ok(companies.into_iter().flatten().filter_map(carrier).collect())
    }

    /// The shop's warehouses.
    ///
    /// # Errors
    /// The gateway's refusals.
    pub async fn warehouses(&self) -> Result<Vec<Warehouse>, Problem> {
        let body = self.transport.read(WAREHOUSES, &json!({})).await?;
        let wire: WireWarehouses = object(WAREHOUSES, &body)?.unwrap_or_default();
        let warehouse = |listed: Record<WireWarehouse>| {
            let w = listed.0?;
            Some(Warehouse {
                id: w.warehouse_id.text()?,
                name: w.warehouse_name.text().unwrap_or_default(),
                is_default: w.default_warehouse == Scalar::Bool(true),
            })
        };
        Ok(wire.warehouse_list.into_iter().filter_map(warehouse).collect())
    }
}
