//! SKUs and their stock: the two lists, the stock edit with its verdicts, and the look at what TEMU has.

use std::collections::HashMap;

use kontor_core::stock::{GoodsEdit, GoodsId, RemoteSku, SkuId, SkuKey, SkuList, TEMU_MAX};
use kontor_core::{Code, Problem};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::CallFailure;
use crate::client::TemuClient;
use crate::fields::{List, Record, Scalar};
use crate::orders::lacks;
use crate::paging::{Page, PagedList};
use crate::transport::{is_lasting, pause};
use crate::wire::{object, required};

pub(crate) const SKU_LIST: &str = "bg.local.goods.sku.list.query";
const EDIT: &str = "bg.local.goods.stock.edit";
const QUERY: &str = "temu.local.goods.sku.stock.query";

/// SKUs of a page (TEMU's maximum).
const PAGE_SIZE: usize = 100;
/// SKUs of a look.
const SKUS_PER_QUERY: usize = 100;
/// `stockType` of the seller's own stock.
const OWN_STOCK: i64 = 0;

/// What a walk over one of the SKU lists found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkuSummary {
    /// Different SKUs.
    pub skus: u64,
    /// Entries that could not be read as SKUs.
    pub problems: Vec<Problem>,
}

/// What TEMU says about one value of a stock edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkuVerdict {
    /// It has the value.
    Confirmed,
    /// It refused the value.
    Refused(Problem),
    /// It said nothing clear: look.
    Unknown,
}

