//! The invoice PDF as a file: whole, the same each time, and there for whatever is typed.
//! What other tools say of the files is asked by `tests/pdf/check.py`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it expected"
)]

#[path = "../examples/invoice-pdf/parts.rs"]
mod parts;
#[path = "../examples/invoice-pdf/samples.rs"]
mod samples;

use portico::pdf::{EDITION, Fonts, Party, Pdf, Sheet, draw};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use std::fs;

fn fonts() -> Fonts {
    let read = |name: &str| fs::read(format!("public/assets/fonts/{name}")).expect("a font");
    Fonts::read(read("inter-regular.ttf"), read("inter-semibold.ttf")).expect("fonts that are read")
}

fn drawn(sheet: &Sheet) -> Pdf {
    draw(sheet, &fonts(), &parts::money(sheet)).expect("a file")
}

fn logo(name: &str) -> Vec<u8> {
    fs::read(format!("tests/pdf/{name}")).expect("a picture")
}

/// Every entry of the table of positions leads to its object; gives how many there are.
fn positions_hold(file: &[u8]) -> usize {
    let at = file
        .windows(9)
        .rposition(|w| w == b"startxref")
        .expect("startxref");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let tail = text(&file[at + 10..]);
    let xref: usize = tail
        .lines()
        .next()
        .expect("a number")
        .parse()
        .expect("a number");
    let table = text(&file[xref..]);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("xref"), "startxref leads to the table");
    let count: usize = lines.next().expect("0 n")[2..]
        .trim()
        .parse()
        .expect("a count");
    for (number, line) in lines.take(count).enumerate().skip(1) {
        let place: usize = line[..10].parse().expect("a place");
        let expected = format!("{number} 0 obj");
        assert!(
            file[place..].starts_with(expected.as_bytes()),
            "expected {expected} at {place}"
        );
    }
    count
}

fn holds(file: &[u8], what: &str) -> bool {
    file.windows(what.len())
        .any(|window| window == what.as_bytes())
}

#[test]
fn every_sample_is_a_sound_file() {
    for (name, sheet) in samples::all(&logo("logo.png")) {
        let pdf = drawn(&sheet);
        assert!(pdf.bytes.starts_with(b"%PDF-1.7"), "{name}");
        assert!(positions_hold(&pdf.bytes) > 10, "{name}");
        assert!(
            holds(&pdf.bytes, "<pdfaid:part>3</pdfaid:part>"),
            "{name}: PDF/A-3"
        );
        assert!(
            holds(&pdf.bytes, "<pdfuaid:part>1</pdfuaid:part>"),
            "{name}: PDF/UA-1"
        );
        let wanted = !matches!(name, "empty" | "letter" | "tax-included");
        assert_eq!(
            holds(&pdf.bytes, "<fx:ConformanceLevel>EN 16931<"),
            wanted,
            "{name}"
        );
        assert_eq!(
            pdf.lacks.is_empty(),
            name != "names",
            "{name}: {:?}",
            pdf.lacks
        );
    }
}

/// What was drawn is kept under a digest of its sheet and of `EDITION`. So a change of the drawing must
/// come with a new edition, or old and new files would pass for the same.
#[test]
fn other_bytes_are_another_edition() {
    const KNOWN: (u32, &str) = (
        1,
        "dfb18bec9ef596ffa12903b2fd04f9f9a96186c3981ef36f4f042ad5dff2e14d",
    );
    let mut hash = Sha256::new();
    for (_, sheet) in samples::all(&logo("logo.png")) {
        hash.update(drawn(&sheet).bytes);
    }
    let digest = format!("{:x}", hash.finalize());
    assert_eq!(
        (EDITION, digest.as_str()),
        KNOWN,
        "the drawing has changed: count pdf::EDITION up, and write both down here"
    );
}

#[test]
fn the_same_sheet_gives_the_same_bytes() {
    for (name, sheet) in samples::all(&logo("logo.webp")) {
        assert_eq!(drawn(&sheet), drawn(&sheet), "{name}");
    }
    let (one, mut other) = (samples::plain(), samples::plain());
    "2".clone_into(&mut other.revision);
    assert_ne!(
        drawn(&one).bytes,
        drawn(&other).bytes,
        "a revision is another file"
    );
}

#[test]
fn what_the_fonts_lack_is_said() {
    let fonts = fonts();
    let shown = "Żółć Ångström Ελλάδα Київ Şırnak Tiếng Việt €£¥₹₺₽₴₩₦₪ “quotes” – − × ✓ \u{200b}\u{feff}\t";
    assert_eq!(fonts.lacks(shown), Vec::<char>::new());
    assert_eq!(fonts.lacks("東b東 שa"), vec!['ש', '東']);
    let mut sheet = samples::plain();
    sheet.buyer.name = "山田".to_owned();
    assert_eq!(drawn(&sheet).lacks, vec!['山', '田']);
}

