//! Lists as CSV for German spreadsheets: UTF-8 with a byte order mark, semicolons, decimal commas, local times.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Berlin;
use kontor_core::{Code, Problem};

use super::wire::TextFile;

/// Rows of one look at the store while a CSV is written.
pub(super) const PAGE: u32 = 1_000;

/// A CSV file that grows row by row.
pub(super) struct Csv {
    writer: csv::Writer<Vec<u8>>,
    broken: Option<Problem>,
}

impl Csv {
    /// A file with its head.
    pub(super) fn new(head: &[&str]) -> Self {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".as_bytes().to_vec());
        let broken = writer.write_record(head).map_err(problem).err();
        Self { writer, broken }
    }

    /// Adds a row.
    ///
    /// A cell that a spreadsheet would take for a formula begins with an apostrophe: texts come from buyers.
    pub(super) fn row(&mut self, cells: &[String]) -> Result<(), Problem> {
        if let Some(problem) = self.broken.take() {
            return Err(problem);
        }
        let safe = cells.iter().map(|cell| match cell.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') if cell.parse::<f64>().is_err() => {
                format!("'{cell}")
            }
            _ => cell.clone(),
        });
        self.writer.write_record(safe).map_err(problem)
    }

    /// The finished file.
    pub(super) fn file(self, name: &str) -> Result<TextFile, Problem> {
        let bytes = self.writer.into_inner().map_err(problem)?;
        let content = String::from_utf8(bytes).map_err(problem)?;
        Ok(TextFile { name: name.to_owned(), content })
    }
}

fn problem(error: impl std::fmt::Display) -> Problem {
    Problem::new(Code::InternalError).about("csv").detail(error)
}

/// `TT.MM.JJJJ HH:mm` in Berlin; nothing for a missing time.
pub(super) fn time(time: Option<DateTime<Utc>>) -> String {
    time.map(|t| t.with_timezone(&Berlin).format("%d.%m.%Y %H:%M").to_string()).unwrap_or_default()
}

/// Cents with a decimal comma; nothing for a missing amount.
pub(super) fn money(cents: Option<i64>) -> String {
    cents
        .map(|c| {
            let sign = if c < 0 { "-" } else { "" };
            format!("{sign}{},{:02}", c.unsigned_abs() / 100, c.unsigned_abs() % 100)
        })
        .unwrap_or_default()
}
