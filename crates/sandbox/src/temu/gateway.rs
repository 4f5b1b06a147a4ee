//! The gateway's state and the checks that every call passes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::faults::{About, TemuFault, TemuFaultKind};
use super::stock::{self, StockBook};
use super::{answers, goods, invoices, query, shipment, signature};
use crate::clock::Clock;
use crate::seed::{self, SeededInvoice, SeededOrder, SeededSku};

/// Calls that the books keep one by one.
const KEPT_CALLS: usize = 20_000;

/// The shop's credentials.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Credentials {
    pub app_key: String,
    pub app_secret: String,
    pub access_token: String,
}

/// A call in the books.
#[derive(Clone, Debug, Serialize)]
pub struct CallRecord {
    /// Running number.
    pub number: u64,
    /// API type.
    pub api: String,
    /// The order that was asked about.
    pub parent_order_sn: Option<String>,
    /// The goods that it was about.
    pub goods_id: Option<i64>,
    /// `ok`, an error code, or the fault.
    pub outcome: String,
}

/// The gateway.
pub struct Gateway {
    /// Its clock.
    pub clock: Clock,
    state: Mutex<GatewayState>,
}

/// What the gateway holds.
pub struct GatewayState {
    /// The shop's credentials.
    pub credentials: Credentials,
    /// The orders by number.
    pub orders: BTreeMap<String, SeededOrder>,
    /// Orders with a cancellation that waits.
    pub cancellations: Vec<String>,
    /// Calls, newest last.
    pub calls: Vec<CallRecord>,
    /// Calls by type and outcome.
    pub counts: BTreeMap<String, u64>,
    /// APIs that the token lacks.
    pub missing_scopes: Vec<String>,
    /// The token has expired.
    pub token_expired: bool,
    /// SKUs, their stock and its edits.
    pub stock: StockBook,
    /// Documents that TEMU has issued.
    pub invoices: Vec<SeededInvoice>,
    faults: Vec<TemuFault>,
    bucket: Bucket,
    call_number: u64,
    pub(super) tracking_numbers: HashMap<String, String>,
}

/// So many calls a second, with a second's worth in stock.
struct Bucket {
    rate: f64,
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    fn take(&mut self) -> bool {
        let now = Instant::now();
        let passed = now.duration_since(self.filled_at).as_secs_f64();
        self.tokens = passed.mul_add(self.rate, self.tokens).min(self.rate);
        self.filled_at = now;
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

/// A call under way.
pub(super) struct Call<'a> {
    pub(super) parameters: &'a Map<String, Value>,
    /// Unix milliseconds.
    pub(super) now_millis: i64,
    /// The fault that meets it.
    pub(super) fault: Option<&'a TemuFaultKind>,
}

/// A call that was refused: TEMU's code.
pub(super) type Refused = i64;

/// What the server does with a call.
pub(super) struct Verdict {
    pub(super) answer: Value,
    pub(super) fault: Option<TemuFaultKind>,
}

impl Gateway {
    /// A gateway with orders and SKUs.
    pub fn new(orders: Vec<SeededOrder>, skus: Vec<SeededSku>, rate: u32, seed: u64) -> Self {
        let cancellations = orders
            .iter()
            .filter(|o| o.labels.iter().any(|l| l == "pending_buyer_cancellation"))
            .map(|o| o.parent_order_sn.clone())
            .collect();
        let state = GatewayState {
            credentials: credentials(seed),
            invoices: seed::invoices(&orders),
            orders: orders.into_iter().map(|o| (o.parent_order_sn.clone(), o)).collect(),
            cancellations,
            calls: Vec::new(),
            counts: BTreeMap::new(),
            missing_scopes: Vec::new(),
            token_expired: false,
            stock: StockBook::new(skus),
            faults: Vec::new(),
            bucket: Bucket {
                rate: f64::from(rate.max(1)),
                tokens: f64::from(rate.max(1)),
                filled_at: Instant::now(),
            },
            call_number: 0,
            tracking_numbers: HashMap::new(),
        };
        Self { clock: Clock::default(), state: Mutex::new(state) }
    }

