//! Numbers of bytes.

use std::str::FromStr;

use serde::Deserialize;

use super::written_as_string;

/// A number of bytes as people write it: `1048576`, `512 KiB`, `256MiB`, `1 GiB`. Not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text
            .trim_end_matches(|c: char| c.is_ascii_alphabetic())
            .trim_end();
        let unit = match text[digits.len()..].trim() {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => 0,
        };
        let size = digits
            .parse()
            .ok()
            .and_then(|number: u64| number.checked_mul(unit));
        size.filter(|size| *size > 0)
            .map(Self)
            .ok_or_else(|| "write a number of bytes such as 500MiB or 1GiB".to_owned())
    }
}

written_as_string!(Size: "64KiB", "500MiB", "1GiB");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_with_or_without_a_unit() {
        for (text, bytes) in [
            ("100B", 100),
            ("1024", 1024),
            ("2 KiB", 2048),
            ("1GiB", 1 << 30),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "0", "-1", "1.5GiB", "1GB", "GiB", "99999999999GiB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
