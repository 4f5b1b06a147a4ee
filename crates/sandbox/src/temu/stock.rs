//! Stock at TEMU: what each SKU has, what lists and queries show of it, and every edit.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::faults::TemuFaultKind;
use super::gateway::{Call, GatewayState, Refused};
use crate::seed::{SeededOrder, SeededSku};

/// The stock of one SKU cannot be more.
pub(crate) const MOST_PIECES: i64 = 1_000_000;

/// A SKU and its stock.
#[derive(Clone, Debug, Serialize)]
pub struct ListedSku {
    /// How TEMU lists it.
    #[serde(flatten)]
    pub listing: SeededSku,
    /// Pieces now; `stock` of the listing is what it began with.
    pub pieces: i64,
    /// Unix milliseconds and pieces of every change, oldest first.
    pub history: Vec<(i64, i64)>,
}

impl ListedSku {
    /// The pieces that lists and queries show at a time: those of `lag` milliseconds before.
    pub fn shown(&self, now_millis: i64, lag: i64) -> i64 {
        let seen = self.history.iter().rev().find(|(at, _)| at + lag <= now_millis);
        seen.map_or(self.listing.stock, |(_, pieces)| *pieces)
    }

    fn set(&mut self, pieces: i64, now_millis: i64) {
        self.pieces = pieces;
        self.history.push((now_millis, pieces));
    }
}

/// Who changed a SKU's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EditedBy {
    /// `bg.local.goods.stock.edit`.
    Api,
    /// A buyer.
    Sale,
    /// The seller in the Seller Center.
    Seller,
}

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EditOutcome {
    /// The stock is the new one.
    Applied,
    /// The SKU's verdict was no; the stock is the old one.
    Refused,
    /// The answer said yes, and the stock is the old one.
    AnsweredOnly,
}

/// One SKU of one edit.
#[derive(Clone, Debug, Serialize)]
pub struct StockEdit {
    /// Unix milliseconds.
    pub at: i64,
    /// Who.
    pub by: EditedBy,
    /// The call's running number; 0 when no call did it.
    pub call: u64,
    /// `requestUniqueKey`.
    pub request_key: Option<String>,
    /// TEMU's goods id.
    pub goods_id: i64,
    /// TEMU's SKU id.
    pub sku_id: i64,
    /// Pieces before.
    pub old: i64,
    /// Pieces asked for.
    pub new: i64,
    /// What became of it.
    pub outcome: EditOutcome,
}

/// Every SKU's stock and every edit.
#[derive(Clone, Debug, Serialize)]
pub struct StockBook {
    /// The SKUs by id.
    pub skus: BTreeMap<i64, ListedSku>,
    /// SKU ids by goods id.
    pub goods: BTreeMap<i64, Vec<i64>>,
    /// Edits, oldest first; an edit that was refused as a whole is none.
    pub edits: Vec<StockEdit>,
    /// Keys of edits that were carried out.
    pub request_keys: HashSet<String>,
    /// Milliseconds until a change shows in lists and queries.
    pub lag_millis: i64,
    /// The code that a repeated `requestUniqueKey` is refused with. Unverified.
    pub repeated_key_code: i64,
}

impl StockBook {
    /// A book of these SKUs.
    pub fn new(skus: Vec<SeededSku>) -> Self {
        let mut goods: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for sku in &skus {
            goods.entry(sku.goods_id).or_default().push(sku.sku_id);
        }
        let listed = |listing: SeededSku| {
            (listing.sku_id, ListedSku { pieces: listing.stock, history: Vec::new(), listing })
        };
        Self {
            skus: skus.into_iter().map(listed).collect(),
            goods,
            edits: Vec::new(),
            request_keys: HashSet::new(),
            lag_millis: 5_000,
            repeated_key_code: 150_010_003,
        }
    }

    /// The SKU's pieces now.
    pub fn pieces(&self, sku_id: i64) -> Option<i64> {
        Some(self.skus.get(&sku_id)?.pieces)
    }

    /// Lists a SKU, or lists it anew.
    pub fn list(&mut self, sku: SeededSku) {
        self.unlist(sku.sku_id);
        self.goods.entry(sku.goods_id).or_default().push(sku.sku_id);
        let listed = ListedSku { pieces: sku.stock, history: Vec::new(), listing: sku };
        self.skus.insert(listed.listing.sku_id, listed);
    }

    /// Takes a SKU off every list; `false` when there is none.
    pub fn unlist(&mut self, sku_id: i64) -> bool {
        let Some(gone) = self.skus.remove(&sku_id) else { return false };
        if let Some(skus) = self.goods.get_mut(&gone.listing.goods_id) {
            skus.retain(|known| *known != sku_id);
        }
        self.goods.retain(|_, skus| !skus.is_empty());
        true
    }