    /// The state, for looking and for changing.
    pub fn state(&self) -> MutexGuard<'_, GatewayState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a call. The faults that keep it from being processed are obeyed here; the others are handed on.
    pub(super) fn answer(&self, body: &[u8]) -> Verdict {
        let now_millis = self.clock.now_millis();
        let mut state = self.state();
        let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(body) else {
            return Verdict { answer: refusal(3_000_000), fault: None };
        };
        let api = body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let parameters = parameters(&body);
        let about = about(&parameters);
        let fault = state.fault(&api, &about);
        let mut parameters = parameters;
        if fault == Some(TemuFaultKind::RepeatPage) {
            parameters.remove("pageNumber");
            parameters.remove("pageNo");
        }
        let call = Call { parameters: &parameters, now_millis, fault: fault.as_ref() };
        let (answer, outcome) = match &fault {
            Some(kind) if !is_processed(kind) => {
                let answer = match kind {
                    TemuFaultKind::Error { code } => refusal(*code),
                    _ => Value::Null,
                };
                (answer, format!("{kind:?}"))
            }
            _ => match state.process(&api, &body, &call) {
                Ok(result) => (success(changed(result, fault.as_ref())), "ok".to_owned()),
                Err(code) => (refusal(code), code.to_string()),
            },
        };
        let answer = match &fault {
            Some(TemuFaultKind::ErrorAfter { code }) => refusal(*code),
            _ => answer,
        };
        state.book(api, about, outcome);
        Verdict { answer, fault }
    }
}

fn credentials(seed: u64) -> Credentials {
    let mut random = fastrand::Rng::with_seed(seed ^ 0x5eed);
    let mut text = |length: usize, digits: bool| -> String {
        let hex = b"0123456789abcdef";
        (0..length)
            .map(|_| if digits { char::from(hex[random.usize(0..16)]) } else { random.lowercase() })
            .collect()
    };
    Credentials {
        app_key: text(32, true),
        app_secret: text(40, true),
        access_token: text(56, false),
    }
}

/// Business parameters: flat, or under `request`.
fn parameters(body: &Map<String, Value>) -> Map<String, Value> {
    match body.get("request") {
        Some(Value::Object(wrapped)) => wrapped.clone(),
        _ => body.clone(),
    }
}

fn about(parameters: &Map<String, Value>) -> About {
    let direct = parameters.get("parentOrderSn");
    let in_shipment =
        || parameters.get("sendRequestList")?.pointer("/0/orderSendInfoList/0/parentOrderSn");
    let order = direct.or_else(in_shipment).and_then(Value::as_str).map(str::to_owned);
    About { order, goods_id: parameters.get("goodsId").and_then(Value::as_i64) }
}

fn is_processed(kind: &TemuFaultKind) -> bool {
    !matches!(
        kind,
        TemuFaultKind::Http { .. }
            | TemuFaultKind::Timeout { .. }
            | TemuFaultKind::CutBefore
            | TemuFaultKind::Error { .. }
    )
}

/// The result as a fault changes it.
fn changed(mut result: Value, fault: Option<&TemuFaultKind>) -> Value {
    match fault {
        Some(TemuFaultKind::Empty) => return Value::Null,
        Some(TemuFaultKind::Remove { pointer }) => {
            if let Some((parent, name)) = pointer.rsplit_once('/') {
                match result.pointer_mut(parent) {
                    Some(Value::Object(object)) => drop(object.remove(name)),
                    Some(Value::Array(list)) => {
                        if let Some(index) = name.parse().ok().filter(|i| *i < list.len()) {
                            list.remove(index);
                        }
                    }
                    _ => {}
                }
            }
        }
        Some(TemuFaultKind::Reverse) => {
            if let Some(Value::Array(lines)) = result.get_mut("orderList") {
                lines.reverse();
            }
        }
        Some(TemuFaultKind::Total { more }) => {
            for name in ["totalItemNum", "total"] {
                if let Some(total) = result.get(name).and_then(Value::as_i64) {
                    result[name] = json!(total + more);
                }
            }
        }
        Some(TemuFaultKind::EmptyPage) => {
            for name in ["pageItems", "skuList", "goodsList", "data", "invoiceInfoList"] {
                if let Some(Value::Array(entries)) = result.get_mut(name) {
                    entries.clear();
                }
            }
        }
        _ => {}
    }
    result
}

fn success(result: Value) -> Value {
    json!({
        "success": true, "errorCode": 1_000_000, "errorMsg": "", "requestId": "eu-00000000-0000-4000-8000-000000000000",
        "result": result
    })
}

fn refusal(code: i64) -> Value {
    let message = match code {
        3_000_001 => "sign is invalid, please check your sign calculation",
        4_000_004 => "too frequent requests, exceeding rate limit.",
        _ => "refused",
    };
    json!({
        "success": false, "errorCode": code, "errorMsg": message,
        "requestId": "eu-00000000-0000-4000-8000-000000000000"
    })
}

impl GatewayState {
    /// Switches a fault on.
    pub fn inject(&mut self, fault: TemuFault) {
        self.faults.push(fault);
    }

