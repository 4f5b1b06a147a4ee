//! What stands where on the pages of one document.

use chrono::{Days, NaiveDate};
use fastrand::Rng;

use crate::Truth;
use crate::paper::{Language, Paper};
use crate::print;
use crate::style::{CurrencyAt, Evidence, Labels, Style, Total};
use crate::write::{Page, Run, width};

const LEFT: f32 = 50.0;
const RIGHT: f32 = 545.0;
const BOTTOM: f32 = 770.0;
const SIZE: f32 = 9.0;

const SUPPLIERS: [&str; 8] = [
    "Beispiel Handels GmbH",
    "Muster & Söhne KG",
    "Nordlicht Versand AG",
    "Atelier Exemple SARL",
    "Voorbeeld B.V.",
    "Specimen Trading Ltd",
    "Exempel Möbler AB",
    "Przykład Handel Sp. z o.o.",
];
const GOODS: [&str; 8] = [
    "Teekanne aus Glas 1,5 l",
    "Lampe 20% heller",
    "Kabel USB-C 2.0 m, schwarz",
    "Set of 4 mugs, 12.50 oz",
    "Filter Typ 19",
    "Bordsduk 140x200",
    "Porte-clés n° 7",
    "Scatola 3,00 x 2,00",
];

struct Item {
    name: &'static str,
    quantity: i64,
    unit: i64,
    rate: u32,
}

struct Sheet<'a> {
    paper: &'a Paper,
    style: &'a Style,
    pages: Vec<Page>,
    y: f32,
}

/// Composes a document; the truth comes with it.
pub(crate) fn compose(paper: &Paper, style: &Style, random: &mut Rng) -> (Vec<Page>, Truth) {
    let items = items(paper, style, random);
    let truth = truth(paper, style, &items, random);
    let mut sheet = Sheet { paper, style, pages: vec![Page::default()], y: 60.0 };
    sheet.head(&truth, random);
    sheet.facts(&truth, random);
    sheet.items(&items, &truth);
    sheet.totals(&truth);
    sheet.foot();
    (sheet.pages, truth)
}

fn items(paper: &Paper, style: &Style, random: &mut Rng) -> Vec<Item> {
    let rates: &[u32] = if style.reverse_charge { &[0] } else { &paper.rates[..style.rates] };
    (0..style.items.max(style.rates))
        .map(|n| Item {
            name: GOODS[random.usize(..GOODS.len())],
            quantity: random.i64(1..5),
            unit: random.i64(99..400_000),
            rate: rates[n % rates.len()],
        })
        .collect()
}

fn truth(paper: &Paper, style: &Style, items: &[Item], random: &mut Rng) -> Truth {
    let sign = if paper.kind == "gutschrift" { -1 } else { 1 };
    let mut rates: Vec<(u32, i64, i64)> = Vec::new();
    for item in items {
        let net = sign * item.quantity * item.unit;
        match rates.iter_mut().find(|(rate, ..)| *rate == item.rate) {
            Some(known) => known.1 += net,
            None => rates.push((item.rate, net, 0)),
        }
    }
    for (rate, net, vat) in &mut rates {
        let tax = net.abs() * i64::from(*rate);
        *vat = net.signum() * ((tax + 5_000) / 10_000);
    }
    rates.sort_by_key(|(rate, ..)| std::cmp::Reverse(*rate));
    let net = rates.iter().map(|r| r.1).sum();
    let vat = rates.iter().map(|r| r.2).sum();
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default();
    let day = |n| first.checked_add_days(Days::new(n)).unwrap_or(first);
    let start = random.u64(0..600);
    let period = (paper.kind == "werbung").then(|| {
        let end = day(start + random.u64(0..31));
        (day(start).to_string(), end.to_string())
    });
    Truth {
        country: paper.country.into(),
        kind: paper.kind,
        number: number(paper, random),
        date: day(start + random.u64(31..60)).to_string(),
        period,
        net,
        vat,
        gross: net + vat,
        rates,
        currency: paper.currency,
        supplier: if paper.supplier.is_empty() {
            SUPPLIERS[random.usize(..SUPPLIERS.len())].into()
        } else {
            paper.supplier.into()
        },
        supplier_vat_id: vat_id(home(paper, style).0, random),
        reverse_charge: style.reverse_charge,
    }
}

