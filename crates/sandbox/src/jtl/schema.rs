//! The part of JTL-Wawi's database that orders, tracking and stock touch, with the column names and
//! types of JTL-Wawi 1.10.11.0. Left out are columns that nothing here reads or writes.
//!
//! Guesses, because no source names them: the columns of `Verkauf.tAuftragAdresse`,
//! `dbo.tZahlungsart` and `dbo.tKunde` beyond their keys; `Kunde.lvKunde` is a view in JTL and a
//! table here, because SQLite's views cannot reach into another schema. So are the columns of
//! `dbo.tStueckliste`, and what `dbo.vLagerbestandProLager` answers for a bill of materials: whole sets,
//! as many as the scarcest article allows, for the warehouses in which each article has a row.

/// A table: its schema, its name, one column or constraint a line.
pub(super) type Table = (&'static str, &'static str, &'static str);

/// The schemas, each an attached SQLite database.
pub(super) const SCHEMAS: [&str; 4] = ["dbo", "Verkauf", "Versand", "Kunde"];

/// JTL's text columns ignore case; SQL Server ignores trailing blanks besides.
pub(super) const COLLATION: &str = "Latin1_General_CI_AS";

/// The version that `dbo.tversion` names.
pub(super) const WAWI_VERSION: &str = "1.10.11.0";

/// The warehouse that seeded articles lie in.
pub(super) const WAREHOUSE: i64 = 2;

pub(super) const TABLES: [Table; 25] = [
    ("dbo", "tversion", "cVersion nvarchar(20) NOT NULL\ndInstalliert datetime"),
    (
        "dbo",
        "tArtikel",
        "kArtikel INTEGER PRIMARY KEY
cArtNr nvarchar(100) NOT NULL UNIQUE
cBarcode nvarchar(255)
cHAN nvarchar(255)
cUPC nvarchar(50)
cASIN nvarchar(50)
cAktiv char(1) NOT NULL DEFAULT 'Y'
cLagerArtikel char(1) NOT NULL DEFAULT 'Y'
cLagerAktiv char(1) NOT NULL DEFAULT 'Y'
cLagerKleinerNull char(1) NOT NULL DEFAULT 'N'
cTeilbar char(1) NOT NULL DEFAULT 'N'
nPufferTyp tinyint
nPuffer int NOT NULL DEFAULT 0
nLagerbestand decimal(25,13) NOT NULL DEFAULT 0
nIstVater tinyint NOT NULL DEFAULT 0
kVaterArtikel int NOT NULL DEFAULT 0
kStueckliste int NOT NULL DEFAULT 0
nDelete tinyint NOT NULL DEFAULT 0
fVKNetto decimal(25,13) NOT NULL DEFAULT 0
fEKNetto decimal(25,13) NOT NULL DEFAULT 0
kSteuerklasse int NOT NULL DEFAULT 1
nBearbeitungszeit int NOT NULL DEFAULT 0",
    ),
    (
        "dbo",
        "tStueckliste",
        "kStueckliste int NOT NULL
kArtikel int NOT NULL
fAnzahl decimal(25,13) NOT NULL
PRIMARY KEY (kStueckliste, kArtikel)",
    ),
    (
        "dbo",
        "tArtikelBeschreibung",
        "kArtikel int NOT NULL
kSprache int NOT NULL DEFAULT 1
kPlattform int NOT NULL DEFAULT 1
kShop int NOT NULL DEFAULT 0
cName nvarchar(255)
PRIMARY KEY (kArtikel, kSprache, kPlattform, kShop)",
    ),
    (
        "dbo",
        "tlagerbestand",
        "kArtikel INTEGER PRIMARY KEY
fLagerbestand decimal(25,13) NOT NULL DEFAULT 0
fVerfuegbar decimal(25,13) NOT NULL DEFAULT 0
fVerfuegbarGesperrt decimal(25,13) NOT NULL DEFAULT 0
fZulauf decimal(25,13) NOT NULL DEFAULT 0
fAufEinkaufsliste decimal(25,13) NOT NULL DEFAULT 0
dLieferdatum datetime
fLagerbestandEigen decimal(25,13) NOT NULL DEFAULT 0
fInAuftraegen decimal(25,13) NOT NULL DEFAULT 0
nLagerAktiv tinyint NOT NULL DEFAULT 1
fAuslieferungGesperrt decimal(25,13) NOT NULL DEFAULT 0
fProduktionGesperrt decimal(25,13) NOT NULL DEFAULT 0",
    ),
    (
        "dbo",
        "tlagerbestandProLagerLagerartikel",
        "kArtikel int NOT NULL
kWarenlager int NOT NULL
fBestand decimal(25,13) NOT NULL DEFAULT 0 CHECK (fBestand >= 0)
fVerfuegbarGesperrt decimal(25,13) NOT NULL DEFAULT 0
fAuslieferungGesperrt decimal(25,13) NOT NULL DEFAULT 0
PRIMARY KEY (kArtikel, kWarenlager)",
    ),
    (
        "dbo",
        "tWarenLager",
        "kWarenLager INTEGER PRIMARY KEY
cName nvarchar(255) NOT NULL
cKuerzel nvarchar(50)
cLagerTyp nvarchar(50)
cLand nvarchar(255)
kFirma int
nFulfillment tinyint NOT NULL DEFAULT 0
nLagerplatzVerwaltung tinyint NOT NULL DEFAULT 0
nAuslieferungsPrio int NOT NULL DEFAULT 0
nAktiv tinyint NOT NULL DEFAULT 1
kQuellLager int
kZielLager int",
    ),
    (
        "Verkauf",
        "tAuftrag",
        "kAuftrag INTEGER PRIMARY KEY AUTOINCREMENT
kKunde int
cAuftragsNr nvarchar(50) NOT NULL
nType tinyint NOT NULL DEFAULT 1
dErstellt datetime NOT NULL
cExterneAuftragsnummer nvarchar(50)
kPlattform int
kShop int
nStorno bit NOT NULL DEFAULT 0
nPending bit NOT NULL DEFAULT 0
nKomplettAusgeliefert tinyint NOT NULL DEFAULT 0
kVersandArt int
kZahlungsart int
kVorgangsstatus int
cKundenNr nvarchar(50)
cKundenAuftragsnummer nvarchar(100)
nDebitorennr int
cVersandlandISO nvarchar(5)
cWaehrung nvarchar(20)
fFaktor decimal(25,13) NOT NULL DEFAULT 1
nSteuereinstellung int NOT NULL DEFAULT 0
nIstExterneRechnung tinyint NOT NULL DEFAULT 0
dExternesErstelldatum datetime
UNIQUE (cAuftragsNr, nType)",
    ),
    (
        "Verkauf",
        "tAuftragEckdaten",
        "kAuftrag INTEGER PRIMARY KEY
fWertNetto decimal(25,13) NOT NULL DEFAULT 0
fWertBrutto decimal(25,13) NOT NULL DEFAULT 0
fZahlung decimal(25,13) NOT NULL DEFAULT 0
fOffenerWert decimal(25,13) NOT NULL DEFAULT 0
dBezahlt datetime
nAnzahlPakete int NOT NULL DEFAULT 0
nAnzahlVersendetePakete int NOT NULL DEFAULT 0
cRechnungsnummern nvarchar(max)
dLetzterVersand datetime",
    ),
    (
        "Verkauf",
        "tAuftragPosition",
        "kAuftragPosition INTEGER PRIMARY KEY AUTOINCREMENT
kAuftrag int NOT NULL
kArtikel int
cArtNr nvarchar(100)
cName nvarchar(255)
cEinheit nvarchar(255)
fAnzahl decimal(25,13) NOT NULL
fVkNetto decimal(25,13) NOT NULL
fMwSt decimal(25,13) NOT NULL
fRabatt decimal(25,13) NOT NULL DEFAULT 0
nType tinyint NOT NULL
nSort int NOT NULL DEFAULT 0",
    ),
    (
        "Verkauf",
        "tAuftragAdresse",
        "kAuftrag int NOT NULL
nTyp tinyint NOT NULL
cAnrede nvarchar(50)
cTitel nvarchar(50)
cVorname nvarchar(255)
cName nvarchar(255)
cFirma nvarchar(255)
cStrasse nvarchar(255)
cAdressZusatz nvarchar(255)
cPLZ nvarchar(50)
cOrt nvarchar(255)
cBundesland nvarchar(255)
cLand nvarchar(255)
cTel nvarchar(50)
cMobil nvarchar(50)
cFax nvarchar(50)
cMail nvarchar(255)
PRIMARY KEY (kAuftrag, nTyp)",
    ),
    (
        "dbo",
        "tLieferschein",
        "kLieferschein INTEGER PRIMARY KEY AUTOINCREMENT
kBestellung int NOT NULL
cLieferscheinNr nvarchar(50)
dErstellt datetime
dGedruckt datetime
nFulfillment tinyint NOT NULL DEFAULT 0
kLieferantenBestellung int",
    ),
    (
        "dbo",
        "tLieferscheinEckdaten",
        "kLieferschein INTEGER PRIMARY KEY
dVersendet datetime
nAnzahlPakete int NOT NULL DEFAULT 0
nAnzahlVersendetePakete int NOT NULL DEFAULT 0
nVersandStatus tinyint NOT NULL DEFAULT 0
kVersandArt int",
    ),
    (
        "dbo",
        "tLieferscheinPos",
        "kLieferscheinPos INTEGER PRIMARY KEY AUTOINCREMENT
kLieferschein int NOT NULL
kBestellPos int NOT NULL
fAnzahl decimal(25,13) NOT NULL",
    ),
    (
        "dbo",
        "tVersand",
        "kVersand INTEGER PRIMARY KEY AUTOINCREMENT
kLieferschein int NOT NULL
kLogistik int
cIdentCode nvarchar(255)
dErstellt datetime
kVersandArt int
cLogistiker nvarchar(50)
dVersendet datetime
nStatus tinyint NOT NULL DEFAULT 0
cShipmentId nvarchar(50)
cReference nvarchar(255)
cShipmentOrderId nvarchar(50)
cEnclosedReturnIdentCode nvarchar(255)
nViaAmazonMWS tinyint NOT NULL DEFAULT 0",
    ),
    (
        "dbo",
        "tVersandPos",
        "kVersandPos INTEGER PRIMARY KEY AUTOINCREMENT
kVersand int NOT NULL
kLieferscheinPos int NOT NULL
fAnzahl decimal(25,13) NOT NULL",
    ),
    (
        "dbo",
        "tLogistik",
        "kLogistik INTEGER PRIMARY KEY
cName nvarchar(255)
cURL nvarchar(255)
cAmazonCC nvarchar(50)
cEbayCC nvarchar(50)",
    ),
    (
        "dbo",
        "tversandart",
        "kVersandArt INTEGER PRIMARY KEY
cName nvarchar(255)
cAktiv char(1) NOT NULL DEFAULT 'Y'
cTrackingUrlTemplate nvarchar(255)
cAmazonCarrierCode nvarchar(50)
cEbayCarrierCode nvarchar(50)
cMarktplatzLieferservice nvarchar(50)
kShippingServiceProviderType int
cTrackingIDRegex nvarchar(255)",
    ),
    (
        "dbo",
        "tZahlungsart",
        "kZahlungsart INTEGER PRIMARY KEY\ncName nvarchar(255)\ncAktiv char(1) NOT NULL DEFAULT 'Y'",
    ),
    (
        "dbo",
        "tXMLBestellImport",
        "kXMLBestellImport INTEGER PRIMARY KEY AUTOINCREMENT
cText nvarchar(max)
nPlattform tinyint
nRechnung tinyint
bRowversion rowversion",
    ),
    (
        "dbo",
        "tKunde",
        "kKunde INTEGER PRIMARY KEY AUTOINCREMENT
cKundenNr nvarchar(50) NOT NULL UNIQUE
dErstellt datetime
cHerkunft nvarchar(255)
cSperre char(1) NOT NULL DEFAULT 'N'",
    ),
    (
        "Kunde",
        "lvKunde",
        "kKunde INTEGER PRIMARY KEY
cKundenNr nvarchar(50)
cFirma nvarchar(255)
cVorname nvarchar(255)
cName nvarchar(255)
cEMail nvarchar(255)",
    ),
    (
        "dbo",
        "tPlattform",
        "nPlattform INTEGER PRIMARY KEY
cName nvarchar(255)
cID nvarchar(50)
nInet tinyint
cWaehrung nvarchar(20)
nTyp tinyint",
    ),
    // The sandbox's own books, out of every login's reach.
    ("main", "GrossPrice", "kAuftragPosition INTEGER PRIMARY KEY\nfPreis decimal(25,13) NOT NULL"),
    (
        "main",
        "RejectedImport",
        "id INTEGER PRIMARY KEY AUTOINCREMENT
source nvarchar(255) NOT NULL
external_number nvarchar(255)
reason nvarchar(max) NOT NULL
content nvarchar(max) NOT NULL",
    ),
];

/// Views, indices and the rows that every JTL installation has.
pub(super) const REST: &str = "
CREATE VIEW dbo.vLagerbestandProLager AS
    SELECT kArtikel, kWarenlager, fBestand FROM tlagerbestandProLagerLagerartikel
    UNION ALL
    SELECT a.kArtikel, s.kWarenlager, MIN(whole_times(s.fBestand, c.fAnzahl))
    FROM tArtikel a
    JOIN tStueckliste c ON c.kStueckliste = a.kStueckliste
    JOIN tlagerbestandProLagerLagerartikel s ON s.kArtikel = c.kArtikel
    WHERE a.kStueckliste > 0
    GROUP BY a.kArtikel, s.kWarenlager
    HAVING COUNT(*) = (SELECT COUNT(*) FROM tStueckliste n WHERE n.kStueckliste = a.kStueckliste)
    UNION ALL
    SELECT p.kArtikel, s.kWarenlager, SUM(s.fBestand)
    FROM tArtikel k
    JOIN tArtikel p ON p.kArtikel = k.kVaterArtikel
    JOIN tlagerbestandProLagerLagerartikel s ON s.kArtikel = p.kArtikel
    WHERE k.kVaterArtikel > 0 AND p.nIstVater = 1
    GROUP BY p.kArtikel, s.kWarenlager;
CREATE VIEW dbo.vLagerbestandAvaibleProLager AS
    SELECT kArtikel, kWarenlager, exact_minus(fBestand, fVerfuegbarGesperrt) AS fAvaibleQuantity
    FROM tlagerbestandProLagerLagerartikel
    UNION ALL
    SELECT a.kArtikel, s.kWarenlager,
           MIN(whole_times(exact_minus(s.fBestand, s.fVerfuegbarGesperrt), c.fAnzahl))
    FROM tArtikel a
    JOIN tStueckliste c ON c.kStueckliste = a.kStueckliste
    JOIN tlagerbestandProLagerLagerartikel s ON s.kArtikel = c.kArtikel
    WHERE a.kStueckliste > 0
    GROUP BY a.kArtikel, s.kWarenlager
    HAVING COUNT(*) = (SELECT COUNT(*) FROM tStueckliste n WHERE n.kStueckliste = a.kStueckliste);
CREATE INDEX dbo.IX_tArtikel_kStueckliste ON tArtikel (kStueckliste) WHERE kStueckliste > 0;
CREATE INDEX dbo.IX_tArtikel_kVaterArtikel ON tArtikel (kVaterArtikel) WHERE kVaterArtikel > 0;
CREATE INDEX dbo.IX_tStueckliste_kArtikel ON tStueckliste (kArtikel);
CREATE INDEX Verkauf.IX_tAuftrag_cExterneAuftragsnummer ON tAuftrag (cExterneAuftragsnummer);
CREATE INDEX Verkauf.IX_tAuftragPosition_kAuftrag ON tAuftragPosition (kAuftrag);
CREATE INDEX dbo.IX_tLieferschein_kBestellung ON tLieferschein (kBestellung);
CREATE INDEX dbo.IX_tLieferscheinPos_kLieferschein ON tLieferscheinPos (kLieferschein);
CREATE INDEX dbo.IX_tLieferscheinPos_kBestellPos ON tLieferscheinPos (kBestellPos);
CREATE INDEX dbo.IX_tVersand_kLieferschein ON tVersand (kLieferschein);
CREATE INDEX dbo.IX_tVersandPos_kVersand ON tVersandPos (kVersand);
CREATE INDEX Kunde.IX_lvKunde_cEMail ON lvKunde (cEMail);
INSERT INTO dbo.tWarenLager (kWarenLager, cName, cKuerzel, cLand, kFirma, nFulfillment) VALUES
    (1, 'Ladengeschäft', 'LAD', 'DE', 1, 0), (2, 'Standardlager', 'STD', 'DE', 1, 0),
    (3, 'FBA Lager', 'FBA', 'DE', 1, 2), (4, 'Umlagerung', 'UML', 'DE', 1, 0), (5, 'Altes Lager', 'ALT', 'DE', 1, 0);
UPDATE dbo.tWarenLager SET kQuellLager = 1, kZielLager = 2 WHERE kWarenLager = 4;
UPDATE dbo.tWarenLager SET nAktiv = 0 WHERE kWarenLager = 5;
INSERT INTO dbo.tPlattform (nPlattform, cName, cID, nInet, cWaehrung, nTyp) VALUES
    (1, 'JTL-Wawi', 'WAWI', 0, 'EUR', 0), (2, 'JTL-Shop', 'SHOP', 1, 'EUR', 1),
    (8, 'SCX', 'SCX', 1, 'EUR', 2), (51, 'Amazon.de', 'AMAZON', 1, 'EUR', 2);
INSERT INTO dbo.tLogistik (kLogistik, cName) VALUES (1, 'DHL'), (2, 'DPD'), (3, 'Spedition');
INSERT INTO dbo.tversandart (kVersandArt, cName) VALUES
    (1, 'DHL Paket'), (2, 'DPD Classic'), (3, 'Spezial-Spedition'), (4, 'DHL Warenpost');
INSERT INTO dbo.tZahlungsart (kZahlungsart, cName) VALUES
    (1, 'TEMU'), (2, 'Rechnung'), (3, 'Vorkasse');
";

/// The statement that makes a table; text columns get JTL's collation.
pub(super) fn create(table: &Table) -> String {
    let (schema, name, columns) = table;
    let columns: Vec<String> = columns
        .lines()
        .map(|line| {
            let kind = line.split_whitespace().nth(1).unwrap_or_default();
            if kind.starts_with("nvarchar") || kind.starts_with("char") {
                // SQLite takes numbers only there; `ntext` is NVARCHAR(MAX) to `ColumnType`.
                let known = if kind == "nvarchar(max)" { "ntext" } else { kind };
                line.replacen(kind, &format!("{known} COLLATE {COLLATION}"), 1)
            } else {
                line.to_owned()
            }
        })
        .collect();
    format!("CREATE TABLE {schema}.{name} ({});", columns.join(", "))
}
