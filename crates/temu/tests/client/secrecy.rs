//! Secrets are planted and looked for wherever the client writes.

use std::io::Write;
use std::sync::{Arc, Mutex};

use kontor_core::ids::ParentOrderSn;
use kontor_temu::{Exchange, ExchangeRecorder, TemuClient};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::gateway::{ACCESS_TOKEN, APP_KEY, APP_SECRET, Gateway, Reply};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[derive(Default)]
struct Kept(Mutex<Vec<Exchange>>);

impl ExchangeRecorder for Kept {
    fn record(&self, exchange: Exchange) {
        self.0.lock().expect("no panic").push(exchange);
    }
}

fn assert_silent(text: &str, place: &str) {
    for secret in [APP_KEY, APP_SECRET, ACCESS_TOKEN] {
        assert!(!text.contains(secret), "a secret stands in {place}: {text}");
    }
}

#[tokio::test]
async fn no_secret_leaves_the_client_by_log_error_debug_or_recording() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut calls = 0;
    let gateway = Gateway::start(move |call| {
        calls += 1;
        match calls {
            1 => Reply::refusal(
                3_000_033,
                &format!(
                    "token {} and app {} with {APP_SECRET}",
                    call["access_token"], call["app_key"]
                ),
            ),
            2 => Reply::Cut,
            3 => Reply::result(&json!({ "mallId": 42 })),
            _ => Reply::result(&json!("Erika Mustermann")),
        }
    })
    .await;
    let kept = Arc::new(Kept::default());
    let settings = gateway.settings();
    assert_silent(&format!("{settings:?}"), "the settings' Debug");
    let client = TemuClient::new(settings, Some(kept.clone())).expect("a client");
    assert_silent(&format!("{client:?}"), "the client's Debug");

    let refused = client.token().await.expect_err("refused");
    assert_silent(&format!("{refused} {refused:?}"), "a refusal");
    assert!(refused.to_string().contains("***"), "{refused}");
    client.token().await.expect("after the cut");
    let sn = ParentOrderSn::new("PO-076-1");
    let unreadable = client.address(&sn).await.expect_err("no address");
    assert!(!unreadable.to_string().contains("Mustermann"), "no personal data: {unreadable}");

    let written = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("UTF-8");
    assert!(written.contains("bg.open.accesstoken.info.get"), "the log was captured");
    assert_silent(&written, "the log");
    assert!(!written.contains("Mustermann") && !written.contains("PO-076-1"), "no body in the log");

    let kept = kept.0.lock().expect("no panic");
    let statuses: Vec<(u64, u16)> = kept.iter().map(|e| (e.sequence, e.http_status)).collect();
    assert_eq!(statuses, [(1, 200), (2, 200), (3, 200)], "answered calls, also the refused one");
    assert_eq!(kept[2].api, "bg.order.shippinginfo.v2.get");
    assert_eq!(kept[2].parameters, r#"{"parentOrderSn":"PO-076-1"}"#);
    for exchange in kept.iter() {
        assert_silent(&exchange.parameters, "a recorded call");
        assert!(!exchange.parameters.contains("sign"));
    }
}
