//! What stands on an invoice, resolved: texts as they are read, amounts in minor units.
//!
//! The caller decides every word and sum; the drawing only places them, and the electronic invoice
//! only repeats them. So nothing here is looked up and no tax is worked out.

use serde::Serialize;

/// One document: everything that is on it, and nothing else has an influence on its bytes.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Sheet {
    /// The heading, like `Invoice`.
    pub heading: String,
    /// The number of the invoice.
    pub number: String,
    /// Tells the revisions of one number apart; goes into the file's id.
    pub revision: String,
    /// The language of the texts as a tag, like `en`.
    pub language: String,
    /// The day it was issued; also the date in the file's metadata.
    pub issued: Day,
    /// The day it is due.
    pub due: Option<Day>,
    /// More facts under the number: label and text, like a purchase order.
    pub facts: Vec<(String, String)>,
    /// What is to be done in one line, like `€1,234.00 due 5 June 2026`.
    pub headline: String,
    /// The state's label, shown beside the heading.
    pub state: Option<State>,
    /// Who sells.
    pub seller: Party,
    /// Who buys.
    pub buyer: Party,
    /// ISO 4217.
    pub currency: String,
    /// Digits after the point: 0, 2 or 3.
    pub exponent: u32,
    /// What was sold.
    pub lines: Vec<Line>,
    /// The taxes, one for each rate and category; lines name them by position.
    pub taxes: Vec<Tax>,
    /// Whether prices, lines and discount contain the tax.
    pub tax_included: bool,
    /// A discount on the whole.
    pub discount: Option<Discount>,
    /// The sums.
    pub sums: Sums,
    /// Anything the business wants to say.
    pub notes: String,
    /// Terms of payment.
    pub terms: String,
    /// Where to transfer the money.
    pub bank: Option<Bank>,
    /// The invoice on the web: a link and a QR code.
    pub link: Option<Link>,
    /// The logo's file: PNG, JPEG or WebP.
    #[serde(skip)]
    pub logo: Option<Vec<u8>>,
    /// The business's colour, `#rrggbb`.
    pub accent: String,
    /// The paper.
    pub paper: Paper,
    /// Asks for the electronic invoice within the file.
    pub electronic: Option<Electronic>,
    /// Makes it a statement of account: of what happened, in place of lines and sums. The number is
    /// then the period.
    pub account: Option<Account>,
}

impl Sheet {
    /// Whether taxes are spoken of at all.
    pub(super) fn taxed(&self) -> bool {
        let silent = |tax: &Tax| tax.category == Some(Category::OutsideScope);
        !self.taxes.iter().all(silent)
    }
}

/// A calendar day.
#[derive(Debug, Clone, Serialize, Default, PartialEq, Eq)]
pub struct Day {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day, from 1.
    pub day: u8,
    /// As it is read.
    pub text: String,
}

/// The state of the invoice when it was drawn.
#[derive(Debug, Clone, Serialize)]
pub struct State {
    /// Like `Paid`.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Writes the label across every page, as for a void invoice.
    pub across: bool,
}

/// How a state looks.
#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing to worry about.
    #[default]
    Plain,
    /// Done.
    Good,
    /// Needs somebody.
    Bad,
}

/// A business or a person.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Party {
    /// Name.
    pub name: String,
    /// The address as it is read, a line each.
    pub address: Vec<String>,
    /// The same in parts, for the electronic invoice.
    pub post: Option<Post>,
    /// VAT id, with its country in front.
    pub vat_id: String,
    /// A tax number that is no VAT id.
    pub tax_number: String,
    /// More ids as they are read, like a company register.
    pub more: Vec<String>,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
}

/// An address in parts.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Post {
    /// Street and number.
    pub street: String,
    /// A second line.
    pub extra: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
    /// ISO 3166-1, two letters.
    pub country: String,
}

/// A line of the invoice.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// More about it.
    pub detail: String,
    /// How many.
    pub quantity: Quantity,
    /// The price of one.
    pub price: Price,
    /// Taken off this line; 0 for nothing.
    pub discount: i64,
    /// Position in the taxes.
    pub tax: Option<usize>,
    /// What the line comes to, after its discount.
    pub net: i64,
}

