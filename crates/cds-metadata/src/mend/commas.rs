//! Commas after last elements, found without a parser, because no parser takes them.

/// Where the commas are after which an array, an object or the document ends, sorted.
///
/// A text that is no JSON in other ways too may be taken for something else than its author
/// meant from its first other fault on: what is found after that can't be relied on.
pub(crate) fn trailing(text: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut last = Last::Other;
    let mut depth = 0_usize;
    let mut rest = 0;
    while let Some(byte) = text.get(rest) {
        let at = rest;
        rest += 1;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b',' => match &mut last {
                Last::Commas(commas) => commas.push(at),
                Last::Value => last = Last::Commas(vec![at]),
                Last::Other => {}
            },
            b'[' | b'{' => {
                depth += 1;
                last = Last::Other;
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                last.end(&mut found);
            }
            b'"' => {
                rest = string_end(text, rest);
                last = Last::Value;
            }
            b':' => last = Last::Other,
            _ => last = Last::Value,
        }
    }
    if depth == 0 {
        last.end(&mut found);
    }
    found
}

/// What stands before a place, white space aside.
enum Last {
    /// The end of a value, or what may be one.
    Value,
    /// Commas after a value.
    Commas(Vec<usize>),
    /// An opening bracket, a colon or nothing.
    Other,
}

impl Last {
    /// What the commas stand in ends here, and is a value itself.
    fn end(&mut self, found: &mut Vec<usize>) {
        if let Self::Commas(commas) = std::mem::replace(self, Self::Value) {
            found.extend(commas);
        }
    }
}

/// Where the string ends whose quotation mark stands before `from`.
fn string_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str) -> String {
        let commas = trailing(text.as_bytes());
        let kept = text.char_indices().filter(|(at, _)| !commas.contains(at));
        kept.map(|(_, character)| character).collect()
    }

    #[test]
    fn commas_before_the_end_of_something_are_found() {
        for (text, expected) in [
            ("[1,]", "[1]"),
            ("[1 , \n ]", "[1  \n ]"),
            ("{\"a\": [1,], },", "{\"a\": [1] }"),
            ("[1,,\n,]", "[1\n]"),
            ("[[],{},]", "[[],{}]"),
            ("[\"a,]\", \"\\\",]\",]", "[\"a,]\", \"\\\",]\"]"),
        ] {
            assert_eq!(without(text), expected);
        }
    }

    #[test]
    fn other_commas_are_left() {
        for text in [
            "[1,2]",
            "[,]",
            "[1,,2]",
            "{\"a\":,}",
            "[1,",
            "\"[1,]",
            "\"\\",
            "{\"a\": \",}\"}",
        ] {
            assert_eq!(without(text), text);
        }
    }
}
