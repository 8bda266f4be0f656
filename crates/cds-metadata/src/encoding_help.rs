//! Files that are not the UTF-8 text of a document, and what they are instead.

use std::str::Utf8Error;

use crate::scope::Words;

const SAVE_AS: &str = "save the file as UTF-8 without a byte order mark (BOM); in Notepad: Save \
                       as, Encoding: UTF-8";

/// What is wrong with bytes that can't be read as a document at all, and at which byte. `error`
/// is where they are not UTF-8.
pub(crate) fn explain(bytes: &[u8], error: Option<Utf8Error>) -> Option<(usize, Words)> {
    let of_file = of_mark(bytes)
        .or_else(|| of_other_format(bytes))
        .or_else(|| of_zeros(bytes));
    match of_file {
        Some(words) => Some((0, words)),
        None => error.map(|error| (error.valid_up_to(), of_byte(bytes, error))),
    }
}

/// The character that Windows-1252 has at a byte from 0x80; `None` where it has none.
pub(crate) fn windows_1252(byte: u8) -> Option<char> {
    const FROM_0X80: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0',
        '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    let character = match byte {
        0x80..0xA0 => FROM_0X80[usize::from(byte - 0x80)],
        // The rest is Latin-1, and so the same as Unicode.
        _ => char::from(byte),
    };
    (character != '\0').then_some(character)
}

/// What to say of a byte order mark in UTF-8.
pub(crate) fn byte_order_mark() -> Words {
    Words::new("the file begins with a byte order mark (BOM), which JSON does not allow")
        .help(SAVE_AS)
}

fn of_mark(bytes: &[u8]) -> Option<Words> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some(byte_order_mark()),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some(utf_16()),
        _ => None,
    }
}

/// UTF-16 without a mark, and files of which a crash or a full disk left only the length.
fn of_zeros(bytes: &[u8]) -> Option<Words> {
    match bytes {
        [0, 0, ..] => Some(
            Words::new("the file has zero bytes instead of text")
                .help("it was damaged when it was saved: restore it from a copy"),
        ),
        [0, _, ..] | [_, 0, ..] => Some(utf_16()),
        _ => None,
    }
}

fn utf_16() -> Words {
    Words::new("the file is in UTF-16, but JSON must be in UTF-8").help(SAVE_AS)
}

/// What other programs write under a name that ends in `.json`.
fn of_other_format(bytes: &[u8]) -> Option<Words> {
    const FORMATS: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"\xD0\xCF\x11\xE0", "an office document"),
        (b"\x1F\x8B", "compressed with gzip"),
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "in Rich Text Format (RTF)"),
        (b"\x89PNG", "a picture (PNG)"),
        (b"\xFF\xD8\xFF", "a picture (JPEG)"),
    ];
    const MAPS: &[(&[u8], &str)] = &[
        (b"\x00\x00\x27\x0A", "a shapefile"),
        (b"SQLite format 3\0", "a GeoPackage or another database"),
    ];
    let text = bytes.trim_ascii_start();
    if text.is_empty() {
        return Some(
            Words::new("the file is empty").help("write a JSON document, beginning with `{`"),
        );
    }
    let one_of = |formats: &[(&[u8], &'static str)]| {
        let mut formats = formats.iter();
        let found = formats.find(|(start, _)| text.starts_with(start));
        found.map(|(_, what)| Words::new(format!("the file is {what}, not JSON")))
    };
    one_of(FORMATS)
        .map(|words| words.help("save the document as plain text"))
        .or_else(|| one_of(MAPS).map(|words| words.help("export the map as GeoJSON")))
}

fn of_byte(bytes: &[u8], error: Utf8Error) -> Words {
    if error.error_len().is_none() {
        return Words::new("the file ends in the middle of a character")
            .help("its end is missing: copy or download it again");
    }
    let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
    let message = match windows_1252(byte).filter(|character| !character.is_control()) {
        Some(character) => {
            format!("this `{character}` is not saved in UTF-8, but probably in Windows-1252 (ANSI)")
        }
        None => format!("the byte 0x{byte:02X} here is not UTF-8"),
    };
    Words::new(message).help(SAVE_AS)
}
