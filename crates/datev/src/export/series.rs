//! The files of an export: one a month, and another one after 99,999 postings.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::NaiveDateTime;
use kontor_core::{Code, Problem};
use serde::Serialize;

use super::ExportSettings;
use super::posting::{Posting, Side};
use super::writer::{Month, head, row};
use crate::convert::MAX_ROWS;
use crate::sums::ControlSums;

/// Opens the file of a batch by its name.
pub type OpenBatch<'a> = dyn FnMut(&str) -> Result<Box<dyn Write + Send>, Problem> + Send + 'a;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrittenBatch {
    /// Its name.
    pub name: String,
    /// Its rows and amounts.
    pub sums: ControlSums,
}

struct OpenFile {
    out: Box<dyn Write + Send>,
    number: u32,
    written: WrittenBatch,
}

/// Takes postings in any order and puts each into the file of its month.
pub struct BatchSeries<'a> {
    settings: &'a ExportSettings,
    created: NaiveDateTime,
    open: &'a mut OpenBatch<'a>,
    files: BTreeMap<Month, OpenFile>,
    written: Vec<WrittenBatch>,
}

impl<'a> BatchSeries<'a> {
    /// No file yet. `created` is the local time in line 1.
    ///
    /// # Errors
    /// `datev.export_not_configured`.
    pub fn new(
        settings: &'a ExportSettings,
        created: NaiveDateTime,
        open: &'a mut OpenBatch<'a>,
    ) -> Result<Self, Problem> {
        settings.check()?;
        Ok(Self { settings, created, open, files: BTreeMap::new(), written: Vec::new() })
    }

    /// Writes a posting.
    ///
    /// # Errors
    /// `file.*`.
    pub fn add(&mut self, posting: &Posting) -> Result<(), Problem> {
        let month = Month::of(posting.day);
        let number = match self.files.get(&month) {
            Some(file) if file.written.sums.rows < MAX_ROWS => file.number,
            Some(file) => file.number + 1,
            None => 1,
        };
        if self.files.get(&month).is_none_or(|file| file.number != number)
            && let Some(full) = self.begin(month, number)?
        {
            self.close(full)?;
        }
        let Some(file) = self.files.get_mut(&month) else { return Ok(()) };
        row(&mut *file.out, posting, self.settings)?;
        let sums = &mut file.written.sums;
        sums.rows += 1;
        match posting.side {
            Side::S => sums.debit += i128::from(posting.amount.0),
            Side::H => sums.credit += i128::from(posting.amount.0),
        }
        Ok(())
    }

    /// Begins a file; the one that it follows.
    fn begin(&mut self, month: Month, number: u32) -> Result<Option<OpenFile>, Problem> {
        let suffix = if number > 1 { format!("_{number}") } else { String::new() };
        let name = format!("EXTF_Kontor_{}-{:02}{suffix}.csv", month.year, month.month);
        let mut out = (self.open)(&name)?;
        let bytes = head(self.settings, month, self.created)?;
        out.write_all(&bytes).map_err(|e| Problem::new(Code::FileWriteFailed).detail(e))?;
        let written = WrittenBatch { name, sums: ControlSums::default() };
        Ok(self.files.insert(month, OpenFile { out, number, written }))
    }

    fn close(&mut self, mut file: OpenFile) -> Result<(), Problem> {
        file.out.flush().map_err(|e| Problem::new(Code::FileWriteFailed).detail(e))?;
        self.written.push(file.written);
        Ok(())
    }

    /// Ends all files.
    ///
    /// # Errors
    /// `file.*`.
    pub fn finish(mut self) -> Result<Vec<WrittenBatch>, Problem> {
        for (_, file) in std::mem::take(&mut self.files) {
            self.close(file)?;
        }
        self.written.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(self.written)
    }
}
