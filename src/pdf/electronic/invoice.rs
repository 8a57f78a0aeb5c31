//! The elements of the Cross Industry Invoice, in the order of its schema.

use super::super::sheet::{Category, Day, Electronic, Line, Party, Sheet, Tax};
use super::xml::Xml;

const SPACES: &str = " xmlns:rsm=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\" \
    xmlns:ram=\"urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100\" \
    xmlns:udt=\"urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100\"";

/// `parts` is the discount on the whole, for each tax.
pub(super) fn write(sheet: &Sheet, extra: &Electronic, parts: &[i64]) -> String {
    Xml::of("rsm:CrossIndustryInvoice", SPACES, |xml| {
        xml.tree("rsm:ExchangedDocumentContext", |xml| {
            xml.tree("ram:GuidelineSpecifiedDocumentContextParameter", |xml| {
                xml.leaf("ram:ID", "urn:cen.eu:en16931:2017");
            });
        });
        xml.tree("rsm:ExchangedDocument", |xml| {
            xml.leaf("ram:ID", &sheet.number);
            xml.leaf("ram:TypeCode", "380");
            day(xml, "ram:IssueDateTime", &sheet.issued);
            if !sheet.notes.trim().is_empty() {
                xml.tree("ram:IncludedNote", |xml| {
                    xml.some("ram:Content", &sheet.notes);
                });
            }
        });
        xml.tree("rsm:SupplyChainTradeTransaction", |xml| {
            for (number, line) in (1_usize..).zip(&sheet.lines) {
                self::line(xml, sheet, number, line);
            }
            agreement(xml, sheet, extra);
            xml.tree("ram:ApplicableHeaderTradeDelivery", |xml| {
                delivery(xml, sheet, extra);
            });
            xml.tree("ram:ApplicableHeaderTradeSettlement", |xml| {
                settlement(xml, sheet, parts);
            });
        });
    })
}

fn day(xml: &mut Xml, name: &str, day: &Day) {
    let text = format!("{:04}{:02}{:02}", day.year, day.month, day.day);
    xml.tree(name, |xml| {
        xml.marked("udt:DateTimeString", " format=\"102\"", &text);
    });
}

/// A whole number with its point: 1234 with 2 is 12.34.
fn decimal(digits: i64, decimals: u32) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let one = 10_u64.checked_pow(decimals).unwrap_or(u64::MAX);
    let (whole, part) = (digits.unsigned_abs() / one, digits.unsigned_abs() % one);
    if decimals == 0 {
        return format!("{sign}{whole}");
    }
    let width = usize::try_from(decimals).unwrap_or_default();
    format!("{sign}{whole}.{part:0width$}")
}

fn line(xml: &mut Xml, sheet: &Sheet, number: usize, line: &Line) {
    let money = |amount| decimal(amount, sheet.exponent);
    // A price is never negative in the norm; a credit has a negative quantity.
    let sign = if line.price.digits < 0 { -1 } else { 1 };
    let price = decimal(line.price.digits.saturating_mul(sign), line.price.decimals);
    let quantity = line.quantity.digits.saturating_mul(sign);
    let unit = match line.quantity.unit.as_str() {
        code if (1..=3).contains(&code.len())
            && code.chars().all(|c| c.is_ascii_alphanumeric()) =>
        {
            code
        }
        _ => "C62",
    };
    xml.tree("ram:IncludedSupplyChainTradeLineItem", |xml| {
        xml.tree("ram:AssociatedDocumentLineDocument", |xml| {
            xml.leaf("ram:LineID", &number.to_string());
        });
        xml.tree("ram:SpecifiedTradeProduct", |xml| {
            xml.leaf("ram:Name", line.name.trim());
            xml.some("ram:Description", &line.detail);
        });
        xml.tree("ram:SpecifiedLineTradeAgreement", |xml| {
            xml.tree("ram:NetPriceProductTradePrice", |xml| {
                xml.leaf("ram:ChargeAmount", &price);
            });
        });
        xml.tree("ram:SpecifiedLineTradeDelivery", |xml| {
            let attribute = format!(" unitCode=\"{unit}\"");
            let text = decimal(quantity, line.quantity.decimals);
            xml.marked("ram:BilledQuantity", &attribute, &text);
        });
        xml.tree("ram:SpecifiedLineTradeSettlement", |xml| {
            if let Some(tax) = line.tax.and_then(|at| sheet.taxes.get(at)) {
                xml.tree("ram:ApplicableTradeTax", |xml| rate(xml, tax));
            }
            if line.discount != 0 {
                allowance(xml, &money(line.discount), "Discount", |_| {});
            }
            xml.tree("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
                xml.leaf("ram:LineTotalAmount", &money(line.net));
            });
        });
    });
}

