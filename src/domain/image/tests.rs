//! Real files of each kind, made by an image library, and what can be done to them.

use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;

/// 20 × 16 pixels.
const PNG: &str = "\
iVBORw0KGgoAAAANSUhEUgAAABQAAAAQCAYAAAAWGF8bAAAANElEQVR42mNkYGBg0I8N+M9AJcBETcMYGBgYmBioDFAMvLBo\
PcUGMg4tL48aOGrgqIE4AAAeAAfRU9c3kQAAAABJRU5ErkJggg==";
/// 20 × 16 pixels.
const JPEG: &str = "\
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L\
2u71////m8H////6/+b9//j/wAALCAAQABQBAREA/8QAFgABAQEAAAAAAAAAAAAAAAAAAAEE/8QAFxABAAMAAAAAAAAAAAAA\
AAAAABEhYf/aAAgBAQAAPwDNUagA/9k=";
/// 20 × 16 pixels.
const PROGRESSIVE: &str = "\
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L\
2u71////m8H////6/+b9//j/wgALCAAQABQBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/2gAIAQEAAAABkD//xAAUEAEA\
AAAAAAAAAAAAAAAAAAAg/9oACAEBAAEFAl//xAAUEAEAAAAAAAAAAAAAAAAAAAAg/9oACAEBAAY/Al//xAAUEAEAAAAAAAAA\
AAAAAAAAAAAg/9oACAEBAAE/IV//2gAIAQEAAAAQg//EABcQAAMBAAAAAAAAAAAAAAAAABEgIWH/2gAIAQEAAT8Qg1v/2Q==";
/// 20 × 16 pixels.
const LOSSY: &str = "\
UklGRjoAAABXRUJQVlA4IC4AAACwAgCdASoUABAAP3Ggxlk0q6ejsAgCkC4JYwAAeyAA/t+L/hl1fp9B8R/dcwAA";
/// 20 × 16 pixels.
const LOSSLESS: &str = "\
UklGRi4AAABXRUJQVlA4TCIAAAAvE8ADAA9wr//D/D/qf/7jAUTaNhLmX+lh+RVE9D+IaKID";
/// 20 × 16 pixels.
const EXTENDED: &str = "\
UklGRmgAAABXRUJQVlA4WAoAAAAQAAAAEwAADwAAQUxQSBQAAAABDzD/ERFCSEBM8P8s3YKI/ofRC1ZQOCAuAAAAsAIAnQEq\
FAAQAD9xoMZZNKuno7AIApAuCWMAAHsgAP7fi/3Srl7k/LMMmwAAAA==";

fn bytes(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}

fn samples() -> [(Format, Vec<u8>); 6] {
    [
        (Format::Png, bytes(PNG)),
        (Format::Jpeg, bytes(JPEG)),
        (Format::Jpeg, bytes(PROGRESSIVE)),
        (Format::Webp, bytes(LOSSY)),
        (Format::Webp, bytes(LOSSLESS)),
        (Format::Webp, bytes(EXTENDED)),
    ]
}

/// A PNG that claims these sides.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut file = bytes(PNG);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    file
}

/// A PNG with a text chunk of this content.
fn png_with(text: &[u8]) -> Vec<u8> {
    let mut file = bytes(PNG);
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    let chunk = [&length, b"tEXt".as_slice(), text, &[0; 4]].concat();
    file.splice(33..33, chunk);
    file
}

#[test]
fn real_pictures_are_told_apart_and_measured() {
    for (format, file) in samples() {
        assert_eq!(
            Logo::sniff(&file),
            Ok(Logo {
                format,
                width: 20,
                height: 16
            })
        );
    }
    assert_eq!(Format::Jpeg.content_type(), "image/jpeg");
}

#[test]
fn nothing_may_stand_behind_the_end() {
    for (format, file) in samples() {
        for tail in [
            b"\0".as_slice(),
            b"<script>alert(1)</script>",
            b"PK\x03\x04",
            &file,
        ] {
            let polyglot = [file.as_slice(), tail].concat();
            assert_eq!(
                Logo::sniff(&polyglot),
                Err(LogoError::Trailing),
                "{format:?}"
            );
        }
    }
}

#[test]
fn a_cut_picture_is_broken() {
    for (format, file) in samples() {
        for length in 12..file.len() {
            assert_eq!(
                Logo::sniff(&file[..length]),
                Err(LogoError::Broken),
                "{format:?} cut at {length}"
            );
        }
    }
}

#[test]
fn sides_are_bounded() {
    assert!(Logo::sniff(&png_of(16, 4096)).is_ok());
    assert_eq!(
        Logo::sniff(&png_of(1, 1)),
        Err(LogoError::TooSmall {
            width: 1,
            height: 1
        })
    );
    assert_eq!(
        Logo::sniff(&png_of(0, 64)),
        Err(LogoError::TooSmall {
            width: 0,
            height: 64
        })
    );
    let wide = LogoError::TooWide {
        width: 20_000,
        height: 20,
    };
    assert_eq!(Logo::sniff(&png_of(20_000, 20)), Err(wide));
    assert_eq!(
        wide.to_string(),
        "This picture is 20000 × 20 pixels. Please choose one of at most 4096 on each side."
    );
}

#[test]
fn other_files_are_refused_by_name() {
    for (file, why) in [
        ("", LogoError::Empty),
        ("GIF89a\x01\x00", LogoError::Gif),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", LogoError::Svg),
        (
            "<?xml version='1.0'?><!-- --><SVG\n onload='alert(1)'>",
            LogoError::Svg,
        ),
        ("\u{feff} <!doctype html><html><body>", LogoError::Markup),
        ("%PDF-1.7", LogoError::Unknown),
        ("RIFF\x04\0\0\0WAVE", LogoError::Unknown),
        ("plain words", LogoError::Unknown),
    ] {
        assert_eq!(Logo::sniff(file.as_bytes()), Err(why), "{file}");
    }
    let large = vec![0; MAX_BYTES + 1];
    assert!(matches!(
        Logo::sniff(&large),
        Err(LogoError::TooManyBytes { .. })
    ));
}

#[test]
fn markup_inside_is_refused_and_metadata_is_not() {
    for text in [
        "Comment\0<script>alert(1)</script>",
        "a<SVG onload=x>",
        "a<hTmL>",
        "a<script/x>",
    ] {
        assert_eq!(
            Logo::sniff(&png_with(text.as_bytes())),
            Err(LogoError::Markup),
            "{text}"
        );
    }
    for text in [
        "XML:com.adobe.xmp\0<x:xmpmeta><rdf:RDF>",
        "<scripture",
        "< svg",
    ] {
        assert!(Logo::sniff(&png_with(text.as_bytes())).is_ok(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(which in 0usize..6, at: prop::sample::Index, with: Vec<u8>, tail: Vec<u8>) {
        let (_, mut file) = samples()[which].clone();
        let start = at.index(file.len());
        let end = (start + with.len()).min(file.len());
        file.splice(start..end, with);
        let _ = Logo::sniff(&file);
        let _ = Logo::sniff(&tail);
    }
}
