//! From a plan to calls: one per goods and direction, each under a key that stays the same when it is sent again.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::plan::{PlanId, SkuOp};
use super::{GoodsId, SkuId, SkuKey};
use crate::ids::RunId;
use crate::remote::digest_of;

/// Characters of a request key.
const KEY_LENGTH: usize = 32;

/// One value of a stock edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The SKU.
    pub sku_id: SkuId,
    /// The trader's number.
    pub sku_sn: Option<String>,
    /// What TEMU has, as far as is known.
    pub before: Option<i64>,
    /// What it should show.
    pub after: i64,
}

/// One call of `bg.local.goods.stock.edit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsEdit {
    /// The goods.
    pub goods_id: GoodsId,
    /// Its values, by SKU.
    pub targets: Vec<Target>,
    /// `requestUniqueKey`: TEMU refuses a second call with the same one.
    pub request_key: String,
    /// The key has been sent before, and what became of it is not known.
    pub is_repeat: bool,
}

impl GoodsEdit {
    /// Goods and SKU of each value.
    pub fn keys(&self) -> impl Iterator<Item = SkuKey> + '_ {
        self.targets.iter().map(|t| SkuKey { goods_id: self.goods_id, sku_id: t.sku_id })
    }
}

/// A value whose intent is recorded and whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPush {
    /// Goods and SKU.
    pub key: SkuKey,
    /// What TEMU should show.
    pub after: i64,
    /// The key under which it was sent.
    pub request_key: String,
    /// When.
    pub sent_at: DateTime<Utc>,
}

/// The calls of some ops (all of one direction). A call that repeats one of unknown outcome, value by value, carries its
/// key; another key is a digest of plan, run, goods and values.
pub fn edits(plan: &PlanId, run: &RunId, ops: &[SkuOp], open: &[OpenPush]) -> Vec<GoodsEdit> {
    let mut by_goods: BTreeMap<GoodsId, Vec<Target>> = BTreeMap::new();
    for op in ops {
        by_goods.entry(op.key.goods_id).or_default().push(Target {
            sku_id: op.key.sku_id,
            sku_sn: op.sku_sn.clone(),
            before: op.before,
            after: op.after,
        });
    }
    let unsettled = unsettled(open);
    by_goods
        .into_iter()
        .map(|(goods_id, mut targets)| {
            targets.sort_by_key(|t| t.sku_id);
            let values: Vec<(SkuId, i64)> = targets.iter().map(|t| (t.sku_id, t.after)).collect();
            let known = unsettled.get(&(goods_id, values.clone()));
            let request_key =
                known.map_or_else(|| new_key(plan, run, goods_id, &values), |k| (*k).to_owned());
            GoodsEdit { goods_id, targets, request_key, is_repeat: known.is_some() }
        })
        .collect()
}

fn new_key(plan: &PlanId, run: &RunId, goods: GoodsId, values: &[(SkuId, i64)]) -> String {
    digest_of(&(plan, run, goods, values)).chars().take(KEY_LENGTH).collect()
}

/// What a call sets.
type Values = (GoodsId, Vec<(SkuId, i64)>);

/// The keys of calls of unknown outcome, by what they set.
fn unsettled(open: &[OpenPush]) -> HashMap<Values, &str> {
    let mut by_key: BTreeMap<(&str, GoodsId), Vec<(SkuId, i64)>> = BTreeMap::new();
    for push in open {
        by_key
            .entry((&push.request_key, push.key.goods_id))
            .or_default()
            .push((push.key.sku_id, push.after));
    }
    by_key
        .into_iter()
        .map(|((key, goods), mut values)| {
            values.sort_unstable();
            ((goods, values), key)
        })
        .collect()
}
