//! Log files: one a day under `logs/`, as many as are kept, written on a thread of their own.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use kontor_core::Problem;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::fmt::MakeWriter;

use crate::data_folder::{DataFolder, file_problem};
use crate::redact;

/// Lines that wait for the disk; beyond, they are dropped, and that is said when the files are closed.
const QUEUE: usize = 20_000;

struct Files {
    writer: NonBlocking,
    dropped: ErrorCounter,
    _guard: WorkerGuard,
}

static FILES: Mutex<Option<Files>> = Mutex::new(None);

/// Begins to write log files into a data folder; files older than `days` go.
///
/// # Errors
/// `file.write_failed`, `file.disk_full`.
pub fn write_files(folder: &DataFolder, days: u32) -> Result<(), Problem> {
    let path = folder.logs();
    std::fs::create_dir_all(&path).map_err(|e| file_problem(&path, &e))?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("kontor")
        .filename_suffix("log")
        .max_log_files(days.max(1) as usize)
        .build(&path)
        .map_err(|e| file_problem(&path, &io::Error::other(e)))?;
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(QUEUE)
        .thread_name("log files")
        .finish(appender);
    let dropped = writer.error_counter();
    let files = Files { writer, dropped, _guard: guard };
    *FILES.lock().unwrap_or_else(PoisonError::into_inner) = Some(files);
    Ok(())
}

/// Writes what waits and closes the files; at the program's end.
pub fn close_files() {
    let files = FILES.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(mut files) = files {
        let dropped = files.dropped.dropped_lines();
        if dropped > 0 {
            let _ = writeln!(files.writer, "log lines were dropped count={dropped}");
        }
    }
}

/// Where `tracing_subscriber::fmt` writes to: the files, once there are any, without secrets and personal data.
#[derive(Clone, Copy, Debug)]
pub struct FileWriter;

impl<'a> MakeWriter<'a> for FileWriter {
    type Writer = Cleaned<Option<NonBlocking>>;

    fn make_writer(&'a self) -> Self::Writer {
        let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        Cleaned(files.as_ref().map(|f| f.writer.clone()))
    }
}

/// Cleans each line before it is written.
#[derive(Debug)]
pub struct Cleaned<W>(pub W);

impl Write for Cleaned<Option<NonBlocking>> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(writer) = &mut self.0 {
            writer.write_all(redact::clean(&String::from_utf8_lossy(line)).as_bytes())?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Write for Cleaned<io::Stderr> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(redact::clean(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