/// How many.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Quantity {
    /// As it is read, like `2.5 h`.
    pub text: String,
    /// The number without its point: 25.
    pub digits: i64,
    /// Digits after the point: 1.
    pub decimals: u32,
    /// UN/ECE Recommendation 20; empty means pieces.
    pub unit: String,
}

/// A price, which may be finer than the smallest coin.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Price {
    /// As it is read, like `€0.0045`.
    pub text: String,
    /// The number without its point: 45.
    pub digits: i64,
    /// Digits after the point: 4.
    pub decimals: u32,
}

/// A tax at one rate.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Tax {
    /// As it is read, like `VAT 19%`.
    pub label: String,
    /// As it stands in a line, like `19%`.
    pub short: String,
    /// Thousandths of a percent: 19% is 19000.
    pub rate: i64,
    /// What it is a part of.
    pub base: i64,
    /// The tax.
    pub amount: i64,
    /// What kind it is; needed for the electronic invoice.
    pub category: Option<Category>,
    /// Why there is none, for all but `Standard` and `Zero`.
    pub reason: String,
}

/// The kinds of EN 16931 (UNTDID 5305).
#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq)]
pub enum Category {
    /// S.
    Standard,
    /// Z.
    Zero,
    /// E.
    Exempt,
    /// AE.
    ReverseCharge,
    /// K.
    WithinEurope,
    /// G.
    Export,
    /// O. Where all is of this kind, no word is said about tax.
    OutsideScope,
}

/// A discount on the whole.
#[derive(Debug, Clone, Serialize)]
pub struct Discount {
    /// Like `Discount 10%`.
    pub label: String,
    /// Taken off.
    pub amount: i64,
}

/// The sums, all in minor units.
#[derive(Debug, Clone, Copy, Serialize, Default)]
pub struct Sums {
    /// Of the lines.
    pub lines: i64,
    /// After the discount, before tax.
    pub net: i64,
    /// With tax.
    pub total: i64,
    /// Paid so far.
    pub paid: i64,
    /// Went back: refunded, or taken by a bank.
    pub returned: i64,
    /// Still to be paid.
    pub due: i64,
}

/// A bank account.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Bank {
    /// Whose it is.
    pub holder: String,
    /// The bank's name.
    pub bank: String,
    /// IBAN, or whatever number the account has.
    pub iban: String,
    /// BIC.
    pub bic: String,
    /// In words, where there is no IBAN.
    pub details: String,
    /// What to write on the transfer.
    pub reference: String,
    /// The text of a QR code for banking apps.
    pub code: Option<String>,
}

/// What happened between two days, in minor units.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Account {
    /// Owed before.
    pub opening: i64,
    /// What happened.
    pub rows: Vec<AccountRow>,
    /// All that was added.
    pub charged: i64,
    /// All that was taken off.
    pub credited: i64,
    /// Owed after.
    pub closing: i64,
    /// What is due by how late it is: label and amount; empty where nothing is.
    pub ageing: Vec<(String, i64)>,
    /// What the ageing is of, like `Due on 24 Nov 2026, by how late it is`.
    pub ageing_title: String,
    /// More about the sums, in a sentence.
    pub remark: String,
}

/// A line of an account.
#[derive(Debug, Clone, Serialize, Default)]
pub struct AccountRow {
    /// The day as it is read.
    pub on: String,
    /// What happened.
    pub what: String,
    /// More about it.
    pub detail: String,
    /// Added to what is owed.
    pub charge: i64,
    /// Taken off.
    pub credit: i64,
    /// Owed after it.
    pub balance: i64,
}

/// A link.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// Like `Pay online`.
    pub label: String,
    /// Absolute.
    pub url: String,
}

/// The paper.
#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// What the electronic invoice needs beyond the sheet.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Electronic {
    /// The day of delivery.
    pub delivered: Option<Day>,
    /// The buyer's own reference.
    pub buyer_reference: String,
    /// The buyer's order.
    pub order: String,
}
