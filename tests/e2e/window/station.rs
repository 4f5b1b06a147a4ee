//! A workplace of the test's own: display, session bus, home folder and web driver. All of it ends with the test.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

use crate::page::Window;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_kontor-desktop");
/// The smallest screen that Kontor is made for.
const SCREEN: &str = "1366x768x24";
/// How long anything on screen is waited for. Long: the machine may be busy with something else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How long the driver and the window may take to come up, and how often that is tried.
const COMES_UP: Duration = Duration::from_secs(20);
const TRIES: u32 = 3;
pub(crate) const LOOK: Duration = Duration::from_millis(50);

/// A program that ends with the test.
pub(crate) struct Running(Child);

impl Running {
    /// Asks it to end, and waits; its exit code.
    pub(crate) fn terminate(&mut self) -> Result<Option<i32>> {
        let pid = self.0.id().to_string();
        Command::new("kill").arg(&pid).status()?;
        Ok(self.0.wait()?.code())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The workplace.
pub(crate) struct Station {
    home: TempDir,
    variables: Vec<(&'static str, String)>,
    // In the order in which they end.
    _bus: Running,
    _display: Running,
}

impl Station {
    /// Starts display and bus.
    pub(crate) fn start() -> Result<Self> {
        let home = tempfile::tempdir()?;
        let runtime = home.path().join("run");
        std::fs::create_dir(&runtime)?;
        std::fs::set_permissions(&runtime, Permissions::from_mode(0o700))?;
        let (display, number) = started(Command::new("Xvfb").args([
            "-displayfd",
            "1",
            "-nolisten",
            "tcp",
            "-screen",
            "0",
            SCREEN,
        ]))?;
        let (bus, address) = started(Command::new("dbus-daemon").args([
            "--session",
            "--nofork",
            "--print-address=1",
        ]))?;
        let variables = vec![
            ("DISPLAY", format!(":{number}")),
            ("DBUS_SESSION_BUS_ADDRESS", address),
            ("HOME", home.path().display().to_string()),
            ("XDG_RUNTIME_DIR", runtime.display().to_string()),
            ("KONTOR_KEYCHAIN", "off".into()),
            ("LANG", "C.UTF-8".into()),
            ("TZ", "Europe/Berlin".into()),
            // Without it the session is never made, and nothing says so.
            ("TAURI_WEBVIEW_AUTOMATION", "true".into()),
        ];
        Ok(Self { home, variables, _bus: bus, _display: display })
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The folder for downloads.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.home.path().join("Downloads")
    }

    /// Runs the program without a driver.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Running> {
        let child = Command::new(PROGRAM)
            .arg("--data")
            .arg(self.data())
            .args(arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .spawn()?;
        Ok(Running(child))
    }

    /// Waits until the program has opened its data.
    pub(crate) fn until_it_is_open(&self, program: &mut Running) -> Result<()> {
        let begun = Instant::now();
        while !self.data().join("kontor.db").exists() || !self.data().join("logs").exists() {
            if let Some(ended) = program.0.try_wait()? {
                bail!("it ended with {ended}");
            }
            ensure!(begun.elapsed() < PATIENCE, "it opened nothing");
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Opens the window on the data folder. The driver now and then never answers its first request: it is started again then.
    pub(crate) async fn open(&self, arguments: &[&str]) -> Result<Window> {
        let mut tried = self.try_open(arguments).await;
        for _ in 1..TRIES {
            if tried.is_ok() {
                break;
            }
            tried = self.try_open(arguments).await;
        }
        tried
    }

    async fn try_open(&self, arguments: &[&str]) -> Result<Window> {
        let port = free_port()?;
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .spawn()
            .context("WebKitWebDriver (Debian: webkit2gtk-driver)")?;
        let driver = Running(driver);
        let data = self.data().display().to_string();
        let arguments: Vec<&str> =
            ["--data", &data].into_iter().chain(arguments.iter().copied()).collect();
        let options = json!({ "binary": PROGRAM, "args": arguments });
        let wanted = Capabilities::from_iter([("webkitgtk:browserOptions".to_owned(), options)]);
        let client = tokio::time::timeout(COMES_UP, connect(port, wanted)).await;
        let client = client.context("the window did not come up")??;
        Ok(Window::new(client, driver))
    }
}

/// The program where no display is to be had.
pub(crate) fn without_display() -> Result<Output> {
    let mut command = Command::new(PROGRAM);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    Ok(command.output()?)
}

/// Starts a program and reads the first line that it says.
fn started(command: &mut Command) -> Result<(Running, String)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut running = Running(child.with_context(|| name.clone())?);
    let said = running.0.stdout.take().ok_or_else(|| anyhow!("{name} says nothing"))?;
    let mut line = String::new();
    BufReader::new(said).read_line(&mut line)?;
    Ok((running, line.trim().to_owned()))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Makes a session as soon as the driver listens.
async fn connect(port: u16, wanted: Capabilities) -> Result<Client> {
    let mut look = tokio::time::interval(LOOK);
    while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
        look.tick().await;
    }
    let mut builder = ClientBuilder::new(HttpConnector::new());
    Ok(builder.capabilities(wanted).connect(&format!("http://127.0.0.1:{port}")).await?)
}
