//! Names, streets and goods that nobody has.

use super::SeededAddress;

const FIRST: [&str; 12] = [
    "Zoë",
    "Jörg",
    "Käthe",
    "Łucja",
    "Jiří",
    "Anke",
    "François",
    "Søren",
    "Małgorzata",
    "Bärbel",
    "Timo",
    "Řehoř",
];
const LAST: [&str; 12] = [
    "Mustermann",
    "Größling",
    "Kowalska-Mełer",
    "Dvořáček",
    "Testfrau",
    "Åkerprobe",
    "D’Exemple",
    "Übungs",
    "Żółć",
    "Beispiel",
    "van Proef",
    "Şablon",
];
const STREETS: [&str; 6] =
    ["Beispielstraße", "Musterweg", "Probengasse", "Ulica Testowa", "Rue de l’Exemple", "Zkušební"];
const CITIES: [&str; 6] =
    ["Musterstadt", "Köln-Probe", "Łódź Test", "Exempleville", "Beispielhausen", "Proefdam"];
const GOODS: [&str; 6] = [
    "Teekanne \"Größe M\" & Sieb",
    "Gartenschere",
    "Lampe <LED>",
    "Kissenbezug 40×40",
    "Messbecher",
    "Schlüsselbrett",
];

pub(super) fn address(random: &mut fastrand::Rng, index: usize, country: &str) -> SeededAddress {
    let pick =
        |random: &mut fastrand::Rng, from: &[&str]| from[random.usize(0..from.len())].to_owned();
    SeededAddress {
        first_name: pick(random, &FIRST),
        last_name: pick(random, &LAST),
        additional_name: if index % 12 == 3 {
            "Muster & Söhne GmbH".to_owned()
        } else {
            String::new()
        },
        street: format!("{} {}", pick(random, &STREETS), random.u32(1..200)),
        line2: if index % 9 == 4 { "Hinterhaus".to_owned() } else { String::new() },
        post_code: format!("{:05}", random.u32(1_000..99_999)),
        city: pick(random, &CITIES),
        country: country.to_owned(),
        mail: format!("kunde{index}@example.org"),
    }
}

pub(super) fn goods_name(article: usize) -> String {
    format!("{} Nr. {article}", GOODS[article % GOODS.len()])
}
