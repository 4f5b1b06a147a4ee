//! Whether a window can be shown at all, and what is said where it cannot.

use kontor_engine::core::problem::Language;
use kontor_engine::core::{Code, Problem};

/// Looks for a display and a web view before the toolkit does, which would end the program without a word that helps.
///
/// # Errors
/// `shell.no_display`, `shell.no_web_view`.
pub(crate) fn ready() -> Result<(), Problem> {
    #[cfg(target_os = "linux")]
    linux()?;
    tauri::webview_version()
        .map_err(|e| Problem::new(Code::ShellNoWebView).detail(e))
        .map(|version| tracing::debug!(%version, "web view"))
}

#[cfg(target_os = "linux")]
fn linux() -> Result<(), Problem> {
    // Hardware buffers of the web view leave the window empty on some drivers and in virtual machines.
    let _ = gtk::glib::setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1", false);
    gtk::init().map_err(|e| {
        let display =
            ["WAYLAND_DISPLAY", "DISPLAY"].iter().find_map(|name| std::env::var(name).ok());
        let tried =
            display.map_or_else(|| "DISPLAY is not set".into(), |d| format!("DISPLAY={d}: {e}"));
        Problem::new(Code::ShellNoDisplay).detail(tried)
    })
}

/// Says why there is no window: in both languages, because nobody could choose one yet. On the terminal, and where a
/// window was expected in a box of the system's.
pub(crate) fn say(problem: &Problem) {
    let text = text(problem);
    eprintln!("{text}");
    #[cfg(any(windows, target_os = "macos"))]
    rfd::MessageDialog::new()
        .set_level(rfd::MessageLevel::Error)
        .set_title("Kontor")
        .set_description(text)
        .show();
}

fn text(problem: &Problem) -> String {
    let [de, en] = [Language::De, Language::En].map(|language| {
        let text = problem.code.text(language);
        format!("{}. {} {}", text.title, text.meaning, text.remedy)
    });
    let detail = problem.detail.as_deref().map(|d| format!("\n({d})")).unwrap_or_default();
    format!("Kontor: {de}\n\nKontor: {en}\n{}{detail}", problem.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_display_both_languages_say_what_to_do() {
        let said = text(&Problem::new(Code::ShellNoDisplay).detail("DISPLAY is not set"));
        assert!(said.contains("kontor demo") && said.contains("shell.no_display"), "{said}");
        assert!(said.contains("Bildschirm") && said.contains("display"), "{said}");
    }
}
