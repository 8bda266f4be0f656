//! What is wrong with how the process ends.

use super::mistake;
use crate::config::keys;
use crate::config::mistake::Mistake;
use crate::config::section::ProcessSection;
use crate::config::settings::ProcessSettings;
use crate::config::values::Wait;

/// A delay that takes all the time that there is, so that requests in flight have none.
pub(super) fn conflicts(section: ProcessSection) -> Option<Mistake> {
    let Wait(delay) = section.drain_delay?;
    let (timeout, source) = match section.drain_timeout {
        Some(Wait(timeout)) => (timeout, ""),
        None => (ProcessSettings::DRAIN_TIMEOUT, "the default of "),
    };
    (delay >= timeout && !delay.is_zero()).then(|| {
        let delay = humantime::format_duration(delay);
        let timeout = humantime::format_duration(timeout);
        mistake(
            DELAY,
            &format!(
                "listeners stay open for {delay} ({}), and all has to end after {timeout} \
                 ({source}{}): nothing is left for requests in flight",
                keys::given(DELAY),
                keys::given(TIMEOUT),
            ),
            "give a longer `drain-timeout`, which is for both together, or a shorter `drain-delay`",
        )
    })
}

const DELAY: &str = "process.drain-delay";
const TIMEOUT: &str = "process.drain-timeout";

#[cfg(test)]
mod tests {
    use crate::config::conflicts::tests::{in_file, in_flags};

    #[test]
    fn a_delay_leaves_time_for_requests_in_flight() {
        for (text, keys) in [
            ("drain-delay = \"15s\"", &["process.drain-delay"][..]),
            ("drain-delay = \"10s\"", &["process.drain-delay"]),
            ("drain-delay = \"9s\"", &[]),
            ("drain-delay = \"15s\"\ndrain-timeout = \"25s\"", &[]),
            ("drain-delay = \"0s\"\ndrain-timeout = \"0s\"", &[]),
            ("drain-timeout = \"500ms\"", &[]),
        ] {
            assert_eq!(in_file(&format!("[process]\n{text}")), keys, "{text}");
        }
    }

    #[test]
    fn both_times_are_told_with_where_they_were_set() {
        let told = in_flags("--drain-delay 15s", false).unwrap_or_default();
        for words in [
            "15s (`process.drain-delay`, --drain-delay)",
            "10s (the default of `process.drain-timeout`, --drain-timeout)",
        ] {
            assert!(told.contains(words), "{told}");
        }
    }
}
