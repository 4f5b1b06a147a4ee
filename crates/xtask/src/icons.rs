//! `cargo xtask icons`: every size of the program's mark from the drawings in `icons/source`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run;

/// The mark with its rope and rule.
const LARGE: &str = "kontor.svg";
/// The mark on the pixel grid of 16.
const SMALL: &str = "kontor-small.svg";
/// Up to this many pixels the small drawing is taken.
const SMALL_UNTIL: u32 = 24;

const PNGS: [(&str, u32); 4] =
    [("32x32.png", 32), ("128x128.png", 128), ("128x128@2x.png", 256), ("icon.png", 512)];
const TRAY: [&str; 3] = ["tray", "tray-running", "tray-attention"];
const TRAY_PIXELS: u32 = 64;
const ICO: [u32; 5] = [16, 24, 32, 48, 64];
const ICNS: [u32; 5] = [16, 32, 128, 256, 512];

/// Draws them with `rsvg-convert`, `icotool` and `png2icns` (Debian: librsvg2-bin, icoutils, icnsutils).
///
/// # Errors
/// A program that is missing or fails.
pub(crate) fn run_all(root: &Path) -> Result<()> {
    let icons = root.join("icons");
    for (name, pixels) in PNGS {
        draw(&icons, LARGE, pixels, &icons.join(name))?;
    }
    for name in TRAY {
        let png = icons.join(format!("{name}.png"));
        draw(&icons, &format!("{name}.svg"), TRAY_PIXELS, &png)?;
    }
    let scratch = root.join("target").join("icons");
    std::fs::create_dir_all(&scratch)?;
    // The largest is taken as it is, compressed: uncompressed it alone would be 256 KiB.
    let raw = format!("--raw={}", icons.join("128x128@2x.png").display());
    let options = ["--create", &raw, "--output"];
    bundle("icotool", &options, &icons, &icons.join("icon.ico"), &scratch, &ICO)?;
    bundle("png2icns", &[], &icons, &icons.join("icon.icns"), &scratch, &ICNS)
}

fn bundle(
    program: &str,
    options: &[&str],
    icons: &Path,
    to: &Path,
    scratch: &Path,
    sizes: &[u32],
) -> Result<()> {
    let mut arguments: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
    arguments.push(to.display().to_string());
    for &pixels in sizes {
        let png: PathBuf = scratch.join(format!("{pixels}.png"));
        let drawing = if pixels <= SMALL_UNTIL { SMALL } else { LARGE };
        draw(icons, drawing, pixels, &png)?;
        arguments.push(png.display().to_string());
    }
    run(program, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn draw(icons: &Path, drawing: &str, pixels: u32, to: &Path) -> Result<()> {
    let from = icons.join("source").join(drawing).display().to_string();
    let size = pixels.to_string();
    let to = to.display().to_string();
    run("rsvg-convert", &["--width", &size, "--height", &size, "--output", &to, &from])
}
