//! Customer numbers by e-mail address.

use std::collections::{BTreeSet, HashMap};

use kontor_core::Problem;

use crate::statement::{Value, places, text};
use crate::{CHUNK, JtlClient};

/// The customers with an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerMatch {
    /// Nobody.
    None,
    /// One, with this number.
    One(String),
    /// Several: nobody is chosen.
    Ambiguous,
}

impl JtlClient {
    /// The customer number of each address, one statement per 1,000 (`Kunde.lvKunde`). Case does not matter.
    ///
    /// # Errors
    /// `jtl.*`.
    pub async fn customer_numbers(
        &self,
        emails: &[String],
    ) -> Result<HashMap<String, CustomerMatch>, Problem> {
        let mut numbers: HashMap<String, BTreeSet<String>> = HashMap::new();
        for chunk in emails.chunks(CHUNK) {
            let sql = format!(
                "SELECT k.cEMail, k.cKundenNr FROM Kunde.lvKunde k WHERE k.cEMail IN ({})",
                places(chunk.len(), "NVARCHAR(255)")
            );
            let values: Vec<Value<'_>> = chunk.iter().map(|e| Value::Text(e)).collect();
            for row in self.select(&sql, &values).await? {
                let (email, number) = (text(&row, 0)?, text(&row, 1)?);
                if !number.trim().is_empty() {
                    numbers
                        .entry(email.trim().to_lowercase())
                        .or_default()
                        .insert(number.trim().to_owned());
                }
            }
        }
        let matched = |email: &String| match numbers.get(&email.trim().to_lowercase()) {
            None => CustomerMatch::None,
            Some(found) if found.len() == 1 => {
                found.first().map_or(CustomerMatch::None, |n| CustomerMatch::One(n.clone()))
            }
            Some(_) => CustomerMatch::Ambiguous,
        };
        Ok(emails.iter().map(|email| (email.clone(), matched(email))).collect())
    }
}
