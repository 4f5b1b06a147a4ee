//! The books' pages about stock.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Answer, Books, StockChange, StockExpectation, change_stock, expected_stock, failed,
    stock_agreement,
};

/// The pages.
pub(super) fn routes() -> Router<Books> {
    Router::new()
        .route("/books/stock", get(stock))
        .route("/books/stock/edits", get(edits))
        .route("/books/stock/agreement", get(agreement))
        .route("/books/stock/expected", get(expected))
        .route("/stock/change", post(change))
        .route("/stock/settings", post(settings))
}

async fn stock(State(books): State<Books>) -> Answer {
    let articles = books.jtl.stock().map_err(|e| failed(&e))?;
    let now = books.gateway.clock.now_millis();
    let state = books.gateway.state();
    let shown = |sku: &crate::temu::ListedSku| {
        let mut value = json!(sku);
        value["shown"] = json!(sku.shown(now, state.stock.lag_millis));
        value
    };
    let skus: Vec<Value> = state.stock.skus.values().map(shown).collect();
    Ok(Json(json!({ "temu": skus, "jtl": articles })))
}

async fn edits(State(books): State<Books>) -> Json<Value> {
    let state = books.gateway.state();
    Json(json!({ "count": state.stock.edits.len(), "edits": state.stock.edits }))
}

#[derive(Deserialize)]
struct ExpectationRequest {
    formula: String,
    /// Numbers with commas between them.
    #[serde(default)]
    warehouses: Option<String>,
    #[serde(default)]
    minus_unseen_orders: bool,
    #[serde(default)]
    doubled_untouched: bool,
}

impl ExpectationRequest {
    fn read(self) -> Result<StockExpectation, (StatusCode, String)> {
        let refused = |text: String| (StatusCode::BAD_REQUEST, text);
        let mut expectation = StockExpectation::by(self.formula.parse().map_err(refused)?);
        if let Some(list) = self.warehouses {
            let numbers: Result<Vec<i64>, _> = list.split(',').map(|n| n.trim().parse()).collect();
            expectation.warehouses = numbers.map_err(|error| refused(error.to_string()))?;
        }
        expectation.minus_unseen_orders = self.minus_unseen_orders;
        expectation.doubled_untouched = self.doubled_untouched;
        Ok(expectation)
    }
}

async fn agreement(
    State(books): State<Books>,
    Query(request): Query<ExpectationRequest>,
) -> Answer {
    let expectation = request.read()?;
    let stock = books.jtl.stock().map_err(|e| failed(&e))?;
    let orders = books.jtl.books().map_err(|e| failed(&e))?.orders;
    let state = books.gateway.state();
    Ok(Json(json!(stock_agreement(&state, &stock, &orders, &expectation))))
}

async fn expected(State(books): State<Books>, Query(request): Query<ExpectationRequest>) -> Answer {
    let expectation = request.read()?;
    let stock = books.jtl.stock().map_err(|e| failed(&e))?;
    let orders = books.jtl.books().map_err(|e| failed(&e))?.orders;
    let state = books.gateway.state();
    let expected: Vec<Value> = expected_stock(&state, &stock, &orders, &expectation)
        .into_iter()
        .map(|(sku_id, expected)| match expected {
            Ok(pieces) => json!({ "sku_id": sku_id, "expected": pieces }),
            Err(reason) => json!({ "sku_id": sku_id, "left_alone": reason }),
        })
        .collect();
    Ok(Json(json!(expected)))
}

async fn change(
    State(books): State<Books>,
    Json(change): Json<StockChange>,
) -> Result<StatusCode, (StatusCode, String)> {
    let known = change_stock(&books.gateway, &books.jtl, &books.options, &change);
    match known.map_err(|e| failed(&e))? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Ok(StatusCode::NOT_FOUND),
    }
}

/// What of the gateway's stock can be switched.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsRequest {
    #[serde(default)]
    lag_millis: Option<i64>,
    #[serde(default)]
    repeated_key_code: Option<i64>,
}

async fn settings(State(books): State<Books>, Json(request): Json<SettingsRequest>) -> StatusCode {
    let book = &mut books.gateway.state().stock;
    book.lag_millis = request.lag_millis.unwrap_or(book.lag_millis);
    book.repeated_key_code = request.repeated_key_code.unwrap_or(book.repeated_key_code);
    StatusCode::NO_CONTENT
}
