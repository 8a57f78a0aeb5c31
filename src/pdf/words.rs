//! The document's own words; everything else on it comes with the sheet.

pub(super) const NUMBER: &str = "Invoice number";
pub(super) const PERIOD: &str = "Period";
pub(super) const ISSUED: &str = "Date of issue";
pub(super) const DUE: &str = "Date due";
pub(super) const FROM: &str = "From";
pub(super) const TO: &str = "Bill to";
pub(super) const VAT_ID: &str = "VAT";
pub(super) const TAX_NUMBER: &str = "Tax number";
pub(super) const LOGO_OF: &str = "Logo of";

pub(super) const DESCRIPTION: &str = "Description";
pub(super) const QUANTITY: &str = "Qty";
pub(super) const PRICE: &str = "Unit price";
pub(super) const DISCOUNT: &str = "Discount";
pub(super) const TAX: &str = "Tax";
pub(super) const AMOUNT: &str = "Amount";
pub(super) const LINES: &str = "What is charged, a row for each line";

pub(super) const SUMS: &str = "The sums of the invoice";
pub(super) const SUBTOTAL: &str = "Subtotal";
pub(super) const NET: &str = "Total excluding tax";
pub(super) const ON: &str = "on";
pub(super) const TOTAL: &str = "Total";
pub(super) const INCLUDES: &str = "Includes";
pub(super) const PAID: &str = "Amount paid";
pub(super) const RETURNED: &str = "Returned";
pub(super) const REMAINING: &str = "Amount due";

pub(super) const DATE: &str = "Date";
pub(super) const CHARGES: &str = "Charges";
pub(super) const PAYMENTS: &str = "Payments";
pub(super) const BALANCE: &str = "Balance";
pub(super) const HAPPENED: &str = "What happened, a row for each time";
pub(super) const BEFORE: &str = "Balance before";
pub(super) const AFTER: &str = "Balance after";
pub(super) const NOTHING: &str = "Nothing happened in this period.";

pub(super) const NOTES: &str = "Notes";
pub(super) const TERMS: &str = "Terms";
pub(super) const TRANSFER: &str = "Pay by bank transfer";
pub(super) const HOLDER: &str = "Account holder";
pub(super) const BANK: &str = "Bank";
pub(super) const IBAN: &str = "IBAN";
pub(super) const BIC: &str = "BIC";
pub(super) const DETAILS: &str = "Details";
pub(super) const REFERENCE: &str = "Reference";
pub(super) const SCAN_LINK: &str = "Open online";
pub(super) const SCAN_TRANSFER: &str = "Scan to transfer";
pub(super) const CODE_LINK: &str = "QR code that opens";
pub(super) const CODE_TRANSFER: &str =
    "QR code for a banking app, with the account, amount and reference";
pub(super) const PAGE: &str = "Page";
pub(super) const OF: &str = "of";
