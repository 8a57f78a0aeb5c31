//! Invoices to look at and to test with: plain, long, odd, and wrong on purpose.

use super::parts::{added, day, euros, hours, pieces, post, texts};
use portico::pdf::{
    Bank, Category, Electronic, Line, Link, Paper, Party, Price, Quantity, Sheet, State, Sums, Tax,
    Tone,
};

fn plain_lines() -> Vec<Line> {
    let line = |name: &str, detail: &str, quantity, price, discount, tax, net| Line {
        name: name.to_owned(),
        detail: detail.to_owned(),
        quantity,
        price: euros(price),
        discount,
        tax: Some(tax),
        net,
    };
    vec![
        line(
            "Brand identity, second phase",
            "Logotype, colour and type for print and screen, with a guide of 40 pages.",
            pieces(1),
            480_000,
            0,
            0,
            480_000,
        ),
        line(
            "Design consultation",
            "",
            hours("12.5 h", 125, 1),
            9_500,
            8_750,
            0,
            110_000,
        ),
        line(
            "Printed guide",
            "Hardcover, 120 pages, including delivery to Vienna",
            pieces(24),
            3_850,
            0,
            1,
            92_400,
        ),
    ]
}

/// What a studio in Lisbon sends to a client in Vienna.
pub fn plain() -> Sheet {
    let vat = |label: &str, short: &str, rate| Tax {
        label: label.to_owned(),
        short: short.to_owned(),
        rate,
        category: Some(Category::Standard),
        ..Tax::default()
    };
    let sheet = Sheet {
        heading: "Invoice".to_owned(),
        number: "HOL-2026-0042".to_owned(),
        revision: "1".to_owned(),
        language: "en".to_owned(),
        issued: day(2026, 5, 22, "22 May 2026"),
        due: Some(day(2026, 6, 5, "5 June 2026")),
        facts: vec![("Purchase order".to_owned(), "4500-1182".to_owned())],
        seller: Party {
            name: "Holloway & Finch Studio".to_owned(),
            address: texts(&["Rua das Flores 12", "1200-195 Lisboa", "Portugal"]),
            post: Some(post("Rua das Flores 12", "1200-195", "Lisboa", "PT")),
            vat_id: "PT509442013".to_owned(),
            email: "accounts@hollowayfinch.example".to_owned(),
            phone: "+351 21 555 0142".to_owned(),
            ..Party::default()
        },
        buyer: Party {
            name: "Żaneta Łukaszewicz Architekten GmbH".to_owned(),
            address: texts(&["Mariahilfer Straße 88a", "1070 Wien", "Austria"]),
            post: Some(post("Mariahilfer Straße 88a", "1070", "Wien", "AT")),
            vat_id: "ATU57780133".to_owned(),
            email: "office@lukaszewicz.example".to_owned(),
            ..Party::default()
        },
        currency: "EUR".to_owned(),
        exponent: 2,
        lines: plain_lines(),
        taxes: vec![vat("VAT 23%", "23%", 23_000), vat("VAT 6%", "6%", 6_000)],
        notes: "Thank you for working with us. The source files are in your portal.".to_owned(),
        terms: "Payable within 14 days. After the due date we may charge the statutory interest."
            .to_owned(),
        bank: Some(Bank {
            holder: "Holloway & Finch Studio".to_owned(),
            bank: "Banco de Exemplo".to_owned(),
            iban: "PT50000201231234567890154".to_owned(),
            bic: "BCOMPTPL".to_owned(),
            reference: "HOL-2026-0042".to_owned(),
            code: Some(
                "BCD\n002\n1\nSCT\nBCOMPTPL\nHolloway & Finch Studio\n\
                PT50000201231234567890154\nEUR7874.34\n\n\nHOL-2026-0042"
                    .to_owned(),
            ),
            ..Bank::default()
        }),
        link: Some(Link {
            label: "Pay online".to_owned(),
            url: "https://portal.hollowayfinch.example/i/7Hq2mXw9RzKp4TdVb8Yc".to_owned(),
        }),
        accent: "#2f5d50".to_owned(),
        electronic: Some(Electronic {
            delivered: Some(day(2026, 5, 20, "")),
            ..Electronic::default()
        }),
        ..Sheet::default()
    };
    added(sheet, 30_000, 0)
}