fn code(tax: &Tax) -> &'static str {
    match tax.category {
        Some(Category::Zero) => "Z",
        Some(Category::Exempt) => "E",
        Some(Category::ReverseCharge) => "AE",
        Some(Category::WithinEurope) => "K",
        Some(Category::Export) => "G",
        Some(Category::OutsideScope) => "O",
        Some(Category::Standard) | None => "S",
    }
}

/// Thousandths of a percent without zeros at the end: 19, 8.875.
fn percent(rate: i64) -> String {
    let text = decimal(rate, 3);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn rate(xml: &mut Xml, tax: &Tax) {
    xml.leaf("ram:TypeCode", "VAT");
    xml.leaf("ram:CategoryCode", code(tax));
    percentage(xml, tax);
}

/// What is outside the scope of tax has no rate, not even zero (BR-O-5).
fn percentage(xml: &mut Xml, tax: &Tax) {
    if tax.category != Some(Category::OutsideScope) {
        xml.leaf("ram:RateApplicablePercent", &percent(tax.rate));
    }
}

fn allowance(xml: &mut Xml, amount: &str, reason: &str, tax: impl FnOnce(&mut Xml)) {
    xml.tree("ram:SpecifiedTradeAllowanceCharge", |xml| {
        xml.tree("ram:ChargeIndicator", |xml| {
            xml.leaf("udt:Indicator", "false");
        });
        xml.leaf("ram:ActualAmount", amount);
        xml.leaf("ram:Reason", reason);
        tax(xml);
    });
}

fn agreement(xml: &mut Xml, sheet: &Sheet, extra: &Electronic) {
    xml.tree("ram:ApplicableHeaderTradeAgreement", |xml| {
        xml.some("ram:BuyerReference", &extra.buyer_reference);
        xml.tree("ram:SellerTradeParty", |xml| {
            // The norm asks for an id beside a tax number that is no VAT id.
            if !with_vat_ids(sheet) || sheet.seller.vat_id.trim().is_empty() {
                let ids = [&sheet.seller.tax_number, &sheet.seller.vat_id];
                let id = ids.into_iter().find(|id| !id.trim().is_empty());
                xml.some("ram:ID", id.map_or("", String::as_str));
            }
            party(xml, sheet, &sheet.seller, true);
        });
        xml.tree("ram:BuyerTradeParty", |xml| {
            party(xml, sheet, &sheet.buyer, false);
        });
        if !extra.order.trim().is_empty() {
            xml.tree("ram:BuyerOrderReferencedDocument", |xml| {
                xml.some("ram:IssuerAssignedID", &extra.order);
            });
        }
    });
}

/// An invoice outside the scope of tax names no VAT id (BR-O-2).
fn with_vat_ids(sheet: &Sheet) -> bool {
    let mut taxes = sheet.taxes.iter();
    !taxes.any(|tax| tax.category == Some(Category::OutsideScope))
}

fn party(xml: &mut Xml, sheet: &Sheet, party: &Party, seller: bool) {
    let (email, phone) = (party.email.trim(), party.phone.trim());
    xml.leaf("ram:Name", party.name.trim());
    if !email.is_empty() || !phone.is_empty() {
        xml.tree("ram:DefinedTradeContact", |xml| {
            xml.leaf("ram:PersonName", party.name.trim());
            if !phone.is_empty() {
                xml.tree("ram:TelephoneUniversalCommunication", |xml| {
                    xml.leaf("ram:CompleteNumber", phone);
                });
            }
            if !email.is_empty() {
                xml.tree("ram:EmailURIUniversalCommunication", |xml| {
                    xml.leaf("ram:URIID", email);
                });
            }
        });
    }
    if let Some(post) = &party.post {
        xml.tree("ram:PostalTradeAddress", |xml| {
            xml.some("ram:PostcodeCode", &post.postcode);
            xml.some("ram:LineOne", &post.street);
            xml.some("ram:LineTwo", &post.extra);
            xml.some("ram:CityName", &post.city);
            xml.leaf("ram:CountryID", &post.country);
        });
    }
    if !email.is_empty() {
        xml.tree("ram:URIUniversalCommunication", |xml| {
            xml.marked("ram:URIID", " schemeID=\"EM\"", email);
        });
    }
    let number = if seller { party.tax_number.trim() } else { "" };
    let vat_id = if with_vat_ids(sheet) {
        party.vat_id.trim()
    } else {
        ""
    };
    for (id, scheme) in [(vat_id, "VA"), (number, "FC")] {
        if !id.is_empty() {
            xml.tree("ram:SpecifiedTaxRegistration", |xml| {
                let id: String = id.split_whitespace().collect();
                xml.marked("ram:ID", &format!(" schemeID=\"{scheme}\""), &id);
            });
        }
    }
}

fn delivery(xml: &mut Xml, sheet: &Sheet, extra: &Electronic) {
    let within = |tax: &Tax| tax.category == Some(Category::WithinEurope);
    if sheet.taxes.iter().any(within)
        && let Some(post) = &sheet.buyer.post
    {
        xml.tree("ram:ShipToTradeParty", |xml| {
            xml.tree("ram:PostalTradeAddress", |xml| {
                xml.some("ram:PostcodeCode", &post.postcode);
                xml.some("ram:LineOne", &post.street);
                xml.some("ram:CityName", &post.city);
                xml.leaf("ram:CountryID", &post.country);
            });
        });
    }
    if let Some(delivered) = &extra.delivered {
        xml.tree("ram:ActualDeliverySupplyChainEvent", |xml| {
            day(xml, "ram:OccurrenceDateTime", delivered);
        });
    }
}

fn settlement(xml: &mut Xml, sheet: &Sheet, parts: &[i64]) {
    let money = |amount| decimal(amount, sheet.exponent);
    let bank = sheet.bank.as_ref();
    let reference = bank.map_or("", |bank| bank.reference.as_str());
    xml.some("ram:PaymentReference", reference);
    xml.leaf("ram:InvoiceCurrencyCode", &sheet.currency);
    if let Some(bank) = bank.filter(|bank| !bank.iban.trim().is_empty()) {
        xml.tree("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
            xml.leaf("ram:TypeCode", "58");
            xml.tree("ram:PayeePartyCreditorFinancialAccount", |xml| {
                let iban: String = bank.iban.split_whitespace().collect();
                xml.leaf("ram:IBANID", &iban);
                xml.some("ram:AccountName", &bank.holder);
            });
            if !bank.bic.trim().is_empty() {
                xml.tree("ram:PayeeSpecifiedCreditorFinancialInstitution", |xml| {
                    xml.some("ram:BICID", &bank.bic);
                });
            }
        });
    }
    for tax in &sheet.taxes {
        xml.tree("ram:ApplicableTradeTax", |xml| {
            xml.leaf("ram:CalculatedAmount", &money(tax.amount));
            xml.leaf("ram:TypeCode", "VAT");
            xml.some("ram:ExemptionReason", reason(tax));
            xml.leaf("ram:BasisAmount", &money(tax.base));
            xml.leaf("ram:CategoryCode", code(tax));
            percentage(xml, tax);
        });
    }
    let label = sheet
        .discount
        .as_ref()
        .map_or("Discount", |each| &each.label);
    for (part, tax) in parts.iter().zip(&sheet.taxes) {
        if *part != 0 {
            allowance(xml, &money(*part), label, |xml| {
                xml.tree("ram:CategoryTradeTax", |xml| rate(xml, tax));
            });
        }
    }
    let terms = sheet.terms.trim();
    if !terms.is_empty() || sheet.due.is_some() || sheet.sums.due > 0 {
        xml.tree("ram:SpecifiedTradePaymentTerms", |xml| {
            let none = terms.is_empty() && sheet.due.is_none();
            xml.some(
                "ram:Description",
                if none { "Due on receipt" } else { terms },
            );
            if let Some(due) = &sheet.due {
                day(xml, "ram:DueDateDateTime", due);
            }
        });
    }
    sums(xml, sheet, parts);
}

