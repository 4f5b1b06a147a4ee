//! The client and its single calls.

use std::sync::Arc;

use kontor_core::Problem;
use kontor_core::ids::ParentOrderSn;
use kontor_core::remote::{RemoteAddress, RemoteAmounts, RemoteOrder};
use serde_json::json;

use crate::fields::Record;
use crate::orders::{self, ADDRESS, AMOUNTS, DETAIL, WireAddress, WireAmounts, WireOrder};
use crate::pace::Pace;
use crate::recorder::ExchangeRecorder;
use crate::settings::TemuSettings;
use crate::transport::Transport;
use crate::wire::{object, required};

/// A client of one shop. Clones share their pace and their connections.
#[derive(Clone)]
pub struct TemuClient {
    pub(crate) transport: Arc<Transport>,
}

impl std::fmt::Debug for TemuClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TemuClient").finish_non_exhaustive()
    }
}

impl TemuClient {
    /// A client; `recorder` gets every answer.
    ///
    /// # Errors
    /// `config.invalid_value` for an address that is none or that would send secrets in the clear;
    /// `temu.credentials_missing` for an empty credential.
    pub fn new(
        settings: TemuSettings,
        recorder: Option<Arc<dyn ExchangeRecorder>>,
    ) -> Result<Self, Problem> {
        let pace = Arc::new(Pace::new(settings.rate_per_second, settings.max_in_flight));
        Self::at_pace(settings, pace, recorder)
    }

    /// A client that shares its pace with others: the gateway counts what an app key sends, not who sends it.
    ///
    /// # Errors
    /// As [`TemuClient::new`].
    pub fn at_pace(
        settings: TemuSettings,
        pace: Arc<Pace>,
        recorder: Option<Arc<dyn ExchangeRecorder>>,
    ) -> Result<Self, Problem> {
        Ok(Self { transport: Arc::new(Transport::new(settings, pace, recorder)?) })
    }

    /// One order.
    ///
    /// # Errors
    /// The gateway's refusals; `temu.answer_incomplete` when it lacks a number or is another order.
    pub async fn order_detail(&self, sn: &ParentOrderSn) -> Result<RemoteOrder, Problem> {
        let body = self.transport.read(DETAIL, &json!({ "parentOrderSn": sn })).await?;
        let wire: WireOrder = required(DETAIL, &body).map_err(|problem| problem.about(sn))?;
        let order = orders::order(DETAIL, Record(Some(wire))).map_err(|p| p.about(sn))?;
        if order.parent_order_sn != *sn {
            return Err(orders::lacks(DETAIL, "the order that was asked for").about(sn));
        }
        Ok(order)
    }

    /// The delivery address of an order; gone after its shipment.
    ///
    /// # Errors
    /// The gateway's refusals.
    pub async fn address(&self, sn: &ParentOrderSn) -> Result<RemoteAddress, Problem> {
        let body = self.transport.read(ADDRESS, &json!({ "parentOrderSn": sn })).await?;
        Ok(orders::address(object::<WireAddress>(ADDRESS, &body)?))
    }

    /// The amounts of an order (a sensitive API: it may lack the scope).
    ///
    /// # Errors
    /// The gateway's refusals.
    pub async fn amounts(&self, sn: &ParentOrderSn) -> Result<RemoteAmounts, Problem> {
        let body = self.transport.read(AMOUNTS, &json!({ "parentOrderSn": sn })).await?;
        Ok(orders::amounts(object::<WireAmounts>(AMOUNTS, &body)?))
    }
}
