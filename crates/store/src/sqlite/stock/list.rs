//! Lists of stock: filtered, sorted and cut in SQL, each page found by its key.

use kontor_core::stock::SkuKey;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::super::failures::{damaged, problem};
use super::super::rows::get;
use crate::rows::no_page;
use crate::stock::{StockCount, StockFilter, StockPage, StockRow, StockSort, StockStatus};
use crate::{Result, rows};

/// Tables of every list: SKUs in the order of their index, each with its stock.
const FROM: &str = "temu_products AS p
    CROSS JOIN temu_inventory AS i ON i.goods_id = p.goods_id AND i.sku_id = p.sku_id
    LEFT JOIN stock_rules AS r ON r.goods_id = p.goods_id AND r.sku_id = p.sku_id";

const DIFFERENCE: &str = "COALESCE(abs(i.wanted - COALESCE(i.known, 0)), 0)";

pub(super) fn page(
    connection: &Connection,
    filter: &StockFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<StockPage> {
    let (conditions, mut values) = conditions(filter);
    let total = count(connection, &conditions, &values)?;
    let (sort, direction, comparison) = match filter.sort {
        StockSort::Number => ("p.article_key", "ASC", ">"),
        StockSort::Difference => (DIFFERENCE, "DESC", "<"),
    };
    let mut from = String::new();
    if let Some((value, key)) = after.map(|a| parse_after(a, filter.sort)).transpose()? {
        from = format!(" AND ({sort}, p.goods_id, p.sku_id) {comparison} (?, ?, ?)");
        values.extend([value, key.goods_id.0.into(), key.sku_id.0.into()]);
    }
    // One row more than asked for shows whether another page follows.
    values.push(i64::from(limit.saturating_add(1)).into());
    let sql = format!(
        "SELECT p.goods_id, p.sku_id, p.sku_sn, p.goods_name, p.variant, p.list, i.*, r.buffer, r.cap, r.fixed,
                CAST({sort} AS TEXT) AS sort_value
         FROM {FROM} WHERE {conditions}{from}
         ORDER BY {sort} {direction}, p.goods_id {direction}, p.sku_id {direction} LIMIT ?"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(problem)?;
    let mut found = statement.query(params_from_iter(values)).map_err(problem)?;
    let mut rows: Vec<(String, StockRow)> = Vec::new();
    while let Some(row) = found.next().map_err(problem)? {
        rows.push((get(row, "sort_value")?, rows::stock::stock_row(row)?));
    }
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| has_more).map(|(value, row)| format!("{}/{value}", row.key));
    Ok(StockPage { rows: rows.into_iter().map(|(_, row)| row).collect(), next, total })
}

/// `goodsId/skuId/sort value`.
fn parse_after(text: &str, sort: StockSort) -> Result<(Value, SkuKey)> {
    let parsed = || {
        let mut parts = text.splitn(3, '/');
        let key = format!("{}/{}", parts.next()?, parts.next()?).parse().ok()?;
        let value = parts.next()?;
        let value = match sort {
            StockSort::Number => Value::from(value.to_owned()),
            StockSort::Difference => Value::from(value.parse::<i64>().ok()?),
        };
        Some((value, key))
    };
    parsed().ok_or_else(|| no_page(text))
}

fn conditions(filter: &StockFilter) -> (String, Vec<Value>) {
    let mut conditions = vec!["p.active = 1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    if !filter.statuses.is_empty() {
        let places = vec!["?"; filter.statuses.len()].join(", ");
        conditions.push(format!("i.status IN ({places})"));
        values.extend(filter.statuses.iter().map(|s| Value::from(s.as_str().to_owned())));
    }
    if let Some(code) = filter.reason {
        conditions.push("(i.reason_code = ? OR i.problem_code = ?)".to_owned());
        values.extend([code.as_str().to_owned().into(), code.as_str().to_owned().into()]);
    }
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        conditions.push(
            "(instr(p.article_key, ?) > 0 OR instr(folded(p.goods_name), ?) > 0 OR instr(folded(p.variant), ?) > 0)"
                .to_owned(),
        );
        values.extend(std::iter::repeat_n(Value::from(text.to_lowercase()), 3));
    }
    if filter.doubled {
        conditions.push(
            "p.article_key <> '' AND EXISTS (SELECT 1 FROM temu_products AS d WHERE d.active = 1
               AND d.article_key = p.article_key AND (d.goods_id <> p.goods_id OR d.sku_id <> p.sku_id))"
                .to_owned(),
        );
    }
    (conditions.join(" AND "), values)
}

fn count(connection: &Connection, conditions: &str, values: &[Value]) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM {FROM} WHERE {conditions}");
    let count: i64 = connection
        .prepare_cached(&sql)
        .map_err(problem)?
        .query_row(params_from_iter(values), |row| row.get(0))
        .map_err(problem)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

pub(super) fn count_by_status(connection: &Connection) -> Result<Vec<StockCount>> {
    let sql = "SELECT i.status, count(*) FROM temu_products AS p
               JOIN temu_inventory AS i ON i.goods_id = p.goods_id AND i.sku_id = p.sku_id
               WHERE p.active = 1 GROUP BY i.status";
    let mut statement = connection.prepare_cached(sql).map_err(problem)?;
    let mut rows = statement.query(params![]).map_err(problem)?;
    let mut counts = Vec::new();
    while let Some(row) = rows.next().map_err(problem)? {
        let status: String = row.get(0).map_err(problem)?;
        let skus: i64 = row.get(1).map_err(problem)?;
        counts.push(StockCount {
            status: StockStatus::parse(&status).ok_or_else(|| damaged("stock status"))?,
            skus: u64::try_from(skus).unwrap_or_default(),
        });
    }
    Ok(counts)
}