#[test]
fn logos_of_every_kind_are_shown_and_broken_ones_said() {
    for (name, shown) in [
        ("logo.png", true),
        ("logo.jpg", true),
        ("logo.webp", true),
        ("cmyk.jpg", false),
    ] {
        let pdf = drawn(&samples::paid(logo(name)));
        assert_eq!(pdf.logo, shown, "{name}");
        assert_eq!(holds(&pdf.bytes, "/Subtype/Image"), shown, "{name}");
    }
    for name in ["logo.png", "logo.jpg", "logo.webp"] {
        let whole = logo(name);
        for length in (0..whole.len()).step_by(7) {
            let _ = drawn(&Sheet {
                logo: Some(whole[..length].to_vec()),
                ..samples::empty()
            });
        }
        for at in (0..whole.len()).step_by(11) {
            let mut bent = whole.clone();
            bent[at] ^= 0x55;
            let _ = drawn(&Sheet {
                logo: Some(bent),
                ..samples::empty()
            });
        }
    }
}

#[test]
fn a_large_logo_is_made_small() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 4096, 4096);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().expect("a head");
    writer
        .write_image_data(&vec![0x7f; 4096 * 4096 * 4])
        .expect("pixels");
    writer.finish().expect("an end");
    let pdf = drawn(&samples::paid(file));
    assert!(pdf.logo);
    assert!(pdf.bytes.len() < 100_000, "{} bytes", pdf.bytes.len());
}

#[test]
fn an_electronic_invoice_needs_what_the_norm_asks_for() {
    type Change = fn(&mut Sheet);
    let cases: [(Change, &str); 9] = [
        (|s| s.seller.vat_id.clear(), "Your VAT id or tax number"),
        (|s| s.seller.post = None, "Your address has no country"),
        (
            |s| s.buyer.post = None,
            "The client's address has no country",
        ),
        (|s| s.buyer.name.clear(), "The client has no name"),
        (|s| s.lines[0].tax = None, "A line has no name or no tax"),
        (|s| s.taxes[0].category = None, "A tax rate has no category"),
        (|s| s.taxes[0].amount += 2, "The sums do not agree"),
        (|s| s.sums.total += 1, "The sums do not agree"),
        (|s| s.lines[0].net -= 1, "The sums do not agree"),
    ];
    for (change, reason) in cases {
        let mut sheet = samples::plain();
        change(&mut sheet);
        let pdf = drawn(&sheet);
        assert!(
            pdf.electronic
                .iter()
                .any(|gap| gap.sentence.starts_with(reason)),
            "{reason}: {:?}",
            pdf.electronic
        );
        assert!(!holds(&pdf.bytes, "factur-x.xml"), "{reason}");
    }
    assert!(drawn(&samples::plain()).electronic.is_empty());
}

#[test]
fn a_file_that_is_no_font_is_refused() {
    assert!(Fonts::read(Vec::new(), b"no font".to_vec()).is_err());
    let whole = fs::read("public/assets/fonts/inter-regular.ttf").expect("a font");
    for length in (0..whole.len()).step_by(4_001) {
        let _ = Fonts::read(whole[..length].to_vec(), whole.clone());
    }
}

fn party() -> impl Strategy<Value = Party> {
    (
        any::<String>(),
        prop::collection::vec(any::<String>(), 0..6),
        any::<String>(),
    )
        .prop_map(|(name, address, vat_id)| Party {
            name,
            address,
            vat_id,
            ..Party::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any text in any field, any amount: a file, never a panic, never a broken standard.
    #[test]
    fn whatever_is_typed_is_drawn(
        (seller, buyer) in (party(), party()),
        texts in prop::collection::vec("\\PC{0,400}|(?s).{0,60}", 14),
        amounts in prop::collection::vec(any::<i64>(), 8),
    ) {
        let mut sheet = samples::plain();
        (sheet.seller, sheet.buyer) = (seller, buyer);
        let mut next = texts.into_iter();
        let mut text = || next.next().unwrap_or_default();
        sheet.heading = text();
        sheet.number = text();
        sheet.language = text();
        sheet.headline = text();
        sheet.notes = text();
        sheet.terms = text();
        sheet.accent = text();
        sheet.facts = vec![(text(), text())];
        for (line, amount) in sheet.lines.iter_mut().zip(&amounts) {
            line.name = text();
            line.quantity.text = text();
            (line.net, line.discount) = (*amount, *amount);
            line.price = parts::euros(*amount);
        }
        sheet.sums.lines = amounts[3];
        sheet.sums.total = amounts[4];
        sheet.sums.paid = amounts[5];
        sheet.sums.due = amounts[6];
        sheet.taxes[0].base = amounts[7];
        let pdf = drawn(&sheet);
        positions_hold(&pdf.bytes);
    }
}
