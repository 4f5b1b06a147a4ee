//! The program under test and its web processes, as the kernel sees them.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};

/// Ticks a second in `/proc`; the same on every Linux.
const TICKS: u64 = 100;

/// The program with its children.
pub(crate) struct Process {
    pids: Vec<u32>,
}

impl Process {
    /// The running process of a program.
    pub(crate) fn of_program(program: &str) -> Result<Self> {
        let all = all()?;
        let first = all.iter().find(|pid| is_of(**pid, program)).copied();
        let mut pids = vec![first.ok_or_else(|| anyhow!("{program} does not run"))?];
        let mut next = 0;
        while let Some(parent) = pids.get(next).copied() {
            pids.extend(all.iter().filter(|pid| parent_of(**pid) == Some(parent)));
            next += 1;
        }
        Ok(Self { pids })
    }

    /// How long it has been running, in milliseconds.
    pub(crate) fn age_ms(&self) -> Result<u64> {
        let begun = field(self.pids[0], 19).context("it has ended")? * 1_000 / TICKS;
        let uptime = std::fs::read_to_string("/proc/uptime")?;
        let (seconds, rest) = uptime.split_once('.').context("/proc/uptime")?;
        let hundredths: u64 = rest.split_whitespace().next().unwrap_or_default().parse()?;
        Ok((seconds.parse::<u64>()? * 1_000 + hundredths * 10).saturating_sub(begun))
    }

    /// Processor time so far, of all of them, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> Result<u64> {
        let ticks = |pid: &u32| Some(field(*pid, 11)? + field(*pid, 12)?);
        Ok(self.pids.iter().filter_map(ticks).sum::<u64>() * 1_000 / TICKS)
    }

    /// Memory of all of them, shared pages by their share.
    pub(crate) fn memory_kib(&self) -> Result<u64> {
        let share = |pid: &u32| {
            let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        Ok(self.pids.iter().filter_map(share).sum())
    }
}

fn all() -> Result<Vec<u32>> {
    let entries = std::fs::read_dir("/proc")?.flatten();
    Ok(entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

fn is_of(pid: u32, program: &str) -> bool {
    std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == Path::new(program))
}

fn parent_of(pid: u32) -> Option<u32> {
    field(pid, 1)?.try_into().ok()
}

/// A field of `/proc/PID/stat`, counted after the name, which may hold blanks.
fn field(pid: u32, number: usize) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(number)?.parse().ok()
}
