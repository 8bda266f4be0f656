//! When two hosts are the same host (RFC 3986 §3.2.2).

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// A host in the spelling that all equal ones share: in lower case (RFC 3986 §6.2.2.1), without
/// the dot that a fully qualified name may end with, an IPv6 address as RFC 5952 writes it.
///
/// A host that is spelt so already is only borrowed: nearly all are.
pub(crate) fn normalise(host: &str) -> Cow<'_, str> {
    if let Some(address) = ipv6(host) {
        return Cow::Owned(format!("[{address}]"));
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The host of a `Host` field's value (RFC 9110 §7.2), normalised; `None` if it can't be one.
pub(crate) fn of_field(value: &[u8]) -> Option<Cow<'_, str>> {
    // Nearly all are spelt as they should be, and are found to be so in one go.
    let end = value.iter().position(|byte| !PLAIN[usize::from(*byte)]);
    let (name, rest) = value.split_at_checked(end.unwrap_or(value.len()))?;
    if is_port(rest) && !name.ends_with(b".") {
        return std::str::from_utf8(name).ok().map(Cow::Borrowed);
    }
    let value = std::str::from_utf8(value).ok()?;
    let host = without_port(value);
    is_port(&value.as_bytes()[host.len()..]).then(|| normalise(host))
}

/// Whether what follows a host is nothing or a port, which may have no digits (RFC 3986 §3.2.3).
fn is_port(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// The octets that stand in names and are what they are normalised to. A table, because this is
/// looked up for each octet of every request that may be ours.
const PLAIN: [bool; 256] = {
    let plain = b"abcdefghijklmnopqrstuvwxyz0123456789-._";
    let mut table = [false; 256];
    let mut index = 0;
    while index < plain.len() {
        table[plain[index] as usize] = true;
        index += 1;
    }
    table
};

/// Whether a host is `domain` or below it; both are normalised.
pub(crate) fn is_within(host: &str, domain: &str) -> bool {
    let above = host.strip_suffix(domain);
    above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// The host that a person wrote, normalised, or what is wrong with it and what to write.
pub(crate) fn parse(written: &str) -> Result<String, Fault> {
    if let Some(host) = valid(written) {
        return Ok(host);
    }
    let (what, meant) = if let Some((_, rest)) = written.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        ("is a URL", without_port(authority))
    } else if written.parse::<Ipv6Addr>().is_ok() {
        return Err(Fault {
            what: "lacks its brackets",
            meant: Some(format!("[{written}]")),
        });
    } else if let Some(domain) = written.strip_prefix("*.") {
        ("stands for many hosts, and each must be named", domain)
    } else if let Some((host, _)) = written.split_once(['/', '?', '#']) {
        ("has a path", without_port(host))
    } else if without_port(written) != written {
        ("has a port, which doesn't matter", without_port(written))
    } else if !written.is_ascii() {
        ("is not in ASCII (write its `xn--` form)", "")
    } else {
        ("is not the name of a host", "")
    };
    Err(Fault {
        what,
        meant: valid(meant),
    })
}

fn valid(written: &str) -> Option<String> {
    let host = normalise(written);
    let is_host = ipv6(written).is_some() || is_name(&host);
    is_host.then(|| host.into_owned())
}

/// What is wrong with a host.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In words that follow the host.
    pub(crate) what: &'static str,
    /// What was probably meant.
    pub(crate) meant: Option<String>,
}

/// `host` or `host:port` without the port; the brackets of an IPv6 literal stay.
fn without_port(authority: &str) -> &str {
    let literal_end = authority.find(']').map_or(0, |bracket| bracket + 1);
    let port = authority[literal_end..].find(':');
    port.map_or(authority, |colon| &authority[..literal_end + colon])
}

fn ipv6(host: &str) -> Option<Ipv6Addr> {
    let inside = host.strip_prefix('[')?.strip_suffix(']')?;
    inside.parse().ok()
}

/// A name as RFC 1123 §2.1 has it, or an IPv4 address. Underscores are in use.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_host_are_one() {
        for host in ["demoutility.com", "DemoUtility.COM", "demoutility.com."] {
            assert_eq!(normalise(host), "demoutility.com");
        }
        for host in ["[::1]", "[0:0:0:0:0:0:0:1]", "[::0001]"] {
            assert_eq!(normalise(host), "[::1]");
        }
        assert_eq!(normalise("[::FFFF]"), "[::ffff]");
        assert_eq!(normalise("[v1.A]"), "[v1.a]");
        assert!(matches!(normalise("demoutility.com"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_field_has_a_host_however_it_is_spelt() {
        for (value, host) in [
            ("demoutility.com", "demoutility.com"),
            ("demoutility.com:8080", "demoutility.com"),
            ("DemoUtility.com.:", "demoutility.com"),
            ("[::1]:80", "[::1]"),
            ("[0::1]", "[::1]"),
            ("user@a.example:1", "user@a.example"),
            ("", ""),
        ] {
            assert_eq!(of_field(value.as_bytes()).as_deref(), Some(host), "{value}");
        }
        for value in [
            &b"a\xff"[..],
            b"a.example:80.evil",
            b"a.example:@x",
            b"a.example:80:80",
            b"A.example:x",
            b"[::1]:x",
            b"2001:db8::1",
        ] {
            assert_eq!(of_field(value), None, "{value:?}");
        }
    }

    #[test]
    fn a_port_is_not_part_of_the_host() {
        assert_eq!(without_port("demoutility.com:8080"), "demoutility.com");
        assert_eq!(without_port("demoutility.com"), "demoutility.com");
        assert_eq!(without_port("[::1]:8080"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
    }

    #[test]
    fn a_subdomain_is_within_its_domain_and_a_longer_name_is_not() {
        assert!(is_within("demoutility.com", "demoutility.com"));
        assert!(is_within("static.demoutility.com", "demoutility.com"));
        assert!(!is_within("notdemoutility.com", "demoutility.com"));
        assert!(!is_within("com", "demoutility.com"));
    }

    #[test]
    fn hosts_are_taken_as_people_write_them() {
        for (written, host) in [
            ("demoutility.com", "demoutility.com"),
            ("WWW.DemoUtility.com.", "www.demoutility.com"),
            ("localhost", "localhost"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("our_portal.internal", "our_portal.internal"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(parse(written).as_deref(), Ok(host));
        }
    }

    #[test]
    fn what_is_no_host_is_told_with_what_was_meant() {
        for (written, what, meant) in [
            ("https://a.example:8443/x", "a URL", Some("a.example")),
            ("a.example:8080", "a port", Some("a.example")),
            ("[::1]:8080", "a port", Some("[::1]")),
            ("::1", "brackets", Some("[::1]")),
            ("a.example/x", "a path", Some("a.example")),
            ("*.a.example", "each must be named", Some("a.example")),
            ("bücher.example", "ASCII", None),
            ("", "not the name", None),
            (".", "not the name", None),
            ("a..example", "not the name", None),
            ("-a.example", "not the name", None),
            ("a b", "not the name", None),
            ("user@a.example", "not the name", None),
        ] {
            let fault = parse(written).unwrap_err();
            assert!(fault.what.contains(what), "{written}: {fault:?}");
            assert_eq!(fault.meant.as_deref(), meant, "{written}");
        }
    }
}
