//! A sandbox and a client that signs its calls as the documentation describes it.

use std::collections::BTreeMap;

use kontor_sandbox::{Sandbox, SandboxOptions};
use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};

/// A sandbox and a signing client of its gateway.
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Shop {
    pub(crate) async fn open(skus: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SandboxOptions {
            orders: 20,
            skus,
            rate: 10_000,
            work_dir: folder.path().to_owned(),
            ..SandboxOptions::default()
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        Self { sandbox, http: reqwest::Client::new(), _folder: folder }
    }

    /// A signed call; the whole answer.
    pub(crate) async fn call(&self, api: &str, parameters: Value) -> Value {
        self.try_call(api, parameters).await.unwrap()
    }

    /// A signed call; an error when no answer comes.
    pub(crate) async fn try_call(
        &self,
        api: &str,
        parameters: Value,
    ) -> Result<Value, reqwest::Error> {
        let temu = &self.sandbox.connection().temu;
        let Value::Object(mut body) = parameters else { panic!("{parameters} is no object") };
        body.insert("type".to_owned(), json!(api));
        body.insert("app_key".to_owned(), json!(temu.app_key));
        body.insert("access_token".to_owned(), json!(temu.access_token));
        body.insert("data_type".to_owned(), json!("JSON"));
        body.insert("timestamp".to_owned(), json!(self.sandbox.gateway().clock.now()));
        body.insert("sign".to_owned(), json!(sign(&body, &temu.app_secret)));
        let url = format!("{}/openapi/router", temu.base_url);
        let answer = self.http.post(url).body(Value::Object(body).to_string()).send().await?;
        Ok(serde_json::from_str(&answer.text().await?).unwrap())
    }

    pub(crate) async fn result(&self, api: &str, parameters: Value) -> Value {
        let answer = self.call(api, parameters).await;
        assert_eq!((&answer["success"], &answer["errorCode"]), (&json!(true), &json!(1_000_000)));
        answer["result"].clone()
    }

    pub(crate) async fn code(&self, api: &str, parameters: Value) -> i64 {
        let answer = self.call(api, parameters).await;
        assert_eq!(answer["success"], json!(false), "{answer}");
        answer["errorCode"].as_i64().unwrap()
    }
}

fn sign(body: &Map<String, Value>, secret: &str) -> String {
    let sorted: BTreeMap<&String, &Value> = body.iter().collect();
    let text = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name}{text}"),
        other => format!("{name}{other}"),
    };
    let joined: String = sorted.into_iter().map(text).collect();
    let digest = Md5::digest(format!("{secret}{joined}{secret}"));
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}
