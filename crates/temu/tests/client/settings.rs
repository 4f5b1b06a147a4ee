//! Which addresses a client accepts.

use kontor_core::Code;
use kontor_temu::TemuClient;
use secrecy::SecretString;
use serde_json::json;

use crate::gateway::{Gateway, Reply, settings};

#[test]
fn a_token_never_travels_in_the_clear() {
    for refused in [
        "http://openapi-b-eu.temu.com",
        "http://127.0.0.1.example.org",
        "http://10.0.0.1:8080",
        "ftp://127.0.0.1",
        "https://openapi-b-eu.temu.com/?a=b",
        "https://someone:something@openapi-b-eu.temu.com",
        "openapi-b-eu.temu.com",
        "",
    ] {
        let problem = TemuClient::new(settings(refused), None).expect_err(refused);
        assert_eq!(problem.code, Code::ConfigInvalidValue, "{refused}");
        assert_eq!(problem.subject.as_deref(), Some("temu.base_url"));
        assert!(!problem.to_string().contains("something"), "{problem}");
    }
    for taken in [
        "https://openapi-b-eu.temu.com",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "http://localhost:1",
    ] {
        assert!(TemuClient::new(settings(taken), None).is_ok(), "{taken}");
    }
}

#[test]
fn an_empty_credential_is_named() {
    let mut empty = settings("http://127.0.0.1:1");
    empty.access_token = SecretString::from("");
    let problem = TemuClient::new(empty, None).expect_err("refused");
    assert_eq!(problem.code, Code::TemuCredentialsMissing);
    assert_eq!(problem.detail.as_deref(), Some("access_token"));
}

#[tokio::test]
async fn the_address_that_temu_documents_with_its_path_is_understood() {
    let gateway = Gateway::start(|_| Reply::result(&json!({ "mallId": 42 }))).await;
    let with_path = format!("{}/openapi/router/", gateway.base_url);
    let client = TemuClient::new(settings(&with_path), None).expect("a client");
    assert_eq!(client.token().await.expect("an answer").mall_id, Some(42));
}
