//! The way from the window to the core, through Tauri's own: what is answered, and what is refused.

use std::sync::Arc;

use kontor_demo::{DemoOptions, Front};
use kontor_engine::app::Setup;
use kontor_engine::core::{Code, Problem};
use kontor_engine::{Desk, api};
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager as _, WebviewWindow, WebviewWindowBuilder};

use crate::host::Opening;
use crate::{build, context, window};

/// Values that no answer may ever hold.
const PLANTED: [(&str, &str); 4] = [
    ("KONTOR_TEMU_APP_KEY", "planted-app-key-5f1c"),
    ("KONTOR_TEMU_APP_SECRET", "planted-app-secret-9d2e"),
    ("KONTOR_TEMU_ACCESS_TOKEN", "planted-token-77ab"),
    ("KONTOR_JTL_PASSWORD", "planted-password-c0de"),
];

struct Shell {
    app: App<MockRuntime>,
    _data: tempfile::TempDir,
}

/// The shell as it is built, with a desk in a folder of its own.
fn shell() -> Shell {
    let data = tempfile::tempdir().expect("a folder");
    // Nobody listens there: questions that ask TEMU are refused at once, and none leaves this machine.
    let settings = "[temu]\nbase_url = \"http://127.0.0.1:9\"\nmax_retries = 0\n";
    std::fs::write(data.path().join("kontor.toml"), settings).expect("settings");
    let app = build(mock_builder(), context()).expect("a shell");
    let secrets = kontor_engine::secrets::Secrets::from_lookup(|name| {
        PLANTED.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    });
    let setup = Setup { data: Some(data.path().to_owned()), secrets, ..Setup::default() };
    let front = tauri::async_runtime::block_on(async {
        let desk = Arc::new(Desk::open(setup).await.expect("a desk"));
        Arc::new(Front::new(desk, DemoOptions::default(), None))
    });
    app.state::<Opening>().set(Ok(front));
    Shell { app, _data: data }
}

impl Shell {
    fn window(&self, label: &str) -> WebviewWindow<MockRuntime> {
        WebviewWindowBuilder::new(&self.app, label, Default::default()).build().expect("a window")
    }
}

/// What the page's `invoke` gets.
fn invoke(
    from: &WebviewWindow<MockRuntime>,
    command: &str,
    url: &str,
    body: Value,
) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().expect("an address"),
        body: InvokeBody::Json(body),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_string(),
    };
    get_ipc_response(from, request).map(|answer| answer.deserialize().expect("JSON"))
}

fn rpc(from: &WebviewWindow<MockRuntime>, command: &str, params: Value) -> Result<Value, Value> {
    invoke(from, "rpc", PAGE, json!({ "command": command, "params": params }))
}

const PAGE: &str = if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" };

#[test]
fn the_window_is_answered() {
    let shell = shell();
    let answer = rpc(&shell.window(window::LABEL), "about", Value::Null).expect("an answer");
    assert_eq!(answer["is_demo"], false);
    assert_eq!(answer["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_command_that_is_not_in_the_table_and_parameters_of_another_type_are_refused() {
    let shell = shell();
    let main = shell.window(window::LABEL);
    let unknown = rpc(&main, "delete_everything", Value::Null).expect_err("refused");
    assert_eq!(unknown["code"], Code::CommandUnknown.as_str());
    for wrong in [json!({ "order": 7 }), json!([]), Value::Null, json!("x")] {
        let refused = rpc(&main, "order", wrong).expect_err("refused");
        assert_eq!(refused["code"], Code::CommandParametersInvalid.as_str());
    }
    let no_name = invoke(&main, "rpc", PAGE, json!({ "command": 7 })).expect_err("refused");
    assert!(no_name.to_string().contains("command"), "{no_name}");
}

#[test]
fn another_window_another_host_and_commands_of_tauris_own_are_refused() {
    let shell = shell();
    let call = json!({ "command": "about", "params": null });
    let other = shell.window("other");
    let refused = invoke(&other, "rpc", PAGE, call.clone()).expect_err("refused");
    assert!(refused.to_string().contains("not allowed"), "{refused}");
    let main = shell.window(window::LABEL);
    let refused = invoke(&main, "rpc", "https://temu.com", call).expect_err("refused");
    assert!(refused.to_string().contains("not allowed"), "{refused}");
    for command in [
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:event|emit",
        "plugin:path|resolve",
    ] {
        let refused = invoke(&main, command, PAGE, json!({})).expect_err("refused");
        assert!(refused.to_string().contains("not allowed"), "{command}: {refused}");
    }
}

/// Every question of the table, with what most of them understand; what is not understood is refused, which must be as
/// silent about secrets as an answer.
#[test]
fn no_answer_holds_a_secret() {
    let shell = shell();
    let main = shell.window(window::LABEL);
    let requests = [
        Value::Null,
        json!({ "screen": "orders", "days": 30, "order": "PO-1", "id": 1, "run_id": "x", "job": "temu_orders_sync" }),
        json!({ "query": { "states": [], "sort": "newest" }, "page": { "limit": 10 } }),
        json!({ "view": "open", "page": { "limit": 10 } }),
    ];
    let mut answered = 0;
    for command in api::COMMANDS.iter().filter(|command| command.changes.is_empty()) {
        for request in &requests {
            let answer = rpc(&main, command.name, request.clone());
            answered += usize::from(answer.is_ok());
            let text = format!("{answer:?}");
            for (name, secret) in PLANTED {
                assert!(!text.contains(secret), "{} shows {name}", command.name);
            }
        }
    }
    assert!(answered > 10, "only {answered} questions were understood");
}

#[test]
fn a_desk_that_cannot_be_opened_says_why() {
    let app = build(mock_builder(), context()).expect("a shell");
    let main = WebviewWindowBuilder::new(&app, window::LABEL, Default::default())
        .build()
        .expect("a window");
    app.state::<Opening>().set(Err(Problem::new(Code::ConfigUnknownKey).about("temu.colour")));
    let refused = rpc(&main, "about", Value::Null).expect_err("refused");
    assert_eq!(refused["code"], Code::ConfigUnknownKey.as_str());
    assert_eq!(refused["subject"], "temu.colour");
}
