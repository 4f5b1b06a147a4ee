//! The real window: Kontor in WebKitGTK on a virtual display, driven by the web view's own driver.

mod morning;
#[allow(dead_code, reason = "the benchmark uses other parts of it")]
mod page;
#[allow(dead_code, reason = "the benchmark uses other parts of it")]
mod station;

use anyhow::Result;

use station::Station;

#[tokio::test]
async fn the_window_comes_up_with_the_core_behind_it_and_runs_clean_under_the_content_policy()
-> Result<()> {
    let station = Station::start()?;
    let window = station.open(&[]).await?;
    window.sees("Womit möchten Sie beginnen?").await?;
    let data = station.data().display().to_string();
    window.sees(&data).await?;
    assert_eq!(window.breaches().await?, Vec::<String>::new());
    window.close().await
}

#[test]
fn told_to_end_the_program_ends_well() -> Result<()> {
    let station = Station::start()?;
    let mut program = station.run(&[])?;
    station.until_it_is_open(&mut program)?;
    assert_eq!(program.terminate()?, Some(0));
    Ok(())
}

#[test]
fn without_a_display_it_says_so_and_ends() -> Result<()> {
    let output = station::without_display()?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("Kein Bildschirm") && said.contains("No display"), "{said}");
    Ok(())
}
