//! Says in the file's metadata that it carries an electronic invoice.
//!
//! krilla writes no properties of others (issue 209 of its repository), so they are put into the
//! finished file: the metadata is the last stream, uncompressed as PDF/A wants it, and only the
//! catalogue and the table of positions stand behind it.

use super::Trouble;

const SCHEMA: &str = r#"<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"#;
const SCHEMAS_END: &str = "</rdf:Bag></pdfaExtension:schemas>";
const PROPERTIES: [(&str, &str, &str); 4] = [
    (
        "DocumentFileName",
        FILE,
        "The name of the embedded XML document",
    ),
    (
        "DocumentType",
        "INVOICE",
        "The type of the hybrid document in capital letters, e.g. INVOICE or ORDER",
    ),
    (
        "Version",
        "1.0",
        "The actual version of the standard applying to the embedded XML document",
    ),
    (
        "ConformanceLevel",
        "EN 16931",
        "The conformance level of the embedded XML document",
    ),
];
/// The name that readers look for.
pub(super) const FILE: &str = "factur-x.xml";

/// The file with the properties in its metadata.
pub(super) fn announce(file: Vec<u8>) -> Result<Vec<u8>, Trouble> {
    spliced(&file).ok_or(Trouble::Metadata)
}

fn spliced(file: &[u8]) -> Option<Vec<u8>> {
    let xref: usize = number(file, last(file, b"startxref")? + b"startxref".len())?;
    let kind = last(file.get(..xref)?, b"/Subtype/XML")
        .or_else(|| last(file.get(..xref)?, b"/Subtype /XML"))?;
    let begin = last(file.get(..kind)?, b" obj")?;
    let stream = begin + first(file.get(begin..)?, b"stream\n")? + b"stream\n".len();
    let end = stream + first(file.get(stream..)?, b"\nendstream")?;
    let head = std::str::from_utf8(file.get(begin..stream)?).ok()?;
    let old = std::str::from_utf8(file.get(stream..end)?).ok()?;

    let new = packet(old)?;
    let head = with_length(head, old.len(), new.len())?;
    let grown = (head.len() + new.len()).checked_sub(end - begin)?;

    let mut out = Vec::with_capacity(file.len() + grown);
    out.extend_from_slice(file.get(..begin)?);
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(new.as_bytes());
    out.extend_from_slice(file.get(end..xref)?);
    let moved = out.len();
    out.extend_from_slice(&table(file.get(xref..)?, begin, grown, moved)?);
    Some(out)
}

fn packet(old: &str) -> Option<String> {
    let described = PROPERTIES.map(|(name, _, about)| {
        format!(
            r#"<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"#
        )
    });
    let values = PROPERTIES.map(|(name, value, _)| format!("<fx:{name}>{value}</fx:{name}>"));
    let (before, after) = old.split_once(SCHEMAS_END)?;
    let (inside, after) = after.split_once("</rdf:RDF>")?;
    let parts = [
        before,
        SCHEMA,
        &described.concat(),
        "</rdf:Seq></pdfaSchema:property></rdf:li>",
        SCHEMAS_END,
        inside,
        r#"<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">"#,
        &values.concat(),
        "</rdf:Description></rdf:RDF>",
        after,
    ];
    Some(parts.concat())
}

fn with_length(head: &str, old: usize, new: usize) -> Option<String> {
    let (before, after) = head.split_once(&format!("/Length {old}"))?;
    Some(format!("{before}/Length {new}{after}"))
}

/// The table of positions and the trailer, with everything behind the metadata moved.
fn table(old: &[u8], begin: usize, grown: usize, at: usize) -> Option<Vec<u8>> {
    let entries = first(old, b"trailer")?;
    let start = last(old, b"startxref")?;
    let mut out = Vec::with_capacity(old.len() + 8);
    for row in old.get(..entries)?.split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(row).ok()?.split_once(' ') {
            Some((offset, rest)) if offset.len() == 10 && rest.contains('n') => {
                let offset: usize = offset.parse().ok()?;
                let offset = if offset > begin {
                    offset + grown
                } else {
                    offset
                };
                out.extend_from_slice(format!("{offset:010} {rest}").as_bytes());
            }
            _ => out.extend_from_slice(row),
        }
    }
    out.extend_from_slice(old.get(entries..start)?);
    out.extend_from_slice(format!("startxref\n{at}\n%%EOF").as_bytes());
    Some(out)
}

fn first(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}

fn number(bytes: &[u8], from: usize) -> Option<usize> {
    let text = bytes.get(from..)?.trim_ascii_start();
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    std::str::from_utf8(text.get(..end)?).ok()?.parse().ok()
}
