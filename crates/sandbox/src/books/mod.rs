//! The sandbox's own books over loopback HTTP: what both halves hold, what was called, whether they agree; faults,
//! changes and the worker.

mod agreement;
mod changes;
mod stock;
mod stock_changes;
mod stock_pages;

use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::jtl::{JtlError, JtlServer, ShipRequest, SqlFault};
use crate::options::SandboxOptions;
use crate::temu::{Gateway, TemuFault};

pub use agreement::{Agreement, agreement};
pub use changes::{Change, apply};
pub use stock::{
    LeftAlone, StockAgreement, StockDifference, StockExpectation, StockFormula, expected_stock,
    stock_agreement,
};
pub use stock_changes::{StockChange, change_stock, sell};

#[derive(Clone)]
struct Books {
    gateway: Arc<Gateway>,
    jtl: JtlServer,
    options: SandboxOptions,
}

type Answer = Result<Json<Value>, (StatusCode, String)>;

fn failed(error: &JtlError) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

/// Serves until stopped.
pub(crate) fn serve(
    listener: TcpListener,
    gateway: Arc<Gateway>,
    jtl: JtlServer,
    options: SandboxOptions,
    stop: CancellationToken,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let router = Router::new()
        .route("/books/temu", get(temu_books))
        .route("/books/jtl", get(jtl_books))
        .route("/books/calls", get(calls).delete(forget_calls))
        .route("/books/statements", get(statements).delete(forget_statements))
        .route("/books/agreement", get(agreement_of))
        .route("/faults", get(faults).post(inject).delete(clear_faults))
        .route("/worker/import", post(import))
        .route("/worker/ship", post(ship))
        .route("/orders/change", post(change))
        .route("/clock", post(set_clock))
        .merge(stock_pages::routes())
        .with_state(Books { gateway, jtl, options });
    tokio::spawn(async move {
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(error) = served.await {
            tracing::warn!(%error, "the books are closed");
        }
    });
    Ok(())
}

async fn temu_books(State(books): State<Books>) -> Json<Value> {
    let state = books.gateway.state();
    let orders: Vec<_> = state.orders.values().collect();
    Json(json!({ "orders": orders, "cancellations": state.cancellations }))
}

async fn jtl_books(State(books): State<Books>) -> Answer {
    let held = books.jtl.books().map_err(|e| failed(&e))?;
    Ok(Json(json!(held)))
}

async fn calls(State(books): State<Books>) -> Json<Value> {
    let state = books.gateway.state();
    Json(json!({ "counts": state.counts, "calls": state.calls }))
}

async fn forget_calls(State(books): State<Books>) -> StatusCode {
    let mut state = books.gateway.state();
    state.counts.clear();
    state.calls.clear();
    StatusCode::NO_CONTENT
}

async fn statements(State(books): State<Books>) -> Json<Value> {
    let statements = books.jtl.statements();
    Json(json!({ "count": statements.len(), "statements": statements }))
}

async fn forget_statements(State(books): State<Books>) -> StatusCode {
    books.jtl.clear_statements();
    StatusCode::NO_CONTENT
}

async fn agreement_of(State(books): State<Books>) -> Answer {
    let held = books.jtl.books().map_err(|e| failed(&e))?;
    Ok(Json(json!(agreement(&books.gateway.state(), &held))))
}

/// A fault of either half.
#[derive(Deserialize)]
#[serde(tag = "half", rename_all = "snake_case")]
enum Fault {
    Temu(FaultOf<TemuFault>),
    Jtl(FaultOf<SqlFault>),
}

#[derive(Deserialize)]
struct FaultOf<F> {
    fault: F,
}

async fn inject(State(books): State<Books>, Json(fault): Json<Fault>) -> StatusCode {
    match fault {
        Fault::Temu(of) => books.gateway.state().inject(of.fault),
        Fault::Jtl(of) => books.jtl.inject(of.fault),
    }
    StatusCode::NO_CONTENT
}

async fn faults(State(books): State<Books>) -> Json<Value> {
    Json(json!({ "temu": books.gateway.state().faults() }))
}

async fn clear_faults(State(books): State<Books>) -> StatusCode {
    books.gateway.state().clear_faults();
    books.jtl.clear_faults();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct ImportRequest {
    #[serde(default)]
    xml_dir: Option<PathBuf>,
}

async fn import(State(books): State<Books>, Json(request): Json<ImportRequest>) -> Answer {
    let report = books.jtl.import_once(request.xml_dir.as_deref()).map_err(|e| failed(&e))?;
    Ok(Json(json!(report)))
}

async fn ship(State(books): State<Books>, Json(request): Json<ShipRequest>) -> Answer {
    let report = books.jtl.ship(&request).map_err(|e| failed(&e))?;
    Ok(Json(json!(report)))
}

async fn change(State(books): State<Books>, Json(change): Json<Change>) -> StatusCode {
    let now = books.gateway.clock.now();
    if apply(&mut books.gateway.state(), change, &books.options, now) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClockRequest {
    OffsetSeconds(i64),
    AdvanceSeconds(u64),
}

async fn set_clock(State(books): State<Books>, Json(request): Json<ClockRequest>) -> StatusCode {
    match request {
        ClockRequest::OffsetSeconds(seconds) => books.gateway.clock.set_offset(seconds),
        ClockRequest::AdvanceSeconds(seconds) => {
            books.gateway.clock.advance(Duration::from_secs(seconds));
        }
    }
    StatusCode::NO_CONTENT
}
