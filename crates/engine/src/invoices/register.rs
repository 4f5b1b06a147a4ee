//! The register of an inbox: every document that was ever read from it, by the hash of its content. It is the JSON result,
//! and what makes a second run quick and duplicates known after their files are gone.

use std::collections::HashMap;
use std::path::Path;

use kontor_core::{Code, Problem};
use kontor_invoice::{Document, Flag};
use serde::{Deserialize, Serialize};

/// One document of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// SHA-256 of the file.
    pub(super) sha256: String,
    /// The rules that it was read by.
    pub(super) rules: String,
    /// The copy of the first page, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) copy: Option<String>,
    /// What was read.
    #[serde(flatten)]
    pub(super) document: Document,
}

impl Entry {
    /// Whether it was read by these rules; what could not be read is tried again.
    pub(super) fn is_settled(&self, rules: &str) -> bool {
        self.rules == rules && self.document.kind.is_some()
    }
}

/// All documents of one inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Register {
    pub(super) documents: Vec<Entry>,
    /// Files of this inbox whose documents belong into the other one: told, but in no table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) elsewhere: Vec<Entry>,
}

impl Register {
    /// Reads the register; a missing one is empty.
    pub(super) fn load(path: &Path) -> Result<Self, Problem> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => {
                return Err(Problem::new(Code::FileReadFailed).about(path.display()).detail(e));
            }
        };
        serde_json::from_slice(&text).map_err(|e| {
            Problem::new(Code::InvoiceRegisterUnreadable).about(path.display()).detail(e)
        })
    }

    /// The register as text.
    pub(super) fn json(&self) -> Result<Vec<u8>, Problem> {
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|e| Problem::new(Code::InternalError).detail(e))?;
        text.push(b'\n');
        Ok(text)
    }

    /// The entry of a file's content.
    pub(super) fn find(&self, sha256: &str) -> Option<&Entry> {
        self.documents.iter().find(|e| e.sha256 == sha256)
    }

    /// All entries by the hash of their content, also of documents that belong into the other inbox.
    pub(super) fn by_hash(&self) -> HashMap<&str, &Entry> {
        let all = self.elsewhere.iter().chain(&self.documents);
        all.map(|entry| (entry.sha256.as_str(), entry)).collect()
    }

    /// Puts an entry in, in the place of one with the same content.
    pub(super) fn put(&mut self, entry: Entry) {
        match self.documents.iter_mut().find(|e| e.sha256 == entry.sha256) {
            Some(known) => *known = entry,
            None => self.documents.push(entry),
        }
    }

    /// Flags every document whose number another has that was read before it (same supplier, or one of them unknown).
    /// Documents without a number cannot be compared.
    pub(super) fn flag_duplicates(&mut self) {
        for at in 0..self.documents.len() {
            let (before, rest) = self.documents.split_at_mut(at);
            let Some(entry) = rest.first_mut() else { break };
            let document = &mut entry.document;
            document.flags.retain(|f| *f != Flag::Duplicate);
            if before.iter().any(|known| is_same(&known.document, document)) {
                document.flag(Flag::Duplicate);
            }
        }
    }

    /// Puts the entries into the order of the table: by date, number, file.
    pub(super) fn sorted(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.documents.iter().collect();
        entries.sort_by(|a, b| {
            let key = |e: &Entry| {
                (
                    e.document.date.is_none(),
                    e.document.date,
                    e.document.number.clone(),
                    e.document.file.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        entries
    }
}

fn is_same(known: &Document, document: &Document) -> bool {
    let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    known.number.is_some()
        && known.number == document.number
        && agree(&known.supplier, &document.supplier)
        && agree(&known.supplier_vat_id, &document.supplier_vat_id)
}
