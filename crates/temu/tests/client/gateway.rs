//! A gateway of a few lines: it reads whole requests and does to each what the test's script says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kontor_temu::{SignatureMethod, TemuClient, TemuSettings};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const APP_KEY: &str = "planted-app-key-0001";
pub(crate) const APP_SECRET: &str = "planted-app-secret-0002";
pub(crate) const ACCESS_TOKEN: &str = "planted-access-token-0003";

/// What happens to a request.
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// The connection is closed without an answer.
    Cut,
    /// The connection is closed in the middle of the answer.
    CutInBody,
    /// Nothing is ever answered.
    Silence,
}

impl Reply {
    pub(crate) fn body(body: impl Into<Vec<u8>>) -> Self {
        Self::Answer { status: 200, headers: Vec::new(), body: body.into() }
    }
    pub(crate) fn result(result: &Value) -> Self {
        let envelope = json!({
            "success": true, "errorCode": 1_000_000, "errorMsg": "", "requestId": "eu-1", "result": result
        });
        Self::body(envelope.to_string())
    }
    pub(crate) fn refusal(code: i64, message: &str) -> Self {
        let envelope = json!({ "success": false, "errorCode": code, "errorMsg": message, "requestId": "eu-1" });
        Self::body(envelope.to_string())
    }
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: b"<html>no</html>".to_vec() }
    }
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

type Script = Arc<Mutex<dyn FnMut(&Value) -> Reply + Send>>;

pub(crate) struct Gateway {
    pub(crate) base_url: String,
    received: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    pub(crate) async fn start(script: impl FnMut(&Value) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let script: Script = Arc::new(Mutex::new(script));
        let log = received.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), log.clone()));
            }
        });
        Self { base_url, received }
    }

    /// The bodies as they came.
    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().expect("no panic").clone()
    }

    pub(crate) fn calls(&self) -> Vec<Value> {
        self.received().iter().map(|body| serde_json::from_str(body).expect("JSON")).collect()
    }

    pub(crate) fn settings(&self) -> TemuSettings {
        settings(&self.base_url)
    }

    pub(crate) fn client(&self) -> TemuClient {
        TemuClient::new(self.settings(), None).expect("a client")
    }
}

pub(crate) fn settings(base_url: &str) -> TemuSettings {
    TemuSettings {
        base_url: base_url.to_owned(),
        app_key: SecretString::from(APP_KEY),
        app_secret: SecretString::from(APP_SECRET),
        access_token: SecretString::from(ACCESS_TOKEN),
        signature: SignatureMethod::Md5,
        rate_per_second: 1_000,
        max_in_flight: 64,
        timeout: Duration::from_secs(5),
        max_retries: 4,
        retry_base: Duration::from_millis(1),
    }
}

/// Each request gets the next reply; the last one stays.
pub(crate) fn in_turn(replies: Vec<fn() -> Reply>) -> impl FnMut(&Value) -> Reply + Send {
    let mut next = 0;
    move |_| {
        let reply = replies[next.min(replies.len() - 1)];
        next += 1;
        reply()
    }
}

async fn serve(mut stream: TcpStream, script: Script, log: Arc<Mutex<Vec<String>>>) {
    let mut buffer = Vec::new();
    while let Some(body) = request_body(&mut stream, &mut buffer).await {
        let call: Value = serde_json::from_str(&body).expect("JSON");
        log.lock().expect("no panic").push(body);
        let reply = (script.lock().expect("no panic"))(&call);
        let Reply::Answer { status, headers, body } = reply else {
            match reply {
                Reply::Silence => std::future::pending().await,
                Reply::CutInBody => {
                    let _ = stream
                        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"success\":")
                        .await;
                }
                _ => {}
            }
            return;
        };
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        if stream.write_all(&[head.as_bytes(), &body].concat()).await.is_err() {
            return;
        }
    }
}

/// The next request's body; `None` when the connection ends.
async fn request_body(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            assert!(head.starts_with("post /openapi/router "), "{head}");
            let length = head.lines().find_map(|l| l.strip_prefix("content-length: "))?;
            let whole = end + 4 + length.trim().parse::<usize>().ok()?;
            if buffer.len() >= whole {
                let body = String::from_utf8(buffer[end + 4..whole].to_vec()).ok()?;
                buffer.drain(..whole);
                return Some(body);
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}
