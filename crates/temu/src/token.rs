//! What TEMU says about the access token.

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::client::TemuClient;
use crate::fields::{List, Scalar};
use crate::wire::object;

const TOKEN: &str = "bg.open.accesstoken.info.get";

/// The APIs without which orders cannot be fetched, handed over and reported, as the token lists them
/// (`apiScopeList`, temu-api.md 3.8).
pub const NEEDED_SCOPES: [&str; 8] = [
    "bg.order.list.v2.get",
    "bg.order.detail.v2.get",
    "bg.order.shippinginfo.v2.get",
    "bg.order.amount.query",
    "bg.logistics.companies.get",
    "bg.logistics.shipment.v2.confirm",
    "bg.logistics.shipment.v2.get",
    "bg.aftersales.cancel.list.get",
];

/// The token's facts (`bg.open.accesstoken.info.get`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenInfo {
    /// The shop.
    pub mall_id: Option<i64>,
    /// 1 semi-managed, 100 local.
    pub mall_type: Option<i64>,
    /// TEMU's region.
    pub region_id: Option<i64>,
    /// When it expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// APIs that it may call.
    pub scopes: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireToken {
    mall_id: Scalar,
    mall_type: Scalar,
    region_id: Scalar,
    expired_time: Scalar,
    api_scope_list: List<Scalar>,
}

impl TemuClient {
    /// Seconds by which this computer's clock is ahead of TEMU's, as the last answer showed; `None` before the first, or
    /// when TEMU does not say the time.
    pub fn clock_skew(&self) -> Option<i64> {
        self.transport.clock_skew()
    }

    /// The facts of the token that the client uses.
    ///
    /// # Errors
    /// The gateway's refusals.
    pub async fn token(&self) -> Result<TokenInfo, Problem> {
        let body = self.transport.read(TOKEN, &json!({})).await?;
        let wire: WireToken = object(TOKEN, &body)?.unwrap_or_default();
        Ok(TokenInfo {
            mall_id: wire.mall_id.int(),
            mall_type: wire.mall_type.int(),
            region_id: wire.region_id.int(),
            expires_at: wire.expired_time.time(),
            scopes: wire.api_scope_list.into_iter().filter_map(Scalar::text).collect(),
        })
    }
}
