//! The lists of goods and SKUs.

use serde_json::{Map, Value, json};

use super::faults::TemuFaultKind;
use super::gateway::{Call, GatewayState, Refused};
use super::query::integer;
use super::stock::{ListedSku, StockBook};

/// The page that is asked for: how many entries come before it, and how many it holds. A page parameter of another
/// name is not seen, as the real gateway does not see it.
struct Page {
    number: i64,
    skip: i64,
    size: usize,
    shift: i64,
}

fn page(call: &Call<'_>) -> Result<Page, Refused> {
    let number = integer(call.parameters, "pageNo")?.unwrap_or(1).max(1);
    let size = integer(call.parameters, "pageSize")?.unwrap_or(10);
    if !(1..=100).contains(&size) {
        return Err(3_000_000);
    }
    let shift = match call.fault {
        Some(TemuFaultKind::Shift { by }) => *by,
        _ => 0,
    };
    let skip = ((number - 1) * size + shift).max(0);
    Ok(Page { number, skip, size: usize::try_from(size).unwrap_or(10), shift })
}

impl Page {
    fn of<T>(&self, entries: Vec<T>) -> (i64, impl Iterator<Item = T>) {
        let total = i64::try_from(entries.len()).unwrap_or(i64::MAX) - self.shift;
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX);
        (total.max(0), entries.into_iter().skip(skip).take(self.size))
    }
}

/// What a list was narrowed to.
struct Filter<'a> {
    ids: Option<&'a [Value]>,
    text: Option<&'a str>,
    from: Option<i64>,
    to: Option<i64>,
}

impl<'a> Filter<'a> {
    fn read(parameters: &'a Map<String, Value>, ids: &str) -> Result<Self, Refused> {
        Ok(Self {
            ids: parameters.get(ids).and_then(Value::as_array).map(Vec::as_slice),
            text: parameters.get("searchText").and_then(Value::as_str),
            from: integer(parameters, "crtFrom")?,
            to: integer(parameters, "crtTo")?,
        })
    }

    fn admits(&self, id: i64, sku: &ListedSku) -> bool {
        let created = sku.listing.created_at * 1_000;
        self.ids.is_none_or(|ids| ids.iter().any(|known| known.as_i64() == Some(id)))
            && self.text.is_none_or(|text| {
                sku.listing.sku_sn.contains(text) || sku.listing.goods_name.contains(text)
            })
            && self.from.is_none_or(|from| from <= created)
            && self.to.is_none_or(|to| created <= to)
    }
}

/// `bg.local.goods.sku.list.query`: 2 lists what is in stock, 3 what is not, 7 everything without its stock; newest
/// first.
pub(super) fn sku_list(state: &GatewayState, call: &Call<'_>) -> Result<Value, Refused> {
    let search = integer(call.parameters, "skuSearchType")?.ok_or(7_000_000)?;
    if !matches!(search, 2 | 3 | 7) {
        return Err(150_010_003);
    }
    let page = page(call)?;
    let filter = Filter::read(call.parameters, "skuIdList")?;
    let book = &state.stock;
    let found: Vec<(&ListedSku, i64)> = book
        .skus
        .values()
        .rev()
        .map(|sku| (sku, sku.shown(call.now_millis, book.lag_millis)))
        .filter(|(_, shown)| search == 7 || (search == 2) == (*shown > 0))
        .filter(|(sku, _)| filter.admits(sku.listing.sku_id, sku))
        .collect();
    let (total, entries) = page.of(found);
    let skus: Vec<Value> = entries
        .map(|(sku, shown)| sku_json(sku, if search == 7 { 0 } else { shown }, shown > 0))
        .collect();
    Ok(json!({ "pageNo": page.number, "total": total, "skuList": skus }))
}

fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn specs(sku: &ListedSku) -> Value {
    json!([{ "parentSpecName": "Ausführung", "specName": sku.listing.spec }])
}

fn sku_json(sku: &ListedSku, stock: i64, available: bool) -> Value {
    let listing = &sku.listing;
    let changed = sku.history.last().map_or(listing.created_at, |(at, _)| at / 1_000);
    json!({
        "skuId": listing.sku_id, "goodsId": listing.goods_id, "skuSn": listing.sku_sn,
        "goodsName": listing.goods_name, "specName": listing.spec, "stock": stock,
        "price": decimal(listing.price_cents),
        "retailPrice": { "amount": decimal(listing.price_cents), "currency": "EUR" }, "currency": "EUR",
        "crtTime": listing.created_at, "status4VO": if available { 2 } else { 3 },
        "subStatus4VO": if available { 201 } else { 301 }, "goodsIsOnSale": true,
        "skuStatusChangeTime": changed.to_string(), "specList": specs(sku)
    })
}

/// `bg.local.goods.list.query`: 1 lists what is published; newest first.
pub(super) fn goods_list(state: &GatewayState, call: &Call<'_>) -> Result<Value, Refused> {
    let search = integer(call.parameters, "goodsSearchType")?.ok_or(7_000_000)?;
    let page = page(call)?;
    let filter = Filter::read(call.parameters, "goodsIdList")?;
    let book = &state.stock;
    let admits = |goods_id: i64, skus: &[&ListedSku]| {
        search == 1 && skus.iter().any(|sku| filter.admits(goods_id, sku))
    };
    let found: Vec<(i64, Vec<&ListedSku>)> = book
        .goods
        .iter()
        .rev()
        .map(|(id, skus)| (*id, skus.iter().filter_map(|sku| book.skus.get(sku)).collect()))
        .filter(|(id, skus): &(i64, Vec<&ListedSku>)| admits(*id, skus))
        .collect();
    let (total, entries) = page.of(found);
    let goods: Vec<Value> =
        entries.filter_map(|(id, skus)| goods_json(book, id, &skus, call.now_millis)).collect();
    Ok(json!({ "pageNo": page.number, "total": total, "goodsList": goods }))
}

fn goods_json(
    book: &StockBook,
    goods_id: i64,
    skus: &[&ListedSku],
    now_millis: i64,
) -> Option<Value> {
    let first = &skus.first()?.listing;
    let quantity: i64 = skus.iter().map(|sku| sku.shown(now_millis, book.lag_millis)).sum();
    let infos: Vec<Value> = skus
        .iter()
        .map(|sku| json!({ "skuId": sku.listing.sku_id, "skuSn": sku.listing.sku_sn, "specList": specs(sku) }))
        .collect();
    let numbers: Vec<&str> = skus.iter().map(|sku| sku.listing.sku_sn.as_str()).collect();
    let ids: Vec<i64> = skus.iter().map(|sku| sku.listing.sku_id).collect();
    Some(json!({
        "goodsId": goods_id, "goodsName": first.goods_name, "outGoodsSn": format!("G-{goods_id}"),
        "outSkuSnList": numbers, "skuIdList": ids, "skuInfoList": infos, "catId": 25_000, "quantity": quantity,
        "price": decimal(first.price_cents),
        "retailPrice": { "amount": decimal(first.price_cents), "currency": "EUR" },
        "listPrice": null, "marketPrice": first.price_cents, "currency": "EUR", "crtTime": first.created_at,
        "goodsStatusChangeTime": first.created_at.to_string(), "status4VO": 1, "subStatus4VO": 101,
        "goodsShowSubStatus": 101, "thumbUrl": "", "costTemplateId": "", "shipmentLimitSecond": 172_800
    }))
}
