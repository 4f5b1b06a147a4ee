//! The bridge answers who knows its token, under the address that it printed, and nobody else.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

struct Bridge {
    child: Child,
    address: String,
    token: String,
    _folder: tempfile::TempDir,
}

impl Bridge {
    fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_kontor"))
            .args(["--data".as_ref(), folder.path().as_os_str(), "bridge".as_ref()])
            .args(["--demo", "--orders", "5", "--skus", "5"])
            .env("KONTOR_KEYCHAIN", "off")
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("standard output")?).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line)?;
        let text = |name: &str| said[name].as_str().map(str::to_owned).context("a text");
        let address = text("url")?.replace("http://", "");
        Ok(Self { child, address, token: text("token")?, _folder: folder })
    }

    /// Status and body of a call.
    fn call(&self, host: &str, token: &str, body: &Value) -> Result<(u16, String)> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "POST /rpc HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).context("a status")?.parse()?;
        Ok((status, answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned()))
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn only_who_knows_the_token_under_the_printed_address_is_answered() -> Result<()> {
    let bridge = Bridge::start()?;
    let about = json!({ "command": "about", "params": null });
    let (status, body) = bridge.call(&bridge.address, &bridge.token, &about)?;
    assert_eq!((status, body.contains("\"is_demo\":true")), (200, true), "{body}");
    assert_eq!(bridge.call(&bridge.address, "guessed", &about)?.0, 401);
    assert_eq!(
        bridge.call("kontor.example", &bridge.token, &about)?.0,
        401,
        "a name that points here"
    );
    let (status, body) =
        bridge.call(&bridge.address, &bridge.token, &json!({ "command": "nothing" }))?;
    assert_eq!((status, body.contains("command.unknown")), (422, true), "{body}");
    Ok(())
}
