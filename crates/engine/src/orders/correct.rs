//! What a person puts right about a held order.

use kontor_core::address::Address;
use kontor_core::correction::{Correction, correct};
use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::order::StoredOrder;
use kontor_core::state::{Event, OrderState};
use kontor_core::text::clean;
use kontor_core::{Code, Problem};
use kontor_store::DeskAct;

use crate::App;

/// What a person enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A whole delivery address; the country by its two letters or a known name.
    Address(AddressEntry),
    /// The article number of a line.
    Sku {
        /// The line.
        order_sn: OrderSn,
        /// The article number as it stands in JTL.
        sku: String,
    },
}

/// A delivery address as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of kontor_core::address::Address")]
pub struct AddressEntry {
    pub first_name: String,
    pub last_name: String,
    pub street: String,
    pub extra: String,
    pub post_code: String,
    pub city: String,
    pub state: String,
    pub country: String,
    pub phone: String,
    pub email: String,
}

impl App {
    /// Corrects a held order and returns it as it is then. It goes to JTL with the next run when nothing else speaks
    /// against it.
    ///
    /// # Errors
    /// `order.not_found`, `order.not_correctable`, `order.correction_incomplete` naming the fields, `store.conflict` when
    /// a run changed the order meanwhile.
    pub async fn correct_order(
        &self,
        sn: &ParentOrderSn,
        entry: Entry,
        by: &str,
    ) -> Result<StoredOrder, Problem> {
        let known = self.order(sn).await?;
        let correction = self.correction(&known, entry).map_err(|p| p.about(sn))?;
        let mut corrected = known.clone();
        correct(&mut corrected.order, std::slice::from_ref(&correction));
        if corrected.order == known.order {
            return Err(Problem::new(Code::OrderNotCorrectable).about(sn));
        }
        // Without a digest TEMU is asked once more before the hand-over: its own word counts for more.
        corrected.order.remote_digest.clear();
        let is_free = corrected.order.holds.is_empty();
        let transition = if is_free { known.state.on(Event::Release) } else { None };
        let act = DeskAct { at: self.clock.now(), by: by.to_owned() };
        self.store.correct_order(&act, &corrected, &correction, transition).await?;
        self.order(sn).await
    }

    /// A stored order.
    ///
    /// # Errors
    /// `order.not_found`.
    pub async fn order(&self, sn: &ParentOrderSn) -> Result<StoredOrder, Problem> {
        let found = self.store.orders_by_sn(std::slice::from_ref(sn)).await?;
        found.into_iter().next().ok_or_else(|| Problem::new(Code::OrderNotFound).about(sn))
    }

    fn correction(&self, known: &StoredOrder, entry: Entry) -> Result<Correction, Problem> {
        if !matches!(known.state, OrderState::OnHold | OrderState::Imported) {
            return Err(Problem::new(Code::OrderNotCorrectable).detail(known.state));
        }
        match entry {
            Entry::Address(entry) => Ok(Correction::Address {
                given: known.order.given_address.clone().map(Box::new),
                address: Box::new(self.address(&entry)?),
            }),
            Entry::Sku { order_sn, sku } => {
                let item = known.order.items.iter().find(|i| i.order_sn == order_sn);
                let item = item.ok_or_else(|| {
                    Problem::new(Code::OrderNotCorrectable).detail(order_sn.as_str())
                })?;
                let sku = cleaned(&sku).ok_or_else(|| incomplete("sku"))?;
                Ok(Correction::Sku { order_sn, was: item.seller_sku.clone(), sku })
            }
        }
    }

    fn address(&self, entry: &AddressEntry) -> Result<Address, Problem> {
        let country = cleaned(&entry.country).and_then(|c| self.rules.countries.code(&c).cloned());
        let (last_name, street) = (cleaned(&entry.last_name), cleaned(&entry.street));
        let (post_code, city) = (cleaned(&entry.post_code), cleaned(&entry.city));
        let missing: Vec<&str> = [
            ("last_name", last_name.is_none()),
            ("street", street.is_none()),
            ("post_code", post_code.is_none()),
            ("city", city.is_none()),
            ("country", country.is_none()),
        ]
        .into_iter()
        .filter_map(|(field, is_missing)| is_missing.then_some(field))
        .collect();
        match (last_name, street, post_code, city, country) {
            (Some(last_name), Some(street), Some(post_code), Some(city), Some(country)) => {
                Ok(Address {
                    first_name: cleaned(&entry.first_name).unwrap_or_default(),
                    last_name,
                    street,
                    extra: cleaned(&entry.extra).unwrap_or_default(),
                    post_code,
                    city,
                    state: cleaned(&entry.state).unwrap_or_default(),
                    country,
                    phone: cleaned(&entry.phone).unwrap_or_default(),
                    email: cleaned(&entry.email).unwrap_or_default(),
                })
            }
            _ => Err(incomplete(&missing.join(", "))),
        }
    }
}

/// The text without control characters and outer blanks; `None` when nothing is left.
fn cleaned(text: &str) -> Option<String> {
    clean(text, &mut false)
}

fn incomplete(fields: &str) -> Problem {
    Problem::new(Code::OrderCorrectionIncomplete).detail(fields)
}