/// Paid, with a logo.
pub fn paid(logo: Vec<u8>) -> Sheet {
    let sheet = Sheet {
        logo: Some(logo),
        accent: "#ffd23f".to_owned(),
        state: Some(State {
            label: "Paid".to_owned(),
            tone: Tone::Good,
            across: false,
        }),
        ..plain()
    };
    let total = sheet.sums.total;
    added(sheet, 30_000, total)
}

/// Void.
pub fn void() -> Sheet {
    Sheet {
        state: Some(State {
            label: "Void".to_owned(),
            tone: Tone::Bad,
            across: true,
        }),
        link: None,
        bank: None,
        ..plain()
    }
}

/// So many lines.
pub fn long(count: i64) -> Sheet {
    let sheet = plain();
    let line = |at: i64| {
        Line {
        name: format!("Retouching of photograph {at:03}"),
        detail: match at % 7 {
            0 => "Colour, skin and background; delivered as TIFF and JPEG, with two rounds of corrections".to_owned(),
            _ => String::new(),
        },
        quantity: pieces(1 + at % 3),
        price: euros(1_250 + at),
        discount: 0,
        tax: Some(usize::from(at % 5 == 0)),
        net: (1 + at % 3) * (1_250 + at),
    }
    };
    let lines = (1..=count).map(line).collect();
    added(Sheet { lines, ..sheet }, 0, 10_000)
}

/// Names of Europe, and one that the fonts lack.
pub fn names() -> Sheet {
    let mut sheet = plain();
    "Ζωή Παπαδοπούλου, Юлія Шевченко, Şükrü Çağlayan".clone_into(&mut sheet.buyer.name);
    "Παπαδόπουλος & Ёлкина Łódź Őrség".clone_into(&mut sheet.seller.name);
    "Ναι, ευχαριστούμε. Щиро дякуємо! Teşekkürler, İzmir. Dziękujemy, Gżegżółka. \
        Tiếng Việt: cảm ơn. € £ ¥ ₹ ₺ ₽ ₴ ₩ ₦. NFD: café Ångström.\n\n\
        日本語の名前 and שלום and مرحبا stand here 🎉."
        .clone_into(&mut sheet.notes);
    for (line, name) in sheet.lines.iter_mut().zip([
        "Őszibarack – Ελληνικά – Кириллица",
        "東京 office signs",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    ]) {
        name.clone_into(&mut line.name);
    }
    sheet
}

/// Everything that a form lets through, at its largest.
pub fn huge() -> Sheet {
    let mut sheet = plain();
    let words = "Lorem ipsum dolor sit amet, consetetur sadipscing elitr ".repeat(40);
    let lines = [
        (
            "x".repeat(500),
            words.chars().take(2_000).collect(),
            9_999_999_999_i64,
        ),
        ("W".repeat(120), String::new(), 500_000_000_000),
        (
            "Line\nbreaks\r\nand\ttabs\0".to_owned(),
            words.repeat(4),
            1_000_000_000_000,
        ),
    ];
    sheet.lines = lines
        .into_iter()
        .map(|(name, detail, price)| Line {
            name,
            detail,
            quantity: Quantity {
                text: "1,234,567.891 square metres".to_owned(),
                digits: 1,
                ..Quantity::default()
            },
            price: euros(price),
            discount: 1,
            tax: Some(0),
            net: price - 1,
        })
        .collect();
    sheet.buyer.name = "Verylongnamewithoutanyspace".repeat(6);
    sheet.facts = vec![(
        "A label that somebody thought should be rather long".to_owned(),
        "y".repeat(90),
    )];
    sheet.terms = words.repeat(3);
    added(sheet, 0, 0)
}

/// A draft with next to nothing in it.
pub fn empty() -> Sheet {
    Sheet {
        heading: "Invoice".to_owned(),
        currency: "JPY".to_owned(),
        electronic: Some(Electronic::default()),
        ..Sheet::default()
    }
}

