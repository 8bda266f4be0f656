//! Elements of the field `Forwarded`, written.

/// A `forwarded-element` (RFC 7239 §4).
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    /// The address of who asked; `None` is said to be unknown.
    pub(super) node: Option<&'a str>,
    /// The address of whom it asked.
    pub(super) by: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) proto: Option<&'a str>,
}

impl<'a> Element<'a> {
    /// One of which no more is known than who asked.
    pub(super) const fn of(node: &'a str) -> Self {
        Self {
            node: Some(node),
            by: None,
            host: None,
            proto: None,
        }
    }

    /// As it is written in the field.
    pub(super) fn written(&self) -> String {
        let mut text = String::with_capacity(128);
        text.push_str("for=");
        match self.node {
            Some(node) => push_node(&mut text, node),
            None => text.push_str("unknown"),
        }
        if let Some(by) = self.by {
            text.push_str(";by=");
            push_node(&mut text, by);
        }
        for (name, value) in [(";host=", self.host), (";proto=", self.proto)] {
            if let Some(value) = value {
                text.push_str(name);
                push_value(&mut text, value);
            }
        }
        text
    }
}

/// An address; colons and brackets are no part of a token (RFC 7239 §6).
fn push_node(text: &mut String, address: &str) {
    if address.contains(':') {
        text.extend(["\"[", address, "]\""]);
    } else {
        text.push_str(address);
    }
}

/// A token where it is one, else a quoted string (RFC 9110 §5.6).
fn push_value(text: &mut String, value: &str) {
    if !value.is_empty() && value.bytes().all(is_token) {
        text.push_str(value);
        return;
    }
    text.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
}

/// RFC 9110 §5.6.2.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_is_quoted() {
        let element = |host| Element {
            host: Some(host),
            ..Element::of("db8::1")
        };
        let node = "for=\"[db8::1]\";host=";
        assert_eq!(element("a.example").written(), format!("{node}a.example"));
        assert_eq!(element("a:80").written(), format!("{node}\"a:80\""));
        assert_eq!(
            element("a\";for=\\").written(),
            format!("{node}\"a\\\";for=\\\\\"")
        );
    }
}
