//! What is said of text that is no TOML, by its likeliest cause.

use std::ops::Range;

use toml::de::DeTable;

/// Something that is wrong, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

/// The slip that a fault at this place of a text most likely is.
pub(super) fn slip(text: &str, at: usize) -> Option<Slip> {
    let before = text.get(..at)?;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(start..)?.lines().next()?;
    header(line, start).or_else(|| unquoted(line, start))
}

/// A second table where there may be several: `[listen]` for `[[listen]]`.
fn header(line: &str, start: usize) -> Option<Slip> {
    let name = line.trim_start().strip_prefix('[')?.split(']').next()?;
    SEVERAL.contains(&name).then(|| Slip {
        span: start..start + line.trim_end().len(),
        message: format!("`[{name}]` is there already"),
        help: format!("write `[[{name}]]` for each: there may be several"),
    })
}

/// A text that is not between quotation marks, as in `metrics = 127.0.0.1:9090`.
fn unquoted(line: &str, start: usize) -> Option<Slip> {
    let (key, rest) = line.split_once('=')?;
    let value = rest.split(" #").next()?.trim();
    let begins_otherwise = value.starts_with(['"', '\'', '[', '{']) || value.is_empty();
    let is_value = |value: &str| DeTable::parse(&format!("x = {value}")).is_ok();
    let quoted = format!("\"{value}\"");
    if begins_otherwise || is_value(value) || !is_value(&quoted) {
        return None;
    }
    let at = start + key.len() + 1 + rest.find(value)?;
    Some(Slip {
        span: at..at + value.len(),
        message: format!("`{value}` is not between quotation marks"),
        help: format!("write `{} = {quoted}`", key.trim()),
    })
}

/// Tables that a file has any number of.
const SEVERAL: [&str; 2] = ["listen", "listen.tls"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lacks_quotation_marks_is_shown_with_them() {
        let text = "[admin]\nmetrics = 127.0.0.1:9090 # for Prometheus\n";
        let found = slip(text, 20).unwrap();
        assert_eq!(text.get(found.span), Some("127.0.0.1:9090"));
        assert_eq!(found.help, "write `metrics = \"127.0.0.1:9090\"`");
        for other in ["x = [1 2]", "x = \"a", "x =", "x = 1", "[table"] {
            assert_eq!(slip(other, other.len()), None, "{other}");
        }
    }

    #[test]
    fn a_second_table_is_one_of_several() {
        let text = "[listen]\nx = 1\n[listen]\n";
        let found = slip(text, 15).unwrap();
        assert_eq!(text.get(found.span), Some("[listen]"));
        assert!(found.help.contains("`[[listen]]`"));
        assert_eq!(slip("[site]\n[site]\n", 8), None);
    }
}
