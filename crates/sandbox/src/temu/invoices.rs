//! Invoice documents. Temu documents neither API: these shapes are the sandbox's own.

use chrono::DateTime;
use chrono_tz::Europe::Berlin;
use serde_json::{Value, json};

use super::gateway::{Call, GatewayState, Refused};
use super::query::{integer, window};
use crate::seed::SeededInvoice;

/// `temu.pay.tax.invoice.info.query`: the documents by time of issue, oldest first.
pub(super) fn info(state: &GatewayState, call: &Call<'_>) -> Result<Value, Refused> {
    let page = integer(call.parameters, "pageNo")?.unwrap_or(1).max(1);
    let size = integer(call.parameters, "pageSize")?.unwrap_or(10);
    if !(1..=100).contains(&size) {
        return Err(3_000_000);
    }
    let issued = window(call.parameters, "invoiceTimeStart", "invoiceTimeEnd")?;
    let numbers = call.parameters.get("parentOrderSnList").and_then(Value::as_array);
    let mut found: Vec<&SeededInvoice> = state
        .invoices
        .iter()
        .filter(|i| issued.is_none_or(|(from, to)| (from..=to).contains(&i.issued_at)))
        .filter(|i| numbers.is_none_or(|list| list.iter().any(|sn| *sn == i.parent_order_sn)))
        .collect();
    found.sort_by_key(|invoice| (invoice.issued_at, invoice.id));
    let total = found.len();
    let skip = usize::try_from((page - 1) * size).unwrap_or(usize::MAX);
    let size = usize::try_from(size).unwrap_or(10);
    let list: Vec<Value> = found.into_iter().skip(skip).take(size).map(info_json).collect();
    Ok(json!({ "pageNo": page, "total": total, "invoiceInfoList": list }))
}

fn info_json(invoice: &SeededInvoice) -> Value {
    json!({
        "invoiceId": invoice.id, "invoiceNo": invoice.number, "invoiceName": file_name(invoice),
        "invoiceDirection": if invoice.credit_note { 2 } else { 1 }, "parentOrderSn": invoice.parent_order_sn,
        "regionId": invoice.region_id, "invoiceTime": invoice.issued_at,
        "invoiceAmount": { "currency": "EUR", "amount": invoice.gross_cents }
    })
}

fn file_name(invoice: &SeededInvoice) -> String {
    format!("{}.pdf", invoice.number)
}

/// `temu.pay.tax.invoice.pdf.download`: one document by its id, in Base64.
pub(super) fn download(state: &GatewayState, call: &Call<'_>) -> Result<Value, Refused> {
    let id = integer(call.parameters, "invoiceId")?.ok_or(3_000_000)?;
    let invoice = state.invoices.iter().find(|invoice| invoice.id == id).ok_or(200_030_002)?;
    Ok(json!({
        "invoiceId": id, "invoiceName": file_name(invoice), "fileType": "PDF",
        "fileContent": base64(&pdf(&lines(invoice)))
    }))
}

/// The document's lines, with the labels that German invoices of marketplaces carry.
fn lines(invoice: &SeededInvoice) -> Vec<String> {
    let (title, number, date) = if invoice.credit_note {
        ("Gutschrift", "Gutschriftennummer:", "Ausstellungsdatum der Gutschrift:")
    } else {
        ("Rechnung", "Rechnungsnummer:", "Rechnungsdatum:")
    };
    let issued = DateTime::from_timestamp(invoice.issued_at, 0).unwrap_or_default();
    let issued = issued.with_timezone(&Berlin).format("%d.%m.%Y");
    let net = invoice.net_cents();
    let rate = invoice.vat / 100;
    vec![
        title.to_owned(),
        "Musterhandel GmbH, Beispielstraße 1, 10115 Musterstadt, DE".to_owned(),
        "USt-IdNr.: DE000000000".to_owned(),
        format!("{number} {}", invoice.number),
        format!("{date} {issued}"),
        format!("Bestellnummer: {}", invoice.parent_order_sn),
        format!("Nettobetrag {} EUR", german(net)),
        format!("Umsatzsteuer {rate} % {} EUR", german(invoice.gross_cents - net)),
        format!("Gesamtsumme {} EUR", german(invoice.gross_cents)),
        "Muster der Sandbox, keine Rechnung".to_owned(),
    ]
}

/// Cents as Germans write them: 1.234,56.
fn german(cents: i64) -> String {
    let digits = (cents / 100).to_string();
    let grouped: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    format!("{},{:02}", grouped.join("."), cents % 100)
}

/// A PDF of one page of text in Helvetica. Characters outside of Latin-1 become question marks.
fn pdf(lines: &[String]) -> Vec<u8> {
    let mut content: Vec<u8> = b"BT /F1 11 Tf 16 TL 56 780 Td\n".to_vec();
    for line in lines {
        content.push(b'(');
        for character in line.chars() {
            let byte = u8::try_from(u32::from(character)).unwrap_or(b'?');
            if matches!(byte, b'(' | b')' | b'\\') {
                content.push(b'\\');
            }
            content.push(byte);
        }
        content.extend_from_slice(b") Tj T*\n");
    }
    content.extend_from_slice(b"ET\n");
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend_from_slice(&content);
    stream.extend_from_slice(b"endstream");
    let objects: [&[u8]; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        &stream,
    ];
    assembled(&objects)
}

/// Objects, cross-reference table and trailer.
fn assembled(objects: &[&[u8]]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    let size = objects.len() + 1;
    let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    out.extend_from_slice(table.as_bytes());
    out.extend_from_slice(trailer.as_bytes());
    out
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) & 0x3F;
            out.push(if place <= group.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in cases {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn the_cross_references_point_at_the_objects() {
        let document = pdf(&["Größe (M) \\ 1".to_owned()]);
        let text: String = document.iter().map(|byte| char::from(*byte)).collect();
        assert!(text.contains("(Größe \\(M\\) \\\\ 1) Tj"));
        let (_, table) = text.split_once("xref\n0 6\n").unwrap();
        for (number, line) in table.lines().skip(1).take(5).enumerate() {
            let offset: usize = line[..10].parse().unwrap();
            assert!(
                text[..]
                    .chars()
                    .skip(offset)
                    .collect::<String>()
                    .starts_with(&format!("{} 0 obj", number + 1))
            );
        }
    }

    #[test]
    fn money_is_written_as_germans_write_it() {
        assert_eq!([5, 123_456, 100_000_000].map(german), ["0,05", "1.234,56", "1.000.000,00"]);
    }
}
