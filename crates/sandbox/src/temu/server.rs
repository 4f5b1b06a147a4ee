//! The gateway's HTTP: its connections can be cut where a test wants it.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio_util::sync::CancellationToken;

use super::faults::TemuFaultKind;
use super::gateway::{Gateway, Verdict};

/// The error that makes hyper cut a connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
struct Cut;

type Body = BoxBody<Bytes, io::Error>;

/// Serves until stopped.
pub(crate) fn serve(
    listener: TcpListener,
    gateway: Arc<Gateway>,
    latency: Duration,
    stop: CancellationToken,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else { continue };
            let _ = stream.set_nodelay(true);
            let (gateway, stop) = (Arc::clone(&gateway), stop.clone());
            tokio::spawn(async move {
                let service = service_fn(|request| respond(Arc::clone(&gateway), latency, request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::select! {
                    () = stop.cancelled() => {}
                    // A cut connection ends in an error: that is its purpose.
                    _ = connection => {}
                }
            });
        }
    });
    Ok(())
}

async fn respond(
    gateway: Arc<Gateway>,
    latency: Duration,
    request: Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    if request.uri().path() != "/openapi/router" {
        return Ok(plain(StatusCode::NOT_FOUND));
    }
    if request.method() != Method::POST {
        return Ok(plain(StatusCode::METHOD_NOT_ALLOWED));
    }
    let received = request.into_body().collect().await.map_err(|_| Cut)?.to_bytes();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let Verdict { answer, fault } = gateway.answer(&received);
    let text = answer.to_string();
    match fault {
        Some(TemuFaultKind::Http { status }) => {
            Ok(plain(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)))
        }
        Some(TemuFaultKind::Timeout { ms } | TemuFaultKind::TimeoutAfter { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Err(Cut)
        }
        Some(TemuFaultKind::CutBefore | TemuFaultKind::CutAfter) => Err(Cut),
        Some(TemuFaultKind::CutMiddle) => Ok(cut_in_the_middle(&text)),
        Some(TemuFaultKind::Malformed) => Ok(json("{\"success\": tru".to_owned())),
        _ => Ok(json(text)),
    }
}

fn full(text: String) -> Body {
    Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {}).boxed()
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(full(status.to_string()));
    *response.status_mut() = status;
    response
}

fn json(text: String) -> Response<Body> {
    let mut response = Response::new(full(text));
    let json = hyper::header::HeaderValue::from_static("application/json;charset=UTF-8");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    response
}

/// Promises the whole answer, sends half of it, and fails.
fn cut_in_the_middle(text: &str) -> Response<Body> {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let frames = vec![Ok(Frame::data(half)), Err(io::Error::other(Cut))];
    let mut response = Response::new(StreamBody::new(futures::stream::iter(frames)).boxed());
    let length = hyper::header::HeaderValue::from(text.len());
    response.headers_mut().insert(hyper::header::CONTENT_LENGTH, length);
    response
}
