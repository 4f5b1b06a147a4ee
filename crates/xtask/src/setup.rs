//! What a new machine with Rust and Node still lacks.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::run;

/// Cargo's own tools, at the versions that were tried.
const CARGO_TOOLS: [(&str, &str, &str); 3] = [
    ("cargo-nextest", "nextest", "0.9.143"),
    ("cargo-deny", "deny", "0.20.2"),
    ("cargo-machete", "machete", "0.9.2"),
];

/// The version of cargo-fuzz that was tried.
const FUZZER: &str = "0.13.2";

/// Debian's packages that the window is built and run with.
const WINDOW: [&str; 6] = [
    "libwebkit2gtk-4.1-dev",
    "libgtk-3-dev",
    "libdbus-1-dev",
    "libayatana-appindicator3-1",
    "pkg-config",
    "fonts-dejavu-core",
];

/// Debian's packages that a window is tested with: a display, a session bus and a driver.
const WINDOW_TEST: [&str; 3] = ["xvfb", "dbus-daemon", "webkit2gtk-driver"];

/// The C compiler that SQLite and the TLS library are built with.
pub(crate) fn compiler() -> Result<()> {
    if works("cc", &["--version"]) { Ok(()) } else { install(&["build-essential"]) }
}

/// The keyring that the tests of the keychain run in.
pub(crate) fn keyring() -> Result<()> {
    if !cfg!(target_os = "linux")
        || works("gnome-keyring-daemon", &["--version"])
            && works("dbus-run-session", &["--version"])
    {
        return Ok(());
    }
    install(&["dbus", "gnome-keyring", "libsecret-tools"])
}

/// What the window needs to be built and run.
pub(crate) fn window() -> Result<()> {
    compiler()?;
    install(&missing(&WINDOW)?)
}

/// The browser in which the window's pages are tested.
pub(crate) fn browser() -> Result<()> {
    if works("chromium", &["--version"]) { Ok(()) } else { install(&["chromium"]) }
}

/// What the window needs to be tested.
pub(crate) fn window_test() -> Result<()> {
    window()?;
    install(&missing(&WINDOW_TEST)?)
}

/// Those packages that are not installed. Where there is no dpkg, the build itself says what it lacks.
fn missing<'a>(packages: &[&'a str]) -> Result<Vec<&'a str>> {
    if !works("dpkg-query", &["--version"]) {
        return Ok(Vec::new());
    }
    let mut missing = Vec::new();
    for package in packages {
        let shown = Command::new("dpkg-query")
            .args(["--show", "--showformat=${db:Status-Status}", package])
            .output()
            .context("dpkg-query")?;
        if shown.stdout.trim_ascii() != b"installed" {
            missing.push(*package);
        }
    }
    Ok(missing)
}

/// Installs Debian packages, as root or with sudo that asks for nothing.
fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let (program, before): (&str, &[&str]) = if works("id", &["-u"]) && is_root() {
        ("apt-get", &[])
    } else if works("sudo", &["-n", "true"]) {
        ("sudo", &["-n", "apt-get"])
    } else {
        let names = packages.join(" ");
        bail!("these packages are missing; please run: sudo apt-get install --yes {names}");
    };
    let apt = |arguments: &[&str]| run(program, &[before, arguments].concat());
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Installs the tools that are missing; the ones that are there are taken as they are.
pub(crate) fn cargo_tools() -> Result<()> {
    for (package, command, version) in CARGO_TOOLS {
        if !works(package, &[command, "--version"]) && !works(package, &["--version"]) {
            println!("== installing {package} {version}");
            run("cargo", &["install", "--locked", "--version", version, package])?;
        }
    }
    Ok(())
}

/// Installs cargo-fuzz when it is missing; only `cargo xtask fuzz` needs it.
pub(crate) fn fuzzer() -> Result<()> {
    if works("cargo-fuzz", &["--version"]) {
        return Ok(());
    }
    println!("== installing cargo-fuzz {FUZZER}");
    run("cargo", &["install", "--locked", "--version", FUZZER, "cargo-fuzz"])
}

fn works(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