/// Where the supplier sits: elsewhere, when something else must tell the country.
fn home(paper: &Paper, style: &Style) -> (&'static str, &'static str) {
    match style.evidence {
        Evidence::Domain if paper.supplier.is_empty() => ("LU", "Luxembourg"),
        Evidence::Place if paper.supplier.is_empty() => ("LU", paper.home.1),
        _ => paper.home,
    }
}

fn number(paper: &Paper, random: &mut Rng) -> String {
    let n = random.u32(10_000..9_999_999);
    match random.u8(..5) {
        0 => format!("{}-AEU-2026-{n}", paper.home.0),
        1 => format!("INV{n}"),
        2 => format!("{n}/2026"),
        3 => format!("{n}"),
        _ => format!("{}{n}.{}", paper.home.0, random.u8(1..9)),
    }
}

fn vat_id(country: &str, random: &mut Rng) -> String {
    let digits = |count: usize, random: &mut Rng| -> String {
        (0..count).map(|_| char::from(b'0' + random.u8(..10))).collect()
    };
    let rest = match country {
        "BE" | "PL" => digits(10, random),
        "FR" | "IT" => digits(11, random),
        "LU" => digits(8, random),
        "NL" => format!("{}B{}", digits(9, random), digits(2, random)),
        "SE" => format!("{}01", digits(10, random)),
        "IE" => format!("{}K", digits(7, random)),
        "ES" => format!("B{}", digits(8, random)),
        _ => digits(9, random),
    };
    format!("{country}{rest}")
}

