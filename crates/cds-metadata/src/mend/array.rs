//! Edits of arrays in the style in which they are written.

use std::ops::Range;

use crate::locate::{Member, elements, members};
use crate::text::offset_within;

/// A member of an object whose value is an array, as it is written.
pub(crate) struct WrittenArray<'j> {
    json: &'j str,
    /// The object that the array is in.
    members: Vec<Member<'j>>,
    key: &'j str,
    /// The array with its brackets.
    value: &'j str,
    elements: Vec<&'j str>,
}

impl<'j> WrittenArray<'j> {
    /// The array in the field of this name of an object in a text; `None` if there is none, or
    /// if the field is there more than once.
    pub(crate) fn find(json: &'j str, object: &'j str, name: &str) -> Option<Self> {
        let members = members(object)?;
        let mut named = members
            .iter()
            .filter(|member| member.name().as_deref() == Some(name));
        let &Member { key, value } = named.next()?;
        if named.next().is_some() {
            return None;
        }
        Some(Self {
            json,
            key,
            value,
            elements: elements(value)?,
            members,
        })
    }

    /// What to remove so that the elements which `is_gone` names go with their commas.
    pub(crate) fn removals(&self, is_gone: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
        let gone: Vec<_> = self.elements.iter().map(|json| is_gone(json)).collect();
        let mut removals = Vec::new();
        let mut index = 0;
        while index < gone.len() {
            let length = gone[index..].iter().take_while(|gone| **gone).count();
            if length > 0 {
                removals.push(self.removal(index..index + length));
            }
            index += length.max(1);
        }
        removals
    }

    /// What to remove so that neighbours go.
    fn removal(&self, run: Range<usize>) -> Range<usize> {
        let before = run.start.checked_sub(1).map(|index| self.span(index).end);
        match before {
            Some(before) => before..self.span(run.end - 1).end,
            None if run.end < self.elements.len() => {
                self.span(run.start).start..self.span(run.end).start
            }
            None => self.inside(),
        }
    }

    /// What to replace by what, so that the array ends with these elements too.
    pub(crate) fn append(&self, added: &[String]) -> (Range<usize>, String) {
        let Some(last) = self.elements.len().checked_sub(1) else {
            return self.fill(added);
        };
        let separator = self.separator(last);
        let end = self.span(last).end;
        let added = added.iter().map(|json| format!("{separator}{json}"));
        (end..end, added.collect())
    }

    /// What stands between elements, the comma included.
    fn separator(&self, last: usize) -> String {
        if let Some(before) = last.checked_sub(1) {
            return self.json[self.span(before).end..self.span(last).start].to_owned();
        }
        let leading = &self.json[self.inside().start..self.span(last).start];
        if leading.contains('\n') {
            return format!(",{leading}");
        }
        self.comma().to_owned()
    }

    /// Puts elements into an empty array: each on a line of its own if the array has lines.
    fn fill(&self, added: &[String]) -> (Range<usize>, String) {
        let inside = self.inside();
        let Some((_, closing)) = self.json[inside.clone()].rsplit_once('\n') else {
            return (inside, added.join(self.comma()));
        };
        let is_crlf = self.json[inside.clone()].contains("\r\n");
        let newline = if is_crlf { "\r\n" } else { "\n" };
        // The key stands one step deeper than the line of its object.
        let step = if closing.is_empty() { "  " } else { closing };
        let line = format!("{newline}{closing}{step}");
        let lines = added.join(&format!(",{line}"));
        (inside, format!("{line}{lines}{newline}{closing}"))
    }

    /// How commas in a line are written here: those of a minified text have no space.
    fn comma(&self) -> &'static str {
        let dense = self.members.windows(2).any(|pair| {
            let end = offset_within(self.json, pair[0].value) + pair[0].value.len();
            end + 1 == offset_within(self.json, pair[1].key)
        });
        let after_key = offset_within(self.json, self.key) + self.key.len();
        let colon = &self.json[after_key..offset_within(self.json, self.value)];
        if dense && colon == ":" { "," } else { ", " }
    }

    fn span(&self, index: usize) -> Range<usize> {
        let element = self.elements.get(index).copied().unwrap_or_default();
        let start = offset_within(self.json, element);
        start..start + element.len()
    }

    /// The bytes between the brackets.
    fn inside(&self) -> Range<usize> {
        let start = offset_within(self.json, self.value);
        start + 1..start + self.value.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appended(json: &str) -> String {
        let array = WrittenArray::find(json, json, "a").unwrap();
        let (span, replacement) = array.append(&["8".to_owned(), "9".to_owned()]);
        let mut json = json.to_owned();
        json.replace_range(span, &replacement);
        json
    }

    fn without_zeros(json: &str) -> String {
        let array = WrittenArray::find(json, json, "a").unwrap();
        let mut json = json.to_owned();
        for span in array.removals(|element| element == "0").into_iter().rev() {
            json.replace_range(span, "");
        }
        json
    }

    #[test]
    fn elements_are_added_in_the_style_of_the_array() {
        for (json, expected) in [
            ("{\"a\": [1, 2]}", "{\"a\": [1, 2, 8, 9]}"),
            ("{\"a\": [1,2]}", "{\"a\": [1,2,8,9]}"),
            ("{\"a\": [ 1 ]}", "{\"a\": [ 1, 8, 9 ]}"),
            ("{\"b\":1,\"a\":[1]}", "{\"b\":1,\"a\":[1,8,9]}"),
            (
                "{\"a\": [\r\n\t1\r\n]}",
                "{\"a\": [\r\n\t1,\r\n\t8,\r\n\t9\r\n]}",
            ),
            ("{\"a\": [\n 1\n ,2\n]}", "{\"a\": [\n 1\n ,2\n ,8\n ,9\n]}"),
            ("{\"a\": []}", "{\"a\": [8, 9]}"),
            ("{\"a\": [\n  ]}", "{\"a\": [\n    8,\n    9\n  ]}"),
        ] {
            assert_eq!(appended(json), expected, "{json}");
        }
    }

    #[test]
    fn elements_are_removed_with_one_comma_each() {
        for (json, expected) in [
            ("{\"a\": [ 0 ]}", "{\"a\": []}"),
            ("{\"a\": [0, 0]}", "{\"a\": []}"),
            ("{\"a\": [0, 1]}", "{\"a\": [1]}"),
            ("{\"a\": [1, 0]}", "{\"a\": [1]}"),
            ("{\"a\": [0, 1, 0, 0, 2, 0]}", "{\"a\": [1, 2]}"),
            ("{\"a\": [\n  0,\n  1\n]}", "{\"a\": [\n  1\n]}"),
            ("{\"a\": [\n  1,\n  0\n]}", "{\"a\": [\n  1\n]}"),
            ("{\"a\": [1, 2]}", "{\"a\": [1, 2]}"),
        ] {
            assert_eq!(without_zeros(json), expected, "{json}");
        }
    }

    #[test]
    fn a_field_that_is_there_twice_or_no_array_is_left() {
        for json in ["{}", "{\"a\": 1}", "{\"a\": [], \"\\u0061\": []}", "[]"] {
            assert!(WrittenArray::find(json, json, "a").is_none(), "{json}");
        }
    }
}
