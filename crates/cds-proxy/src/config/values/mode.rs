//! Permissions of a file.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::written_as_string;

/// Who may connect to a Unix socket, as `chmod` writes it: `660`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Mode(u32);

impl Mode {
    /// Read and write for everyone, as a TCP port has it: nobody connects whom the directory
    /// keeps out.
    pub const EVERYONE: Self = Self(0o666);

    /// Owner and group.
    pub const GROUP: Self = Self(0o660);

    /// The permission bits.
    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        u32::from_str_radix(text, 8)
            .ok()
            .filter(|bits| *bits <= 0o777)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no mode: write one as chmod takes it, such as 660"))
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:o}", self.0)
    }
}

written_as_string!(Mode: "666", "660", "600");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_octal() {
        assert_eq!("660".parse().map(Mode::bits), Ok(0o660));
        assert_eq!("0600".parse().map(Mode::bits), Ok(0o600));
        for text in ["", "rw", "668", "1777"] {
            assert!(text.parse::<Mode>().is_err(), "{text}");
        }
    }
}
