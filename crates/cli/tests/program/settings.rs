//! Settings from the command line.

use anyhow::Result;

use crate::desk::{Desk, codes};

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_is_set_shown_with_its_source_overridden_and_reset() -> Result<()> {
    let desk = Desk::open(1).await?;
    let (set, code) = desk.json(&["settings", "set", "temu.timeout_seconds=7"]).await?;
    assert_eq!((code, &set["changes"][0]["after"]), (0, &serde_json::json!(7)), "{set:#}");
    let (got, _) = desk.json(&["settings", "get", "temu.timeout_seconds"]).await?;
    assert_eq!((got["value"].as_i64(), got["source"].as_str()), (Some(7), Some("file")));
    let above = ["--set", "temu.timeout_seconds=8"];
    let (got, _) =
        desk.json(&[&["settings", "get", "temu.timeout_seconds"], &above[..]].concat()).await?;
    assert_eq!((got["value"].as_i64(), got["source"].as_str()), (Some(8), Some("command_line")));
    let (reset, code) = desk.json(&["settings", "reset", "temu.timeout_seconds"]).await?;
    assert_eq!((code, &reset["changes"][0]["after"]), (0, &serde_json::json!(20)), "{reset:#}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_configuration_can_be_looked_at_and_mended_with_the_program() -> Result<()> {
    let desk = Desk::open(1).await?;
    desk.configure(|text| text.replace("[jtl]", "speed = 3\n[jtl]"))?;
    let (list, code) = desk.json(&["settings", "list"]).await?;
    assert_eq!((codes(&list), code), (vec!["config.unknown_key"], 2));
    let (_, code) = desk.json(&["settings", "reset", "temu.speed"]).await?;
    assert_eq!(code, 0);
    let (_, code) = desk.json(&["orders", "list"]).await?;
    assert_eq!(code, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_unknown_keys_and_secrets_are_refused_and_nothing_is_written() -> Result<()> {
    let desk = Desk::open(1).await?;
    for (pair, expected) in [
        ("temu.timeout_seconds=0", "config.invalid_value"),
        ("temu.timeout_seconds=soon", "config.invalid_value"),
        ("temu.speed=3", "config.unknown_key"),
        ("jtl.password=hunter22", "config.secret_in_file"),
        ("temu.timeout_seconds", "config.invalid_value"),
    ] {
        let output = desk.run(&["settings", "set", pair, "--json"]).await?;
        let printed = String::from_utf8(output.stdout)?;
        assert!(printed.contains(expected), "{pair}: {printed}");
        assert!(!printed.contains("hunter22"), "{printed}");
        assert_eq!(output.status.code(), Some(2), "{pair}");
    }
    let (list, _) = desk.json(&["settings", "get", "temu.timeout_seconds"]).await?;
    assert_eq!(list["source"], "default");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn output_that_nobody_reads_to_its_end_ends_the_program_quietly() -> Result<()> {
    let desk = Desk::open(1).await?;
    let mut child = desk
        .kontor(&["settings", "list"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    let ended = child.wait_with_output()?;
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(ended.status.code(), Some(141));
    Ok(())
}
