//! Lists of stock: filtered, sorted and cut in SQL, each page found by its key.

use kontor_core::stock::SkuKey;
use kontor_mssql::Row;

use super::super::rows::get;
use super::super::session::Talk;
use super::super::values::{Bound, Values};
use crate::Result;
use crate::rows::stock::stock_row;
use crate::rows::{damaged, no_page};
use crate::stock::{StockCount, StockFilter, StockPage, StockRow, StockSort, StockStatus};

/// Tables of every list.
const FROM: &str = "temu_products AS p
    JOIN temu_inventory AS i ON i.goods_id = p.goods_id AND i.sku_id = p.sku_id
    LEFT JOIN stock_rules AS r ON r.goods_id = p.goods_id AND r.sku_id = p.sku_id";

const DIFFERENCE: &str = "COALESCE(ABS(i.wanted - COALESCE(i.known, 0)), 0)";

pub(super) async fn page(
    talk: &mut Talk<'_>,
    filter: &StockFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<StockPage> {
    let mut values = Values::default();
    let conditions = conditions(&mut values, filter);
    let sql = format!("SELECT COUNT_BIG(*) AS number FROM {FROM} WHERE {conditions}");
    let total = talk.number(&sql, &values.bound()).await?;
    let (sort, direction, comparison) = match filter.sort {
        StockSort::Number => ("p.article_key", "ASC", ">"),
        StockSort::Difference => (DIFFERENCE, "DESC", "<"),
    };
    let mut from = String::new();
    if let Some((value, key)) = after.map(|a| parse_after(a, filter.sort)).transpose()? {
        let value = values.bind(value);
        let (goods, sku) = (values.bind(key.goods_id.0), values.bind(key.sku_id.0));
        from = format!(
            " AND {sort} {comparison}= {value} AND ({sort} {comparison} {value} OR p.goods_id {comparison} {goods}
              OR p.goods_id = {goods} AND p.sku_id {comparison} {sku})"
        );
    }
    // One row more than asked for shows whether another page follows.
    let wanted = values.bind(i64::from(limit.saturating_add(1)));
    let sql = format!(
        "SELECT TOP ({wanted}) i.*, p.sku_sn, p.goods_name, p.variant, p.list, r.buffer, r.cap, r.fixed,
             CAST({sort} AS NVARCHAR(400)) AS sort_value
         FROM {FROM} WHERE {conditions}{from}
         ORDER BY {sort} {direction}, p.goods_id {direction}, p.sku_id {direction}"
    );
    let read = |row: &Row| Ok((get(row, "sort_value")?, stock_row(row)?));
    let mut rows: Vec<(String, StockRow)> = talk.select(&sql, &values.bound(), read).await?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| has_more).map(|(value, row)| format!("{}/{value}", row.key));
    Ok(StockPage {
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        next,
        total: u64::try_from(total).unwrap_or_default(),
    })
}

/// `goodsId/skuId/sort value`.
fn parse_after(text: &str, sort: StockSort) -> Result<(Bound, SkuKey)> {
    let parsed = || {
        let mut parts = text.splitn(3, '/');
        let key = format!("{}/{}", parts.next()?, parts.next()?).parse().ok()?;
        let value = parts.next()?;
        let value = match sort {
            StockSort::Number => Bound::from(value),
            StockSort::Difference => Bound::from(value.parse::<i64>().ok()?),
        };
        Some((value, key))
    };
    parsed().ok_or_else(|| no_page(text))
}

fn conditions(values: &mut Values, filter: &StockFilter) -> String {
    let mut conditions = vec!["p.active = 1".to_owned()];
    if !filter.statuses.is_empty() {
        let places: Vec<String> = filter.statuses.iter().map(|s| values.bind(s.as_str())).collect();
        conditions.push(format!("i.status IN ({})", places.join(", ")));
    }
    if let Some(code) = filter.reason {
        let code = values.bind(code.as_str());
        conditions.push(format!("(i.reason_code = {code} OR i.problem_code = {code})"));
    }
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        let number = values.bind(text.to_lowercase());
        let pattern = values.bind(format!("%{}%", escaped(text)));
        let names = ["p.goods_name", "p.variant"]
            .map(|name| format!("{name} COLLATE Latin1_General_CI_AS LIKE {pattern} ESCAPE '\\'"));
        conditions
            .push(format!("(CHARINDEX({number}, p.article_key) > 0 OR {})", names.join(" OR ")));
    }
    if filter.doubled {
        conditions.push(
            "p.article_key <> '' AND EXISTS (SELECT 1 FROM temu_products AS d WHERE d.active = 1
               AND d.article_key = p.article_key AND (d.goods_id <> p.goods_id OR d.sku_id <> p.sku_id))"
                .to_owned(),
        );
    }
    conditions.join(" AND ")
}

/// In T-SQL a bracket is a wildcard too.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '%' | '_' | '[' | ']') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

pub(super) async fn count_by_status(talk: &mut Talk<'_>) -> Result<Vec<StockCount>> {
    let sql = "SELECT i.status, COUNT_BIG(*) AS skus FROM temu_products AS p
               JOIN temu_inventory AS i ON i.goods_id = p.goods_id AND i.sku_id = p.sku_id
               WHERE p.active = 1 GROUP BY i.status ORDER BY i.status";
    let counted = |row: &Row| {
        let status: String = get(row, "status")?;
        let skus: i64 = get(row, "skus")?;
        Ok(StockCount {
            status: StockStatus::parse(&status).ok_or_else(|| damaged("stock status"))?,
            skus: u64::try_from(skus).unwrap_or_default(),
        })
    };
    talk.select(sql, &[], counted).await
}