/// Dollars on Letter paper, without tax.
pub fn letter() -> Sheet {
    let mut sheet = plain();
    sheet.paper = Paper::Letter;
    "USD".clone_into(&mut sheet.currency);
    sheet.taxes.clear();
    sheet.bank = None;
    sheet.electronic = None;
    for line in &mut sheet.lines {
        line.tax = None;
        line.price.text = line.price.text.replace('€', "$");
    }
    sheet.state = Some(State {
        label: "Overdue".to_owned(),
        tone: Tone::Bad,
        across: false,
    });
    added(sheet, 0, 50_000)
}

/// To a business in another country of the union: the client owes the tax.
pub fn reverse_charge() -> Sheet {
    let mut sheet = plain();
    sheet.taxes = vec![Tax {
        label: "Reverse charge 0%".to_owned(),
        short: "0%".to_owned(),
        category: Some(Category::ReverseCharge),
        reason: "Reverse charge: the client accounts for the VAT (Art. 196 Directive 2006/112/EC)"
            .to_owned(),
        ..Tax::default()
    }];
    for line in &mut sheet.lines {
        line.tax = Some(0);
    }
    added(sheet, 0, 0)
}

/// A small business without a VAT id, and with a credit among the lines.
pub fn small_business() -> Sheet {
    let mut sheet = plain();
    sheet.seller.vat_id = String::new();
    "37/123/45678".clone_into(&mut sheet.seller.tax_number);
    sheet.taxes = vec![Tax {
        label: "No VAT".to_owned(),
        short: "0%".to_owned(),
        category: Some(Category::Exempt),
        reason: "Small business, no VAT is charged".to_owned(),
        ..Tax::default()
    }];
    for line in &mut sheet.lines {
        line.tax = Some(0);
    }
    sheet.lines.push(Line {
        name: "Credit for the first phase".to_owned(),
        quantity: pieces(1),
        price: euros(-20_000),
        tax: Some(0),
        net: -20_000,
        ..Line::default()
    });
    sheet.link = None;
    added(sheet, 0, 0)
}

/// A person who is not registered for any tax, with a price finer than a cent; part of what was paid
/// went back.
pub fn untaxed() -> Sheet {
    let mut sheet = plain();
    "12345678".clone_into(&mut sheet.seller.tax_number);
    sheet.taxes = vec![Tax {
        label: "Not taxed".to_owned(),
        short: "Not taxed".to_owned(),
        category: Some(Category::OutsideScope),
        reason: "Not subject to tax".to_owned(),
        ..Tax::default()
    }];
    for line in &mut sheet.lines {
        line.tax = Some(0);
    }
    sheet.lines.push(Line {
        name: "Calls".to_owned(),
        quantity: pieces(40_000),
        price: Price {
            text: "€0.0045".to_owned(),
            digits: 45,
            decimals: 4,
        },
        tax: Some(0),
        net: 18_000,
        ..Line::default()
    });
    let mut sheet = added(sheet, 0, 50_000);
    sheet.sums.returned = 20_000;
    sheet.sums.due += 20_000;
    sheet
}

/// Prices as shops write them: the tax is in them.
pub fn tax_included() -> Sheet {
    let mut sheet = plain();
    sheet.tax_included = true;
    sheet.lines.truncate(1);
    sheet.taxes.truncate(1);
    for tax in &mut sheet.taxes {
        tax.base = 390_244;
        tax.amount = 89_756;
    }
    sheet.discount = None;
    sheet.sums = Sums {
        lines: 480_000,
        net: 390_244,
        total: 480_000,
        paid: 0,
        returned: 0,
        due: 480_000,
    };
    sheet
}

/// All of them, by name.
pub fn all(logo: &[u8]) -> Vec<(&'static str, Sheet)> {
    vec![
        ("plain", plain()),
        ("paid", paid(logo.to_vec())),
        ("void", void()),
        ("lines-40", long(40)),
        ("lines-200", long(200)),
        ("lines-500", long(500)),
        ("names", names()),
        ("huge", huge()),
        ("empty", empty()),
        ("letter", letter()),
        ("reverse-charge", reverse_charge()),
        ("small-business", small_business()),
        ("untaxed", untaxed()),
        ("tax-included", tax_included()),
    ]
}
