//! The import table `dbo.tXMLBestellImport`: rows that wait, and new ones.
//!
//! An INSERT does nothing when a row with the order still waits, or when JTL already shows the order: repeating one whose
//! outcome is unknown cannot double an order.

use kontor_core::ids::ParentOrderSn;
use kontor_core::{Code, Problem};

use crate::JtlClient;
use crate::errors::Failure;
use crate::statement::{Value, integer, text};

/// Rows of one INSERT.
const ROWS: usize = 100;
/// Characters of one INSERT.
const CHARACTERS: usize = 2_000_000;

/// What became of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InsertOutcome {
    /// In the import table, or already taken over by JTL.
    pub inserted: Vec<ParentOrderSn>,
    /// Certainly not inserted.
    pub failed: Vec<(ParentOrderSn, Problem)>,
    /// Perhaps inserted: to be looked up.
    pub unknown: Vec<(ParentOrderSn, Problem)>,
}

type Document = (ParentOrderSn, String);

impl JtlClient {
    /// Rows of the import table that hold one of the orders, with their ids.
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn waiting_imports(
        &self,
        sns: &[ParentOrderSn],
    ) -> Result<Vec<(ParentOrderSn, i64)>, Problem> {
        // The table holds only what JTL's worker has not taken yet, so reading it whole is cheaper than one search for
        // each order; only the part of the text around the number is read.
        if sns.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT CAST(i.kXMLBestellImport AS BIGINT), CAST(i.cText AS NVARCHAR(2000))
                   FROM dbo.tXMLBestellImport i WHERE i.cText LIKE @P1";
        let rows = self.select(sql, &[Value::Text("%<cExterneBestellNr>%")]).await?;
        let wanted: std::collections::HashSet<&str> =
            sns.iter().map(ParentOrderSn::as_str).collect();
        let mut found = Vec::new();
        for row in &rows {
            let (id, start) = (integer(row, 0)?.unwrap_or_default(), text(row, 1)?);
            if let Some(number) = external_number(&start).filter(|n| wanted.contains(n)) {
                found.push((ParentOrderSn::new(number), id));
            }
        }
        Ok(found)
    }

    /// Inserts one row an order.
    pub async fn insert_imports(&self, documents: &[Document]) -> InsertOutcome {
        let mut outcome = InsertOutcome::default();
        let (well_formed, ill_formed): (Vec<&Document>, Vec<&Document>) =
            documents.iter().partition(|(sn, _)| sn.is_well_formed());
        for (sn, _) in ill_formed {
            outcome.failed.push((sn.clone(), Problem::new(Code::OrderNumberMalformed).about(sn)));
        }
        for chunk in chunks(&well_formed) {
            match self.insert(chunk).await {
                Err(failure) if chunk.len() > 1 && failure.problem.code == Code::JtlRowRefused => {
                    // One row is refused and takes the others with it: each for itself.
                    for document in chunk {
                        let single = std::slice::from_ref(document);
                        let ended = self.insert(single).await;
                        enter(&mut outcome, single, ended);
                    }
                }
                ended => enter(&mut outcome, chunk, ended),
            }
        }
        outcome
    }

    async fn insert(&self, chunk: &[&Document]) -> Result<u64, Failure> {
        let platform = chunk.len() * 3 + 1;
        let row = |n: usize| {
            let (first, second, third) = (n * 3 + 1, n * 3 + 2, n * 3 + 3);
            format!(
                "SELECT CAST(@P{first} AS NVARCHAR(50)) AS cExt, CAST(@P{second} AS NVARCHAR(200)) AS cPattern, \
                 CAST(@P{third} AS NVARCHAR(MAX)) AS cText"
            )
        };
        let rows: Vec<String> = (0..chunk.len()).map(row).collect();
        let sql = format!(
            "INSERT INTO dbo.tXMLBestellImport (cText, nPlattform, nRechnung)
             SELECT v.cText, @P{platform}, @P{}
             FROM ({}) v
             WHERE NOT EXISTS (SELECT 1 FROM dbo.tXMLBestellImport w WHERE w.cText LIKE v.cPattern)
               AND NOT EXISTS (SELECT 1 FROM Verkauf.tAuftrag a WHERE a.cExterneAuftragsnummer = v.cExt)",
            platform + 1,
            rows.join("\nUNION ALL ")
        );
        // The numbers have an alphabet without wildcards.
        let patterns: Vec<String> = chunk
            .iter()
            .map(|(sn, _)| format!("%<cExterneBestellNr>{sn}</cExterneBestellNr>%"))
            .collect();
        let mut values = Vec::with_capacity(chunk.len() * 3 + 2);
        for ((sn, document), pattern) in chunk.iter().zip(&patterns) {
            values.extend([Value::Text(sn.as_str()), Value::Text(pattern), Value::Text(document)]);
        }
        values.extend([Value::Byte(self.settings.platform), Value::Byte(self.settings.invoice)]);
        self.execute(&sql, &values).await
    }
}

fn chunks<'a, 'b>(documents: &'b [&'a Document]) -> Vec<&'b [&'a Document]> {
    let mut chunks = Vec::new();
    let (mut start, mut characters) = (0, 0);
    for (index, (_, text)) in documents.iter().enumerate() {
        if index > start && (index - start >= ROWS || characters + text.len() > CHARACTERS) {
            chunks.push(&documents[start..index]);
            (start, characters) = (index, 0);
        }
        characters += text.len();
    }
    if start < documents.len() {
        chunks.push(&documents[start..]);
    }
    chunks
}

fn enter(outcome: &mut InsertOutcome, chunk: &[&Document], ended: Result<u64, Failure>) {
    let numbers = chunk.iter().map(|(sn, _)| sn.clone());
    match ended {
        Ok(_) => outcome.inserted.extend(numbers),
        Err(failure) if failure.was_answered || !failure.was_sent => {
            outcome.failed.extend(numbers.map(|sn| (sn, failure.problem.clone())));
        }
        Err(failure) => outcome.unknown.extend(numbers.map(|sn| (sn, failure.problem.clone()))),
    }
}

/// The external number in the beginning of an order's XML.
fn external_number(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<cExterneBestellNr>")?;
    rest.split_once("</cExterneBestellNr>").map(|(number, _)| number.trim())
}