/// Where a reason is not allowed, there is none.
fn reason(tax: &Tax) -> &str {
    match tax.category {
        Some(Category::Standard | Category::Zero) | None => "",
        Some(_) => &tax.reason,
    }
}

fn sums(xml: &mut Xml, sheet: &Sheet, parts: &[i64]) {
    let money = |amount| decimal(amount, sheet.exponent);
    let taxes = sheet.taxes.iter().map(|tax| tax.amount);
    let allowances = parts.iter().copied().fold(0, i64::saturating_add);
    let all = &sheet.sums;
    xml.tree(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        |xml| {
            xml.leaf("ram:LineTotalAmount", &money(all.lines));
            xml.leaf("ram:AllowanceTotalAmount", &money(allowances));
            xml.leaf("ram:TaxBasisTotalAmount", &money(all.net));
            let attribute = format!(" currencyID=\"{}\"", sheet.currency);
            let tax = taxes.fold(0, i64::saturating_add);
            xml.marked("ram:TaxTotalAmount", &attribute, &money(tax));
            xml.leaf("ram:GrandTotalAmount", &money(all.total));
            let prepaid = all.paid.saturating_sub(all.returned);
            xml.leaf("ram:TotalPrepaidAmount", &money(prepaid));
            xml.leaf("ram:DuePayableAmount", &money(all.due));
        },
    );
}