    /// Takes what an order that waits or is to be shipped sells; no stock falls below 0.
    pub fn take(&mut self, order: &SeededOrder, now_millis: i64) {
        for item in order.items.iter().filter(|_| matches!(order.status, 1 | 2)) {
            if let Some(pieces) = self.pieces(item.sku_id) {
                let left = (pieces - item.quantity()).max(0);
                self.change(item.sku_id, EditedBy::Sale, left, now_millis);
            }
        }
    }

    /// Changes a SKU's stock outside of the API; `false` when there is no such SKU.
    pub fn change(&mut self, sku_id: i64, by: EditedBy, pieces: i64, now_millis: i64) -> bool {
        let Some(sku) = self.skus.get_mut(&sku_id) else { return false };
        self.edits.push(StockEdit {
            at: now_millis,
            by,
            call: 0,
            request_key: None,
            goods_id: sku.listing.goods_id,
            sku_id,
            old: sku.pieces,
            new: pieces,
            outcome: EditOutcome::Applied,
        });
        sku.set(pieces, now_millis);
        true
    }
}

/// One SKU's part of an edit.
struct Wanted {
    sku_id: i64,
    pieces: i64,
}

fn number(value: Option<&Value>) -> Result<Option<i64>, Refused> {
    value.map_or(Ok(None), |value| value.as_i64().map(Some).ok_or(3_000_000))
}

/// The list of one of the two methods: `None` when it is not there.
fn list<'a>(
    parameters: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a [Value]>, Refused> {
    match parameters.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(list)) => Ok(Some(list)),
        Some(_) => Err(3_000_000),
    }
}

fn read(book: &StockBook, parameters: &Map<String, Value>) -> Result<Vec<Wanted>, Refused> {
    let targets = list(parameters, "skuStockTargetList")?;
    let changes = list(parameters, "skuStockChangeList")?;
    let (entries, name) = match (targets, changes) {
        (Some(_), Some(_)) => return Err(150_013_003),
        (Some(targets), None) => (targets, "stockTarget"),
        (None, Some(changes)) => (changes, "stockDiff"),
        (None, None) => return Err(150_010_003),
    };
    let mut wanted = Vec::with_capacity(entries.len());
    let mut seen = HashSet::new();
    for entry in entries {
        let sku_id = number(entry.get("skuId"))?.ok_or(150_010_003)?;
        let asked = number(entry.get(name))?.ok_or(150_010_003)?;
        if !seen.insert(sku_id) {
            return Err(150_013_001);
        }
        let pieces = match name {
            "stockTarget" if !(0..=MOST_PIECES).contains(&asked) => return Err(150_013_002),
            "stockTarget" => asked,
            _ => book.pieces(sku_id).unwrap_or_default().saturating_add(asked),
        };
        wanted.push(Wanted { sku_id, pieces });
    }
    if wanted.is_empty() { Err(150_010_003) } else { Ok(wanted) }
}

/// Whether every entry is a difference of nothing, which TEMU answers with `operateResult: false`.
fn changes_nothing(book: &StockBook, parameters: &Map<String, Value>, wanted: &[Wanted]) -> bool {
    parameters.contains_key("skuStockChangeList")
        && wanted.iter().all(|w| book.pieces(w.sku_id) == Some(w.pieces))
}

/// `bg.local.goods.stock.edit`.
pub(super) fn edit(state: &mut GatewayState, call: &Call<'_>) -> Result<Value, Refused> {
    let number_of_call = state.call_number();
    let book = &mut state.stock;
    let goods_id = number(call.parameters.get("goodsId"))?.ok_or(150_010_003)?;
    if !matches!(number(call.parameters.get("stockType"))?, None | Some(0)) {
        return Err(150_010_003);
    }
    let wanted = read(book, call.parameters)?;
    let skus = book.goods.get(&goods_id).ok_or(150_010_003)?;
    if wanted.iter().any(|w| !skus.contains(&w.sku_id)) {
        return Err(150_010_003);
    }
    let key = call.parameters.get("requestUniqueKey").and_then(Value::as_str).map(str::to_owned);
    if key.as_ref().is_some_and(|key| !book.request_keys.insert(key.clone())) {
        return Err(book.repeated_key_code);
    }
    let nothing = changes_nothing(book, call.parameters, &wanted);
    if nothing || call.fault == Some(&TemuFaultKind::OperateFalse) {
        return Ok(json!({
            "goodsId": goods_id, "operateResult": false, "msg": "operate failed", "skuStockEditStatusInfoList": []
        }));
    }
    let verdicts: Vec<Value> = wanted
        .into_iter()
        .map(|part| carry_out(book, call, (number_of_call, key.as_deref()), &part))
        .collect();
    let all = verdicts.iter().all(|verdict| verdict["stockEditStatus"] == true);
    let msg = if all { "" } else { "partly failed" };
    Ok(json!({
        "goodsId": goods_id, "operateResult": all, "msg": msg, "skuStockEditStatusInfoList": verdicts
    }))
}

