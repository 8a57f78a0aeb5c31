//! What samples are put together from: amounts in words, days, addresses, and sums worked out.

use portico::pdf::{Day, Discount, Post, Price, Quantity, Sheet, Sums};

/// An amount as the samples show it: a sign, groups of three, and the digits of the currency.
pub fn money(sheet: &Sheet) -> impl Fn(i64) -> String + use<> {
    let symbol = match sheet.currency.as_str() {
        "EUR" => "€",
        "USD" => "$",
        "JPY" => "¥",
        "INR" => "₹",
        _ => "",
    };
    let code = if symbol.is_empty() {
        format!("{} ", sheet.currency)
    } else {
        String::new()
    };
    let exponent = sheet.exponent;
    move |amount| {
        let one = 10_u64.pow(exponent);
        let (whole, part) = (amount.unsigned_abs() / one, amount.unsigned_abs() % one);
        let digits = whole.to_string();
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if amount < 0 { "−" } else { "" };
        let point = match usize::try_from(exponent) {
            Ok(width @ 1..) => format!(".{part:0width$}"),
            _ => String::new(),
        };
        format!("{sign}{code}{symbol}{grouped}{point}")
    }
}

/// A day, and how it is written.
pub fn day(year: u16, month: u8, day: u8, text: &str) -> Day {
    Day {
        year,
        month,
        day,
        text: text.to_owned(),
    }
}

/// Lines of text.
pub fn texts(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// An address in its parts.
pub fn post(street: &str, postcode: &str, city: &str, country: &str) -> Post {
    Post {
        street: street.to_owned(),
        extra: String::new(),
        postcode: postcode.to_owned(),
        city: city.to_owned(),
        country: country.to_owned(),
    }
}

/// A number of hours.
pub fn hours(text: &str, digits: i64, decimals: u32) -> Quantity {
    Quantity {
        text: text.to_owned(),
        digits,
        decimals,
        unit: "HUR".to_owned(),
    }
}

/// The price of one, in cents.
pub fn euros(cents: i64) -> Price {
    let sheet = Sheet {
        currency: "EUR".to_owned(),
        exponent: 2,
        ..Sheet::default()
    };
    Price {
        text: money(&sheet)(cents),
        digits: cents,
        decimals: 2,
    }
}

/// A number of pieces.
pub fn pieces(count: i64) -> Quantity {
    Quantity {
        text: count.to_string(),
        digits: count,
        decimals: 0,
        unit: "C62".to_owned(),
    }
}

/// Works the sums out from lines and rates, so that a sample is one that a business would send.
pub fn added(mut sheet: Sheet, whole: i64, paid: i64) -> Sheet {
    sheet.discount = None;
    let lines: i64 = sheet.lines.iter().map(|line| line.net).sum();
    let bases: Vec<i64> = (0..sheet.taxes.len())
        .map(|at| {
            let of = sheet.lines.iter().filter(|line| line.tax == Some(at));
            of.map(|line| line.net).sum()
        })
        .collect();
    let mut left = whole;
    let last = sheet.taxes.len().saturating_sub(1);
    for (at, (tax, base)) in sheet.taxes.iter_mut().zip(bases).enumerate() {
        let part = match lines {
            _ if at == last => left,
            0 => 0,
            _ => {
                i64::try_from(i128::from(whole) * i128::from(base) / i128::from(lines)).unwrap_or(0)
            }
        };
        left -= part;
        tax.base = base - part;
        let exact = i128::from(tax.base) * i128::from(tax.rate);
        tax.amount = i64::try_from((exact + 50_000).div_euclid(100_000)).unwrap_or(0);
    }
    let tax: i64 = sheet.taxes.iter().map(|tax| tax.amount).sum();
    let net = lines - whole;
    sheet.sums = Sums {
        lines,
        net,
        total: net + tax,
        paid,
        returned: 0,
        due: net + tax - paid,
    };
    if whole != 0 {
        sheet.discount = Some(Discount {
            label: "Discount for a year together".to_owned(),
            amount: whole,
        });
    }
    let due = sheet.due.as_ref().map_or("now", |due| &due.text);
    sheet.headline = match sheet.sums.due {
        0 => format!("{} paid", money(&sheet)(sheet.sums.total)),
        amount => format!("{} due {due}", money(&sheet)(amount)),
    };
    sheet
}
