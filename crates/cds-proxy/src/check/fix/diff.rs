//! What would be done, as `patch` reads it.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::write::Change;

/// The change as a unified diff.
pub(super) fn unified(change: &Change<'_>) -> String {
    // Bytes that are no UTF-8 can't be shown; no edit is near them.
    let before = String::from_utf8_lossy(change.before);
    let after = String::from_utf8_lossy(change.after);
    let (before, after) = (lines(&before), lines(&after));
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_slices(&before, &after);
    let name = change.path.to_string_lossy();
    let mut out = format!("--- {name}\n+++ {name}\n");
    for hunk in diff.unified_diff().iter_hunks() {
        out.push_str(&format!("{}\n", hunk.header()));
        for line in hunk.iter_changes() {
            out.push(match line.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            });
            out.push_str(line.value());
            if !line.value().ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// The lines as `patch` counts them: it knows no carriage return.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// With edits in every line of a large file, the shortest diff takes for ever; a longer one is as
/// good.
const PATIENCE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_file_without_a_line_break_is_marked() {
        let change = Change {
            path: "a.json".into(),
            root: None,
            before: b"[\r\n1,\r\n]\r",
            after: b"[\r\n1\r\n]\r",
        };
        assert_eq!(
            unified(&change),
            "--- a.json\n+++ a.json\n@@ -1,3 +1,3 @@\n [\r\n-1,\r\n+1\r\n ]\r\n\\ No newline at end of file\n"
        );
    }
}