/// How a stock edit as a whole failed. Only the kind tells what may be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditFailure {
    /// TEMU said no.
    Refused(Problem),
    /// It has certainly not been processed.
    NotSent(Problem),
    /// It may have been processed: look before anything is sent again.
    Unknown(Problem),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireEdit<'a> {
    goods_id: i64,
    stock_type: i64,
    sku_stock_target_list: Vec<WireTarget>,
    request_unique_key: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireTarget {
    sku_id: i64,
    stock_target: i64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireSkuList {
    total: Scalar,
    sku_list: List<Record<WireSku>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireSku {
    sku_id: Scalar,
    goods_id: Scalar,
    sku_sn: Scalar,
    goods_name: Scalar,
    spec_name: Scalar,
    stock: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireVerdicts {
    operate_result: Scalar,
    msg: Scalar,
    sku_stock_edit_status_info_list: List<Record<WireVerdict>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireVerdict {
    sku_id: Scalar,
    stock_edit_status: Scalar,
    error_code: Scalar,
    error_msg: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireStock {
    stock_list: List<Record<WireGoodsStock>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireGoodsStock {
    goods_id: Scalar,
    sku_stock_info_list: List<Record<WireSkuStock>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireSkuStock {
    sku_id: Scalar,
    self_ordinary_stock: Record<WirePieces>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WirePieces {
    stock: Scalar,
}

impl TemuClient {
    /// A walk over all SKUs of a list.
    pub fn skus(&self, which: SkuList) -> SkuWalk<'_> {
        let parameters = json!({ "skuSearchType": which.search_type() });
        let read = match which {
            SkuList::Available => available_page,
            SkuList::NotAvailable => not_available_page,
        };
        let list = PagedList::new(&self.transport, SKU_LIST, "pageNo", PAGE_SIZE, parameters, read);
        SkuWalk { list, seen: HashMap::new() }
    }

    /// Sets the stock of a goods' SKUs in one call. It is tried again, under the same key, only while it has certainly
    /// not been processed. The verdicts come in the order of the edit's targets.
    ///
    /// # Errors
    /// See [`EditFailure`].
    pub async fn edit_stock(&self, edit: &GoodsEdit) -> Result<Vec<SkuVerdict>, EditFailure> {
        let targets = edit
            .targets
            .iter()
            .map(|t| WireTarget { sku_id: t.sku_id.0, stock_target: t.after })
            .collect();
        let wire = WireEdit {
            goods_id: edit.goods_id.0,
            stock_type: OWN_STOCK,
            sku_stock_target_list: targets,
            request_unique_key: &edit.request_key,
        };
        let mut waits = self.transport.waits();
        loop {
            let failure = match self.transport.call(EDIT, &wire).await {
                Ok(body) => return Ok(verdicts(edit, &body)),
                Err(failure) => failure,
            };
            let may_repeat = !failure.may_have_happened && failure.problem.is_transient();
            match waits.next().filter(|_| may_repeat) {
                Some(wait) => pause(wait, &failure.problem).await,
                None => return Err(kind_of(failure)),
            }
        }
    }

    /// What TEMU has of the SKUs now: their own ordinary stock. A SKU that TEMU does not show is not in the answer.
    ///
    /// # Errors
    /// The gateway's refusals; `temu.answer_incomplete` when the answer has no list.
    pub async fn stock_of(&self, skus: &[SkuId]) -> Result<HashMap<SkuKey, i64>, Problem> {
        let mut found = HashMap::with_capacity(skus.len());
        for chunk in skus.chunks(SKUS_PER_QUERY) {
            let body = self.transport.read(QUERY, &json!({ "skuIdList": chunk })).await?;
            let wire: WireStock = required(QUERY, &body)?;
            let goods = wire.stock_list.0.ok_or_else(|| lacks(QUERY, "stockList"))?;
            found.extend(goods.into_iter().flat_map(|goods| stocks(goods.or_empty())));
        }
        Ok(found)
    }
}

/// A walk over a SKU list, page by page.
pub struct SkuWalk<'a> {
    list: PagedList<'a, RemoteSku>,
    seen: HashMap<SkuKey, RemoteSku>,
}

impl SkuWalk<'_> {
    /// The next page's SKUs; `None` when the list is whole. A SKU comes once, and once more only when a later page shows
    /// it changed.
    ///
    /// # Errors
    /// `temu.page_repeated`, `temu.list_incomplete`, `temu.answer_incomplete` for a page without entries or total, and
    /// the client's own problems. What came before stays valid.
    pub async fn next_page(&mut self) -> Result<Option<Vec<RemoteSku>>, Problem> {
        while let Some(skus) = self.list.next_page().await? {
            let news: Vec<RemoteSku> = skus
                .into_iter()
                .filter(|sku| self.seen.insert(sku.key, sku.clone()).as_ref() != Some(sku))
                .collect();
            if !news.is_empty() {
                return Ok(Some(news));
            }
        }
        Ok(None)
    }

    /// What the walk found; after its last page.
    pub fn summary(self) -> SkuSummary {
        let (skus, _) = self.list.counts();
        SkuSummary { skus: skus as u64, problems: self.list.into_problems() }
    }
}

/// Refused for its form, its credentials or its limits (temu-api.md 3.9), or by the rules of the edit (3.7).
fn is_refused_before_the_deed(error_code: i64) -> bool {
    matches!(
        error_code,
        3_000_000..=3_999_999
            | 4_000_004
            | 5_000_000..=5_000_003
            | 7_000_007
            | 7_000_015
            | 7_000_018
            | 7_000_020
            | 150_010_003
            | 150_013_000..=150_013_999
    )
}

fn kind_of(failure: CallFailure) -> EditFailure {
    let CallFailure { mut problem, may_have_happened, error_code } = failure;
    // Only what the gateway or the edit's own rules refuse was certainly not done; a fault in TEMU's services may come
    // after the deed, and is looked up.
    let is_certain = error_code.is_none_or(is_refused_before_the_deed);
    if may_have_happened || !is_certain {
        EditFailure::Unknown(problem)
    } else if problem.is_transient() || is_lasting(&problem) {
        EditFailure::NotSent(problem)
    } else {
        if problem.code == Code::TemuRequestRejected {
            problem.code = Code::StockEditRefused;
        }
        EditFailure::Refused(problem)
    }
}

/// `success: true` is not enough: only a SKU's own `stockEditStatus: true` confirms it, only `false` refuses it.
/// `operateResult: false` must be explained by a refused SKU; else it contradicts the others' yes. Anything that is not
/// clear is looked up.
fn verdicts(edit: &GoodsEdit, body: &[u8]) -> Vec<SkuVerdict> {
    let wire: WireVerdicts = object(EDIT, body).ok().flatten().unwrap_or_default();
    let overall = wire.msg.text().unwrap_or_default();
    let mut by_sku: HashMap<i64, WireVerdict> = wire
        .sku_stock_edit_status_info_list
        .into_iter()
        .map(Record::or_empty)
        .filter_map(|verdict| Some((verdict.sku_id.int()?, verdict)))
        .collect();
    let no = Scalar::Bool(false);
    let is_clear = wire.operate_result == Scalar::Bool(true)
        || wire.operate_result == no && by_sku.values().any(|v| v.stock_edit_status == no);
    edit.targets
        .iter()
        .map(|target| match by_sku.remove(&target.sku_id.0) {
            Some(v) if v.stock_edit_status == Scalar::Bool(true) && is_clear => {
                SkuVerdict::Confirmed
            }
            Some(v) if v.stock_edit_status == no => SkuVerdict::Refused(refused(v, &overall)),
            _ => SkuVerdict::Unknown,
        })
        .collect()
}

fn refused(verdict: WireVerdict, overall: &str) -> Problem {
    let code = verdict.error_code.int().map(|code| code.to_string()).unwrap_or_default();
    let message = verdict.error_msg.text().unwrap_or_else(|| overall.to_owned());
    let message: String = message.chars().take(200).collect();
    Problem::new(Code::StockEditRefused).detail(format!("{code} {message}").trim())
}

fn stocks(goods: WireGoodsStock) -> Vec<(SkuKey, i64)> {
    let Some(goods_id) = goods.goods_id.int().map(GoodsId) else { return Vec::new() };
    goods
        .sku_stock_info_list
        .into_iter()
        .map(Record::or_empty)
        .filter_map(|sku| {
            let sku_id = SkuId(sku.sku_id.int()?);
            let stock = sku.self_ordinary_stock.or_empty().stock.int()?;
            Some((SkuKey { goods_id, sku_id }, stock))
        })
        .collect()
}

fn available_page(body: &[u8]) -> Result<Page<RemoteSku>, Problem> {
    page(SkuList::Available, body)
}

fn not_available_page(body: &[u8]) -> Result<Page<RemoteSku>, Problem> {
    page(SkuList::NotAvailable, body)
}

fn page(which: SkuList, body: &[u8]) -> Result<Page<RemoteSku>, Problem> {
    let (total, entries) = required::<WireSkuList>(SKU_LIST, body)?.entries()?;
    let mut page = Page::new(total, entries.len());
    for entry in entries {
        match sku(which, entry.or_empty()) {
            Ok(sku) => page.add(sku.key.to_string(), sku),
            Err(problem) => page.unreadable(problem),
        }
    }
    Ok(page)
}

impl WireSkuList {
    /// The total and the entries; they may only be absent when there is nothing to show.
    fn entries(self) -> Result<(usize, Vec<Record<WireSku>>), Problem> {
        let total = self.total.count().ok_or_else(|| lacks(SKU_LIST, "total"))?;
        match (self.sku_list.0, total) {
            (Some(entries), _) => Ok((total, entries)),
            (None, 0) => Ok((0, Vec::new())),
            (None, _) => Err(lacks(SKU_LIST, "skuList")),
        }
    }
}

/// A saved page of a SKU list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedSkus {
    /// SKUs that TEMU named for the whole list.
    pub total: usize,
    /// The SKUs of the page.
    pub skus: Vec<RemoteSku>,
    /// Those for which it holds a stock that TEMU cannot keep, with it; it counts as not read.
    pub impossible: Vec<(SkuKey, i64)>,
}

pub(crate) fn saved_page(which: SkuList, body: &[u8]) -> Result<SavedSkus, Problem> {
    let (total, entries) = required::<WireSkuList>(SKU_LIST, body)?.entries()?;
    let mut page = SavedSkus { total, ..SavedSkus::default() };
    for entry in entries {
        let wire = entry.or_empty();
        let told = wire.stock.int();
        let sku = sku(which, wire)?;
        page.impossible.extend(told.filter(|_| sku.stock.is_none()).map(|told| (sku.key, told)));
        page.skus.push(sku);
    }
    Ok(page)
}

/// The SKU; a problem when it lacks a number by which it would be kept.
fn sku(which: SkuList, wire: WireSku) -> Result<RemoteSku, Problem> {
    let sn = wire.sku_sn.text().map(|sn| sn.trim().to_owned());
    let (Some(goods_id), Some(sku_id)) = (wire.goods_id.int(), wire.sku_id.int()) else {
        let problem = lacks(SKU_LIST, "goodsId, skuId");
        return Err(sn.into_iter().fold(problem, Problem::about));
    };
    Ok(RemoteSku {
        key: SkuKey { goods_id: GoodsId(goods_id), sku_id: SkuId(sku_id) },
        list: which,
        sku_sn: sn,
        goods_name: wire.goods_name.text().unwrap_or_default(),
        variant: wire.spec_name.text().unwrap_or_default(),
        stock: wire.stock.int().filter(|stock| (0..=TEMU_MAX).contains(stock)),
    })
}

#[cfg(test)]
mod tests {
    use kontor_core::stock::Target;

    use super::*;

    fn edit() -> GoodsEdit {
        let target = |sku| Target { sku_id: SkuId(sku), sku_sn: None, before: None, after: 5 };
        GoodsEdit {
            goods_id: GoodsId(1),
            targets: vec![target(1), target(2)],
            request_key: "k".into(),
            is_repeat: false,
        }
    }

    /// The verdicts of an answer: `+` confirmed, `-` refused, `?` unknown.
    fn read(result: &str) -> String {
        let body = format!(
            r#"{{"success":true,"errorCode":1000000,"errorMsg":"","requestId":"x","result":{result}}}"#
        );
        verdicts(&edit(), body.as_bytes())
            .iter()
            .map(|verdict| match verdict {
                SkuVerdict::Confirmed => '+',
                SkuVerdict::Refused(_) => '-',
                SkuVerdict::Unknown => '?',
            })
            .collect()
    }

    #[test]
    fn only_a_clear_verdict_of_the_skus_own_confirms_it() {
        let yes = r#"{"skuId":1,"stockEditStatus":true},{"skuId":2,"stockEditStatus":true}"#;
        let partly = r#"{"skuId":1,"stockEditStatus":true},{"skuId":2,"stockEditStatus":false,"errorCode":150013002}"#;
        let result = |operated: &str, list: &str| {
            read(&format!(
                r#"{{"operateResult":{operated},"msg":"m","skuStockEditStatusInfoList":[{list}]}}"#
            ))
        };
        assert_eq!(result("true", yes), "++");
        assert_eq!(result("true", partly), "+-");
        assert_eq!(result("false", partly), "+-", "the refused one explains it");
        assert_eq!(result("false", yes), "??", "a contradiction");
        assert_eq!(result("null", yes), "??");
        assert_eq!(result("false", ""), "??", "a difference of nothing is answered so");
        assert_eq!(result("true", r#"{"skuId":1,"stockEditStatus":true}"#), "+?");
        assert_eq!(result("true", r#"{"skuId":1,"stockEditStatus":"true"}"#), "??");
        assert_eq!(read("null"), "??");
        assert_eq!(read("[]"), "??");
    }

    #[test]
    fn a_sku_without_its_numbers_is_unreadable_and_one_without_a_stock_is_not() {
        let sku = |json: &str| sku(SkuList::Available, serde_json::from_str(json).expect("JSON"));
        let listed = sku(r#"{"skuId":"7","goodsId":8,"skuSn":" A ","stock":"x"}"#).expect("a SKU");
        assert_eq!((listed.sku_sn.as_deref(), listed.stock), (Some("A"), None));
        assert_eq!(sku(r#"{"skuId":7,"goodsId":8,"skuSn":"  "}"#).expect("a SKU").sku_sn, None);
        let nameless = sku(r#"{"goodsId":8,"skuSn":"A"}"#).expect_err("no SKU id");
        assert_eq!(
            (nameless.code, nameless.subject.as_deref()),
            (Code::TemuAnswerIncomplete, Some("A"))
        );
    }
}
