//! Kontor's window as a person uses it: look, click, type.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::station::{LOOK, PATIENCE, Running};

/// How long the driver may take for one answer. One that has lost its window never answers.
const ANSWER: Duration = Duration::from_secs(30);

/// An answer of the driver's, or that there is none.
async fn answer<T>(asked: impl Future<Output = Result<T, CmdError>>) -> Result<T> {
    let answered = tokio::time::timeout(ANSWER, asked).await;
    Ok(answered.context("the web driver does not answer")??)
}

/// Kontor's window.
pub(crate) struct Window {
    client: Client,
    // After the client: it ends the session.
    _driver: Running,
}

impl Window {
    /// A window with the driver that drives it.
    pub(crate) fn new(client: Client, driver: Running) -> Self {
        Self { client, _driver: driver }
    }

    /// Waits until a text is on the page.
    pub(crate) async fn sees(&self, text: &str) -> Result<()> {
        let literal = serde_json::to_string(text)?;
        let script = format!("return document.body.innerText.includes({literal})");
        self.until(&script).await.with_context(|| format!("never on screen: {text}"))
    }

    /// Waits until a script answers `true`; what the page shows instead goes into the error.
    pub(crate) async fn until(&self, script: &str) -> Result<()> {
        let begun = Instant::now();
        let mut look = tokio::time::interval(LOOK);
        while self.script(script).await? != Value::Bool(true) {
            if begun.elapsed() > PATIENCE {
                let shown = self.script("return document.body.innerText").await?;
                bail!("the page shows: {shown}");
            }
            look.tick().await;
        }
        Ok(())
    }

    async fn script(&self, script: &str) -> Result<Value> {
        answer(self.client.execute(script, Vec::new())).await
    }

    /// Clicks on what carries this word and can be pressed: a button, a link, a tab.
    pub(crate) async fn click(&self, word: &str) -> Result<()> {
        self.click_at(&format!("normalize-space()=\"{word}\"")).await
    }

    /// As [`Self::click`], by a part of the word: buttons name how many things they do.
    pub(crate) async fn click_part(&self, word: &str) -> Result<()> {
        self.click_at(&format!("contains(normalize-space(), \"{word}\")")).await
    }

    /// As [`Self::click`], in the dialog that is open.
    pub(crate) async fn click_in_dialog(&self, word: &str) -> Result<()> {
        self.click_at(&format!(
            "contains(normalize-space(), \"{word}\") and ancestor::dialog[@open]"
        ))
        .await
    }

    async fn click_at(&self, which: &str) -> Result<()> {
        let path = format!(
            "//*[(self::button or self::a or @role='tab') and {which} and not(@disabled) \
             and not(@aria-disabled='true')]"
        );
        let begun = Instant::now();
        let mut look = tokio::time::interval(LOOK);
        // A list that is read anew replaces what was just found: it is looked for again then.
        while let Err(error) = self.try_click(&path).await {
            ensure!(begun.elapsed() < PATIENCE, "{which} cannot be clicked: {error}");
            look.tick().await;
        }
        Ok(())
    }

    async fn try_click(&self, path: &str) -> Result<()> {
        let found = answer(self.client.find(Locator::XPath(path))).await?;
        answer(found.click()).await
    }

    /// Types into the field of this name, in place of what stands there.
    pub(crate) async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let path = format!("//label[contains(normalize-space(), \"{label}\")]");
        let script = format!(
            "return document.evaluate({}, document, null, 9, null).singleNodeValue !== null",
            serde_json::to_string(&path)?
        );
        self.until(&script).await.with_context(|| format!("no field: {label}"))?;
        let found = answer(self.client.find(Locator::XPath(&path))).await?;
        let id = answer(found.attr("for")).await?;
        let id = id.with_context(|| format!("{label} names no field"))?;
        let field = answer(self.client.find(Locator::Id(&id))).await?;
        answer(field.clear()).await?;
        answer(field.send_keys(text)).await
    }

    /// Asks the shell as the page does; what it refuses is the error.
    pub(crate) async fn invoke(&self, name: &str, body: Value) -> Result<Result<Value, Value>> {
        let script = "const [name, body, done] = arguments; \
            window.__TAURI_INTERNALS__.invoke(name, body).then(ok => done({ ok }), refused => done({ refused }))";
        let said = answer(self.client.execute_async(script, vec![json!(name), body])).await?;
        match said.get("ok") {
            Some(ok) => Ok(Ok(ok.clone())),
            None => Ok(Err(said.get("refused").cloned().unwrap_or_default())),
        }
    }

    /// Asks the core a question of the table.
    pub(crate) async fn rpc(&self, command: &str, params: Value) -> Result<Value> {
        let said = self.invoke("rpc", json!({ "command": command, "params": params })).await?;
        said.map_err(|problem| anyhow!("{command}: {problem}"))
    }

    /// What the content policy refused since the page was loaded.
    pub(crate) async fn breaches(&self) -> Result<Vec<String>> {
        let script = "const done = arguments[0]; \
            new ReportingObserver(reports => done(reports.map(r => `${r.body.effectiveDirective} ${r.body.blockedURL}`)), \
            { buffered: true, types: ['csp-violation'] }).observe(); setTimeout(() => done([]), 250)";
        let said = answer(self.client.execute_async(script, Vec::new())).await?;
        Ok(serde_json::from_value(said)?)
    }

    /// A whole number that a script answers with.
    pub(crate) async fn number(&self, script: &str) -> Result<u64> {
        let said = self.script(&format!("return Math.round((() => {{ {script} }})())")).await?;
        said.as_u64().with_context(|| format!("{script}: {said}"))
    }

    /// Leaves a picture of the screen for people to look at, where `KONTOR_PICTURES` says. A page on which nothing has moved
    /// since it came up is not drawn again: WebKitGTK never answers then.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        if let Some(folder) = std::env::var_os("KONTOR_PICTURES") {
            let file = Path::new(&folder).join(format!("{name}.png"));
            std::fs::write(file, answer(self.client.screenshot()).await?)?;
        }
        Ok(())
    }

    /// Ends the window as the driver does: hard.
    pub(crate) async fn close(self) -> Result<()> {
        answer(self.client.close()).await
    }
}
