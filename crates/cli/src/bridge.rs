//! `kontor bridge`: the command table over loopback HTTP with a token, so that the whole window runs in a browser under
//! test. Only in builds with the feature `bridge`; never in what is installed.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{self, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use clap::Args;
use kontor_demo::{DemoOptions, Front};
use kontor_engine::Desk;
use kontor_engine::api::{self, Host};
use kontor_engine::core::{Code, Problem};
use kontor_engine::report::ProblemReport;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

use crate::args::GlobalArgs;
use crate::commands::setup;

/// Files come as Base64 of up to 64 MiB; what is larger gets its problem from the command, up to here.
const LARGEST_BODY: usize = 128 << 20;

/// What the bridge is started with.
#[derive(Args)]
pub(crate) struct BridgeArgs {
    /// Port on 127.0.0.1; 0: any.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder of the built window, served beside the commands.
    #[arg(long, value_name = "DIR")]
    ui: Option<PathBuf>,
    /// Begin in the demo.
    #[arg(long)]
    demo: bool,
    /// Orders of the demo.
    #[arg(long, default_value_t = 250)]
    orders: usize,
    /// SKUs of the demo.
    #[arg(long, default_value_t = 500)]
    skus: usize,
}

#[derive(Clone)]
struct Bridge {
    front: Arc<Front>,
    token: Arc<str>,
    host: Arc<str>,
}

/// Serves until told to stop. The first line on standard output is JSON with the address and the token.
pub(crate) async fn run(global: &GlobalArgs, args: &BridgeArgs) -> Result<ExitCode, Problem> {
    let options = DemoOptions { orders: args.orders, skus: args.skus, ..DemoOptions::default() };
    let front = Arc::new(Front::new(Arc::new(Desk::open(setup(global)?).await?), options, None));
    if args.demo {
        front.start_demo().await?;
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let listener = TcpListener::bind(address).await.map_err(|e| problem(&e))?;
    let host = listener.local_addr().map_err(|e| problem(&e))?.to_string();
    let token = std::env::var("KONTOR_BRIDGE_TOKEN")
        .unwrap_or_else(|_| uuid::Uuid::new_v4().simple().to_string());
    println!("{}", json!({ "url": format!("http://{host}"), "token": token }));
    let _ = std::io::stdout().flush();
    let bridge = Bridge { front: Arc::clone(&front), token: token.into(), host: host.into() };
    // A stream of events never ends by itself: nothing is waited for.
    tokio::select! {
        served = axum::serve(listener, router(bridge, args.ui.clone())) => served.map_err(|e| problem(&e))?,
        () = crate::sandbox::stopped() => {}
    }
    front.close().await;
    Ok(ExitCode::SUCCESS)
}

fn router(bridge: Bridge, ui: Option<PathBuf>) -> Router {
    let guarded = Router::new()
        .route("/rpc", post(rpc))
        .route("/events", get(events))
        .layer(middleware::from_fn_with_state(bridge.clone(), authorised))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(bridge);
    match ui {
        Some(folder) => guarded.fallback_service(ServeDir::new(folder)),
        None => guarded,
    }
}

fn problem(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::InternalError).about("bridge").detail(error)
}

/// Only who knows the token, and only under the address that was printed: a page from elsewhere that a name was made to
/// point here for is turned away.
async fn authorised(State(bridge): State<Bridge>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_ours = headers.get(header::HOST).is_some_and(|h| h.as_bytes() == bridge.host.as_bytes());
    if is_ours && bears(headers, &bridge.token) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

fn bears(headers: &HeaderMap, token: &str) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    sent.and_then(|v| v.strip_prefix("Bearer ")).is_some_and(|sent| sent == token)
}

#[derive(Deserialize)]
struct Call {
    command: String,
    #[serde(default)]
    params: Value,
}

/// The answer, or with status 422 the problem.
async fn rpc(State(bridge): State<Bridge>, Json(call): Json<Call>) -> Response {
    match api::call(bridge.front.as_ref(), &call.command, call.params).await {
        Ok(answer) => Json(answer).into_response(),
        Err(problem) => {
            let report = ProblemReport::from(problem);
            (StatusCode::UNPROCESSABLE_ENTITY, Json(report)).into_response()
        }
    }
}

/// What happens at the desk of the moment, as server-sent events; the stream ends when the desk changes (the demo begins or
/// ends) and the window asks anew.
async fn events(State(bridge): State<Bridge>) -> impl axum::response::IntoResponse {
    let stream = futures::stream::unfold(bridge.front.desk().events(), async |mut events| {
        let event = events.next().await?;
        Some((sse::Event::default().json_data(event), events))
    });
    Sse::new(stream).keep_alive(sse::KeepAlive::default())
}
