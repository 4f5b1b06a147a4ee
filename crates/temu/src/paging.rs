//! Paged lists. A wrong page parameter would give page 1 again and again, and a list moves while it is walked: a repeated
//! page ends in a problem, and a walk counts only when it adds up and the total stood still.

use std::collections::HashSet;

use kontor_core::{Code, Problem};
use serde_json::Value;

use crate::transport::Transport;

/// Walks of a list before it is called incomplete.
const WALKS: u32 = 3;
/// Tries of a page that comes back as the one before.
const SAME_PAGE_TRIES: u32 = 3;
/// More pages than any shop has.
const MAX_PAGES: usize = 100_000;

/// A page as it came.
pub(crate) struct Page<T> {
    total: usize,
    /// Entries of the page, readable or not.
    length: usize,
    /// The number of each readable entry.
    keys: Vec<String>,
    entries: Vec<T>,
    problems: Vec<Problem>,
}

impl<T> Page<T> {
    pub(crate) fn new(total: usize, length: usize) -> Self {
        let (keys, entries) = (Vec::with_capacity(length), Vec::with_capacity(length));
        Self { total, length, keys, entries, problems: Vec::new() }
    }

    pub(crate) fn add(&mut self, key: String, entry: T) {
        self.keys.push(key);
        self.entries.push(entry);
    }

    pub(crate) fn unreadable(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// One walk from page 1 to the last.
#[derive(Default)]
struct Walk {
    /// Pages read.
    pages: usize,
    is_over: bool,
    /// The total of the first page, and of the latest.
    totals: Option<(usize, usize)>,
    has_moved: bool,
    found: HashSet<String>,
    problems: Vec<Problem>,
    previous: Vec<String>,
}

impl Walk {
    /// Every page told the same total, and so many entries were found. When the total moved, an entry may have slid from
    /// a page to come onto one already read, although the numbers add up.
    fn is_whole(&self) -> bool {
        !self.has_moved && self.found.len() + self.problems.len() >= self.total()
    }

    fn total(&self) -> usize {
        self.totals.map_or(0, |(_, last)| last)
    }

    fn take<T>(&mut self, page: &mut Page<T>, page_size: usize) {
        self.pages += 1;
        let first = self.totals.map_or(page.total, |(first, _)| first);
        self.has_moved |= first != page.total;
        self.totals = Some((first, page.total));
        self.found.extend(page.keys.iter().cloned());
        self.problems.append(&mut page.problems);
        self.previous = std::mem::take(&mut page.keys);
        self.is_over = page.length < page_size || self.pages * page_size >= page.total;
    }
}

/// A list that is walked until it adds up.
pub(crate) struct PagedList<'a, T> {
    transport: &'a Transport,
    api: &'static str,
    page_parameter: &'static str,
    page_size: usize,
    parameters: Value,
    read: fn(&[u8]) -> Result<Page<T>, Problem>,
    walks: u32,
    walk: Walk,
    /// Numbers that any walk has found.
    known: HashSet<String>,
}

impl<'a, T> PagedList<'a, T> {
    /// A list; `parameters` lack those of the page.
    pub(crate) fn new(
        transport: &'a Transport,
        api: &'static str,
        page_parameter: &'static str,
        page_size: usize,
        mut parameters: Value,
        read: fn(&[u8]) -> Result<Page<T>, Problem>,
    ) -> Self {
        parameters["pageSize"] = Value::from(page_size);
        let (walk, known) = (Walk::default(), HashSet::new());
        Self { transport, api, page_parameter, page_size, parameters, read, walks: 1, walk, known }
    }

    /// The next page's readable entries; `None` at the end. Entries may come again on a later page.
    ///
    /// # Errors
    /// `temu.page_repeated`, `temu.list_incomplete`, and the call's own.
    pub(crate) async fn next_page(&mut self) -> Result<Option<Vec<T>>, Problem> {
        if self.walk.is_over {
            let is_whole = self.walk.is_whole();
            self.known.extend(self.walk.found.drain());
            if is_whole || self.is_last_word()? {
                return Ok(None);
            }
            tracing::debug!(
                temu.api = self.api,
                list.walks = self.walks,
                "the list moved and is read again"
            );
            self.walk = Walk::default();
            self.walks += 1;
        }
        if self.walk.pages >= MAX_PAGES {
            return Err(self.repeated(&format!("more than {MAX_PAGES} pages")));
        }
        let mut page = self.fresh_page().await?;
        self.walk.take(&mut page, self.page_size);
        Ok(Some(page.entries))
    }

    /// Whether no further walk is made. A list that moved in every walk is taken when all walks together have found as
    /// many entries as it has.
    fn is_last_word(&self) -> Result<bool, Problem> {
        if self.walks < WALKS {
            return Ok(false);
        }
        let (found, total) = (self.known.len(), self.walk.total());
        if found + self.walk.problems.len() >= total {
            return Ok(true);
        }
        let detail = format!("{}: {found} of {total}", self.api);
        Err(Problem::new(Code::TemuListIncomplete).detail(detail))
    }

    /// A page that is not the one before.
    async fn fresh_page(&mut self) -> Result<Page<T>, Problem> {
        let number = self.walk.pages + 1;
        self.parameters[self.page_parameter] = Value::from(number);
        for _ in 0..SAME_PAGE_TRIES {
            let body = self.transport.read(self.api, &self.parameters).await?;
            let page = (self.read)(&body)?;
            if page.keys.is_empty() || page.keys != self.walk.previous {
                return Ok(page);
            }
        }
        Err(self.repeated(&format!("page {number}")))
    }

    fn repeated(&self, what: &str) -> Problem {
        Problem::new(Code::TemuPageRepeated).detail(format!("{}: {what}", self.api))
    }

    /// Different entries that were found, and the total that TEMU named last; known at the end.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.known.len(), self.walk.total())
    }

    /// The entries of the last walk that could not be read.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.walk.problems
    }
}