/// Carries out one SKU's part, books it under the call's number and key, and gives its verdict.
fn carry_out(
    book: &mut StockBook,
    call: &Call<'_>,
    (number, key): (u64, Option<&str>),
    part: &Wanted,
) -> Value {
    let Wanted { sku_id, pieces } = *part;
    let Some(sku) = book.skus.get_mut(&sku_id) else { return verdict(sku_id, Some(150_010_003)) };
    let code = refusal(call.fault, sku_id, pieces);
    let outcome = match code {
        Some(_) => EditOutcome::Refused,
        None if call.fault == Some(&TemuFaultKind::NotApplied) => EditOutcome::AnsweredOnly,
        None => EditOutcome::Applied,
    };
    book.edits.push(StockEdit {
        at: call.now_millis,
        by: EditedBy::Api,
        call: number,
        request_key: key.map(str::to_owned),
        goods_id: sku.listing.goods_id,
        sku_id,
        old: sku.pieces,
        new: pieces,
        outcome,
    });
    if outcome == EditOutcome::Applied {
        sku.set(pieces, call.now_millis);
    }
    verdict(sku_id, code)
}

/// The code that one SKU's part is refused with.
fn refusal(fault: Option<&TemuFaultKind>, sku_id: i64, pieces: i64) -> Option<i64> {
    match fault {
        Some(TemuFaultKind::RefuseSkus { sku_ids, code })
            if sku_ids.is_empty() || sku_ids.contains(&sku_id) =>
        {
            Some(*code)
        }
        _ if !(0..=MOST_PIECES).contains(&pieces) => Some(150_013_002),
        _ => None,
    }
}

fn verdict(sku_id: i64, code: Option<i64>) -> Value {
    match code {
        None => {
            json!({ "skuId": sku_id, "stockEditStatus": true, "errorCode": null, "errorMsg": null })
        }
        Some(code) => {
            json!({ "skuId": sku_id, "stockEditStatus": false, "errorCode": code, "errorMsg": "refused" })
        }
    }
}

/// SKU ids or numbers that one stock query may name. Unverified.
const MOST_ASKED: usize = 100;

/// `temu.local.goods.sku.stock.query`.
pub(super) fn query(state: &GatewayState, call: &Call<'_>) -> Result<Value, Refused> {
    let book = &state.stock;
    let goods_id = number(call.parameters.get("goodsId"))?;
    let ids = list(call.parameters, "skuIdList")?;
    let numbers = list(call.parameters, "outSkuSnList")?;
    let asked = ids.or(numbers).map_or(0, <[Value]>::len);
    if asked > MOST_ASKED || (goods_id.is_none() && ids.is_none() && numbers.is_none()) {
        return Err(150_010_003);
    }
    let mut found: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    let mut add = |sku: &ListedSku| {
        let of_goods = found.entry(sku.listing.goods_id).or_default();
        of_goods.push(stock_json(sku, sku.shown(call.now_millis, book.lag_millis)));
    };
    if let Some(ids) = ids {
        for id in ids {
            let sku = book.skus.get(&id.as_i64().ok_or(3_000_000)?);
            sku.into_iter()
                .filter(|s| goods_id.is_none_or(|g| g == s.listing.goods_id))
                .for_each(&mut add);
        }
    } else {
        let named = |sku: &&ListedSku| {
            goods_id.is_none_or(|id| id == sku.listing.goods_id)
                && numbers.is_none_or(|n| n.iter().any(|sn| *sn == sku.listing.sku_sn))
        };
        book.skus.values().filter(named).for_each(&mut add);
    }
    let stock: Vec<Value> = found
        .into_iter()
        .map(|(goods_id, skus)| json!({ "goodsId": goods_id, "skuStockInfoList": skus }))
        .collect();
    Ok(json!({ "stockList": stock }))
}

fn stock_json(sku: &ListedSku, shown: i64) -> Value {
    json!({
        "skuId": sku.listing.sku_id, "outSkuSn": sku.listing.sku_sn,
        "selfOrdinaryStock": { "stock": shown, "stockType": 0 },
        "selfPreSaleStock": { "stock": 0, "stockType": 1 },
        "certOrdinaryStock": { "stock": 0, "stockType": 2 }
    })
}
