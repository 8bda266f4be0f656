//! What is wrong with limits.

use super::mistake;
use crate::config::mistake::Mistake;
use crate::config::section::LimitsSection;

/// Limits that would never be reached.
pub(super) fn conflicts(section: &LimitsSection) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    if section.rate == Some(0) && section.burst.is_some() {
        mistakes.push(mistake(
            "limits.burst",
            "`burst` is for a limit of requests, and `rate = 0` is none",
            "leave it out, or give a `rate`",
        ));
    }
    if section
        .max_head_size
        .is_some_and(|size| size.0 > LARGEST_HEAD)
    {
        mistakes.push(mistake(
            "limits.max-head-size",
            "no head of more than 1MiB is read, whatever is allowed",
            "give 1MiB at the most",
        ));
    }
    mistakes
}

/// Pingora's own limit.
const LARGEST_HEAD: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use crate::config::conflicts::tests::in_file;

    #[test]
    fn limits_that_are_never_reached_are_told() {
        for (text, keys) in [
            ("rate = 0\nburst = 5", &["limits.burst"][..]),
            ("rate = 1\nburst = 5", &[]),
            ("burst = 5", &[]),
            ("rate = 0", &[]),
            ("max-head-size = \"2MiB\"", &["limits.max-head-size"]),
            ("max-head-size = \"1MiB\"", &[]),
        ] {
            assert_eq!(in_file(&format!("[limits]\n{text}")), keys, "{text}");
        }
    }
}