    /// Switches all faults off.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// The faults that are on.
    pub fn faults(&self) -> &[TemuFault] {
        &self.faults
    }

    fn fault(&mut self, api: &str, about: &About) -> Option<TemuFaultKind> {
        self.faults.iter_mut().find_map(|fault| fault.meets(api, about).then(|| fault.kind.clone()))
    }

    fn book(&mut self, api: String, about: About, outcome: String) {
        *self.counts.entry(format!("{api} {outcome}")).or_default() += 1;
        if self.calls.len() < KEPT_CALLS {
            let (parent_order_sn, goods_id) = (about.order, about.goods_id);
            let number = self.call_number;
            self.calls.push(CallRecord { number, api, parent_order_sn, goods_id, outcome });
        }
    }

    /// The number of the call under way.
    pub(super) fn call_number(&self) -> u64 {
        self.call_number
    }

    fn process(
        &mut self,
        api: &str,
        body: &Map<String, Value>,
        call: &Call<'_>,
    ) -> Result<Value, Refused> {
        let (parameters, now) = (call.parameters, call.now_millis.div_euclid(1_000));
        self.call_number += 1;
        self.check(api, body, now)?;
        match api {
            "bg.order.list.v2.get" => query::order_list(self, parameters),
            "bg.order.detail.v2.get" => query::order_detail(self, parameters),
            "bg.order.shippinginfo.v2.get" | "bg.order.decryptshippinginfo.get" => {
                query::address(self, parameters)
            }
            "bg.order.amount.query" => query::amounts(self, parameters),
            "bg.logistics.companies.get" => query::companies(parameters),
            "bg.logistics.warehouse.list.get" => Ok(answers::warehouses()),
            "bg.logistics.shipment.v2.confirm" => shipment::confirm(self, parameters, now),
            "bg.logistics.shipment.v2.get" => shipment::shown(self, parameters),
            "bg.aftersales.cancel.list.get" => query::cancellations(self, parameters),
            "bg.open.accesstoken.info.get" => Ok(answers::token(&self.missing_scopes, now)),
            "bg.local.goods.list.query" => goods::goods_list(self, call),
            "bg.local.goods.sku.list.query" => goods::sku_list(self, call),
            "temu.local.goods.sku.stock.query" => stock::query(self, call),
            "bg.local.goods.stock.edit" => stock::edit(self, call),
            "temu.pay.tax.invoice.info.query" => invoices::info(self, call),
            "temu.pay.tax.invoice.pdf.download" => invoices::download(self, call),
            _ => Err(3_000_003),
        }
    }

    /// The checks in the order of temu-api.md section 5: key, signature, time, data type, type, token, scope, rate.
    fn check(&mut self, api: &str, body: &Map<String, Value>, now: i64) -> Result<(), Refused> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        match text("app_key") {
            None => return Err(3_000_019),
            Some(key) if key != self.credentials.app_key => return Err(3_000_020),
            Some(_) => {}
        }
        let sign = text("sign").ok_or(3_000_040)?;
        if !signature::is_valid(body, &self.credentials.app_secret, sign) {
            return Err(3_000_001);
        }
        let stamp = body.get("timestamp").ok_or(3_000_010)?;
        let stamp = stamp.as_i64().or_else(|| stamp.as_str()?.parse().ok()).ok_or(3_000_010)?;
        if stamp > now + 300 {
            return Err(3_000_011);
        }
        if stamp < now - 300 {
            return Err(3_000_012);
        }
        let data_type = text("data_type").ok_or(3_000_013)?;
        if !data_type.eq_ignore_ascii_case("json") {
            return Err(3_000_014);
        }
        if api.is_empty() {
            return Err(3_000_002);
        }
        if !answers::APIS.contains(&api) {
            return Err(3_000_003);
        }
        match text("access_token") {
            None => return Err(3_000_030),
            Some(token) if token != self.credentials.access_token => return Err(3_000_031),
            Some(_) if self.token_expired => return Err(3_000_034),
            Some(_) => {}
        }
        if self.missing_scopes.iter().any(|scope| scope == api) {
            return Err(3_000_032);
        }
        if self.bucket.take() { Ok(()) } else { Err(4_000_004) }
    }
}
