//! Words of reports, and numbers as people read them.

use cds_metadata::Rule;

/// `1 file`, `1,234 files`
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// The number with a comma between thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The section that asks for what a rule does, where reading it helps. That of TOML says how a file
/// is written, and nothing of what settings there are.
pub(super) fn section(rule: &Rule) -> Option<&'static str> {
    Some(rule.section).filter(|section| !section.is_empty() && !is_of_settings(rule))
}

/// Whether a rule is about a file of settings, which can be wrong in any way.
pub(super) fn is_of_settings(rule: &Rule) -> bool {
    rule.section == "TOML 1.0"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_between_thousands() {
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234), "1,234");
        assert_eq!(counted(1, "error"), "1 error");
        assert_eq!(counted(1_000_000, "error"), "1,000,000 errors");
    }
}