impl Sheet<'_> {
    fn put(&mut self, x: f32, y: f32, text: &str) {
        self.sized(x, y, SIZE, text);
    }

    fn sized(&mut self, x: f32, y: f32, size: f32, text: &str) {
        if let Some(page) = self.pages.last_mut() {
            page.runs.push(Run { x, y, size, angle: 0.0, text: text.to_owned() });
        }
    }

    fn right(&mut self, x: f32, y: f32, text: &str) {
        self.put(x - width(text, SIZE), y, text);
    }

    fn turned(&mut self, x: f32, y: f32, size: f32, angle: f32, text: &str) {
        if let Some(page) = self.pages.last_mut() {
            page.runs.push(Run { x, y, size, angle, text: text.to_owned() });
        }
    }

    fn head(&mut self, truth: &Truth, random: &mut Rng) {
        let (_, seller, ..) = self.paper.language.words();
        let title = if self.paper.title.is_empty() { "" } else { self.paper.title };
        self.sized(LEFT, self.y, 18.0, title);
        if self.style.stamp {
            self.turned(250.0, 560.0, 40.0, 35.0, "BEZAHLT 1.000,00");
        }
        let mut y = 92.0;
        if !self.paper.supplier.is_empty() {
            self.put(LEFT, y, &truth.supplier);
        } else if random.bool() {
            self.put(LEFT, y, &format!("{seller} {}", truth.supplier));
        } else {
            self.put(LEFT, y, seller);
            y += 12.0;
            self.put(LEFT, y, &truth.supplier);
        }
        let home = home(self.paper, self.style);
        let mut lines = vec!["Musterweg 12".to_owned(), "10999 Musterstadt".to_owned()];
        if self.style.evidence != Evidence::VatId {
            lines.push(home.1.to_owned());
        }
        lines.push(match random.u8(..3) {
            0 => format!("VAT ID: {}", truth.supplier_vat_id),
            1 => format!("USt-IdNr. {}", truth.supplier_vat_id),
            _ => format!("{}: {}", self.paper.language.words().2, truth.supplier_vat_id),
        });
        for line in lines {
            y += 12.0;
            self.put(LEFT, y, &line);
        }
        // The buyer, with a VAT id and a country of its own.
        let buyer = [
            "Käufer Erika Beispiel",
            "Allee 3",
            "1010 Wien",
            "Österreich",
            "VAT: ATU12345678",
            "DE987654321",
        ];
        for (at, line) in buyer.into_iter().enumerate() {
            self.put(330.0, 92.0 + 12.0 * at as f32, line);
        }
        self.y = 200.0;
    }

    /// Number, date, period, among others that are none of them.
    fn facts(&mut self, truth: &Truth, random: &mut Rng) {
        let (paper, style) = (self.paper, self.style);
        let day = |text: &str| {
            text.parse::<NaiveDate>()
                .map_or_else(|_| String::new(), |d| print::date(d, paper, style))
        };
        let mut rows = vec![
            (paper.number.to_owned(), truth.number.clone()),
            (paper.date.to_owned(), day(&truth.date)),
        ];
        if let Some((from, to)) = &truth.period {
            let dash = if random.bool() { "-" } else { "–" };
            rows.push((paper.period.to_owned(), format!("{} {dash} {}", day(from), day(to))));
        }
        match style.labels {
            Labels::Above => self.facts_above(&rows),
            Labels::Turned => {
                for (at, (label, value)) in rows.iter().enumerate() {
                    self.turned(
                        18.0 + 11.0 * at as f32,
                        720.0,
                        SIZE,
                        90.0,
                        &format!("{label} {value}"),
                    );
                }
            }
            _ => {
                rows.insert(
                    1,
                    ("Best.-Nr.:".into(), format!("305-{}", random.u32(1_000_000..9_999_999))),
                );
                if !paper.reference.is_empty() {
                    rows.push((
                        paper.reference.into(),
                        format!("ORIG-{}", random.u32(1_000..9_999)),
                    ));
                }
                self.facts_beside(&rows);
            }
        }
        if style.currency == CurrencyAt::Heading {
            self.put(330.0, self.y, &format!("({})", paper.currency));
        }
        self.y += 24.0;
    }

    fn facts_above(&mut self, rows: &[(String, String)]) {
        for (at, (label, value)) in rows.iter().enumerate() {
            let x = LEFT + 175.0 * at as f32;
            self.sized(x, self.y, 8.0, label);
            self.sized(x, self.y + 13.0, 8.0, value);
        }
        self.y += 26.0;
    }

    fn facts_beside(&mut self, rows: &[(String, String)]) {
        let widest = rows.iter().map(|(label, _)| width(label, SIZE)).fold(0.0, f32::max);
        for (label, value) in rows {
            let words: Vec<&str> = label.split(' ').collect();
            let broken = words.len() > 1
                && matches!(self.style.labels, Labels::WrappedBelow | Labels::WrappedBeside);
            if broken {
                let middle = words.len().div_ceil(2);
                self.put(LEFT, self.y, &words[..middle].join(" "));
                self.put(LEFT, self.y + 11.0, &words[middle..].join(" "));
                let below = self.style.labels == Labels::WrappedBelow;
                self.put(LEFT + 140.0, if below { self.y + 11.0 } else { self.y }, value);
                self.y += 24.0;
            } else if self.style.labels == Labels::Inline {
                self.put(LEFT, self.y, &format!("{label} {value}"));
                self.y += 14.0;
            } else {
                self.put(LEFT, self.y, label);
                self.put(LEFT + widest.max(120.0) + 24.0, self.y, value);
                self.y += 14.0;
            }
        }
    }

    fn items(&mut self, items: &[Item], truth: &Truth) {
        let (paper, style) = (self.paper, self.style);
        let (_, _, vat, part_sum) = paper.language.words();
        let sign = if paper.kind == "gutschrift" { -1 } else { 1 };
        let mut carried = 0;
        self.put(LEFT, self.y, "Artikel / Item");
        self.right(470.0, self.y, vat);
        self.y += 14.0;
        for item in items {
            if self.y > BOTTOM - 40.0 {
                self.put(300.0, self.y + 10.0, part_sum);
                self.right(RIGHT, self.y + 10.0, &print::amount(carried, paper, style));
                self.new_page(truth);
            }
            let net = sign * item.quantity * item.unit;
            carried += net;
            self.put(LEFT, self.y, item.name);
            self.right(330.0, self.y, &item.quantity.to_string());
            self.right(420.0, self.y, &print::bare(item.unit, style));
            self.right(470.0, self.y, &print::rate(item.rate, style));
            self.right(RIGHT, self.y, &print::bare(net, style));
            self.y += 13.0;
        }
    }

    fn new_page(&mut self, truth: &Truth) {
        self.foot();
        self.pages.push(Page::default());
        self.y = 60.0;
        let head = format!("{} {}", self.paper.number, truth.number);
        self.put(LEFT, self.y, &head);
        self.y += 30.0;
    }

    fn totals(&mut self, truth: &Truth) {
        let (paper, style) = (self.paper, self.style);
        if self.y > BOTTOM - 130.0 {
            self.new_page(truth);
        }
        self.y += 16.0;
        let part_sum = paper.language.words().3;
        self.put(300.0, self.y, part_sum);
        self.right(RIGHT, self.y, &print::amount(truth.net, paper, style));
        self.y += 18.0;
        if paper.kind == "werbung" {
            self.advertising_vat(truth);
        }
        match style.total {
            Total::ThreePlain => {
                let code = paper.currency;
                let amounts: Vec<String> = [truth.net, truth.vat, truth.gross]
                    .into_iter()
                    .map(|cents| format!("{code} {}", print::plain(cents, style)))
                    .collect();
                self.three(&amounts);
            }
            Total::Three(order) => {
                let all = [truth.net, truth.vat, truth.gross];
                let amounts: Vec<String> = order
                    .into_iter()
                    .map(|at| print::amount(all[usize::from(at)], paper, style))
                    .collect();
                self.three(&amounts);
            }
            Total::GrossAndTable => {
                self.put(300.0, self.y, paper.total);
                self.right(RIGHT, self.y, &print::amount(truth.gross, paper, style));
            }
        }
        self.y += 20.0;
        let has_table = style.total == Total::GrossAndTable && paper.kind != "werbung";
        if has_table || truth.rates.len() > 1 {
            self.table(truth);
        }
        if style.reverse_charge {
            self.put(LEFT, self.y + 10.0, reverse_charge(paper.language));
        }
    }

    fn three(&mut self, amounts: &[String]) {
        self.put(LEFT, self.y, self.paper.total);
        for (amount, x) in amounts.iter().zip([300.0, 420.0, RIGHT]) {
            self.right(x, self.y, amount);
        }
    }

    fn advertising_vat(&mut self, truth: &Truth) {
        let rate = truth.rates.first().map_or(0, |r| r.0);
        let country = match self.paper.country {
            "de" => "GERMANY",
            "fr" => "FRANCE",
            "it" => "ITALY",
            "es" => "SPAIN",
            "se" => "SWEDEN",
            _ => "UNITED KINGDOM",
        };
        let label = format!("VAT ({}) - {country}", print::rate(rate, self.style));
        self.put(300.0, self.y, &label);
        self.right(RIGHT, self.y, &print::amount(truth.vat, self.paper, self.style));
        self.y += 18.0;
    }

    /// A table by rate, its columns in the style's order.
    fn table(&mut self, truth: &Truth) {
        let style = self.style;
        let names = ["%", "A", "B", "C"];
        let columns: Vec<usize> = style
            .table
            .into_iter()
            .map(usize::from)
            .filter(|column| *column != 3 || style.table_has_gross)
            .collect();
        let x = |at: usize| 130.0 + 105.0 * at as f32;
        for (at, column) in columns.iter().enumerate() {
            self.right(x(at), self.y, names[*column]);
        }
        for (rate, net, vat) in &truth.rates {
            self.y += 13.0;
            for (at, column) in columns.iter().enumerate() {
                let text = match column {
                    0 => print::rate(*rate, style),
                    1 => print::amount(*net, self.paper, style),
                    2 => print::amount(*vat, self.paper, style),
                    _ => print::amount(net + vat, self.paper, style),
                };
                self.right(x(at), self.y, &text);
            }
        }
        self.y += 14.0;
    }

    fn foot(&mut self) {
        let page = self.pages.len();
        let note = match self.style.evidence {
            Evidence::Domain => format!("www.{}/help", self.paper.domain),
            Evidence::VatId | Evidence::Place => "www.example.org".to_owned(),
        };
        self.sized(LEFT, 810.0, 7.0, &format!("{note} · Seite {page} · IBAN XX00 0000 0000 0000"));
    }
}

fn reverse_charge(language: Language) -> &'static str {
    match language {
        Language::De => "Steuerschuldnerschaft des Leistungsempfängers",
        Language::Fr => "Autoliquidation",
        Language::Nl => "Btw verlegd",
        Language::It => "Inversione contabile",
        Language::Es => "Inversión del sujeto pasivo",
        Language::Pl => "Odwrotne obciążenie",
        Language::En => "Reverse charge",
        Language::Sv => "Omvänd betalningsskyldighet",
    }
}
