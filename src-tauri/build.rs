//! Builds the list of what the window may call, and sees to it that its pages are there.

use std::path::Path;

/// The only command of the shell's own.
const COMMANDS: &[&str] = &["rpc"];
const PAGES: &str = "ui/dist";

fn main() {
    println!("cargo:rerun-if-changed={PAGES}");
    println!("cargo:rerun-if-changed=icons");
    if !Path::new(PAGES).join("index.html").exists() {
        println!(
            "cargo:error=the window's pages are missing: npm --prefix ui ci && npm --prefix ui run build"
        );
        return;
    }
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:error={error:#}");
    }
}
