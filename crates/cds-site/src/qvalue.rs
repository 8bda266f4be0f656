//! Weights of what a Client prefers (RFC 9110 §12.4.2).

/// A weight from 0, "not acceptable", to 1, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QValue(u16);

impl QValue {
    /// Not acceptable.
    pub(crate) const ZERO: Self = Self(0);

    /// Most preferred.
    pub(crate) const ONE: Self = Self(1000);

    /// Reads 0 or 1 with up to three decimals; `None` for everything else.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (whole, decimals) = match text {
            [whole] => (whole, &[][..]),
            [whole, b'.', decimals @ ..] => (whole, decimals),
            _ => return None,
        };
        if decimals.len() > 3 || !decimals.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digit = |at: usize| decimals.get(at).map_or(0, |digit| u16::from(digit - b'0'));
        let thousandths = 100 * digit(0) + 10 * digit(1) + digit(2);
        match whole {
            b'0' => Some(Self(thousandths)),
            b'1' if thousandths == 0 => Some(Self::ONE),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_at_most_three_decimals_and_are_at_most_one() {
        for (text, thousandths) in [
            ("0", 0),
            ("0.", 0),
            ("0.0", 0),
            ("0.5", 500),
            ("0.25", 250),
            ("0.001", 1),
            ("0.999", 999),
            ("1", 1000),
            ("1.", 1000),
            ("1.000", 1000),
        ] {
            assert_eq!(QValue::parse(text.as_bytes()), Some(QValue(thousandths)));
        }
    }

    #[test]
    fn anything_else_is_no_weight() {
        for text in [
            "", ".", ".5", "00", "01", "2", "-1", "+1", "1.001", "1.1", "0.0001", "0,5", "0.5 ",
            "0x1", "0.a", "1e0",
        ] {
            assert_eq!(QValue::parse(text.as_bytes()), None, "{text}");
        }
    }
}
