//! The trace that a request belongs to.

use http::HeaderMap;

/// The trace id of `traceparent` (W3C Trace Context §3.2): 32 hexadecimal digits.
pub(super) fn id(fields: &HeaderMap) -> Option<&str> {
    let mut parts = fields.get("traceparent")?.to_str().ok()?.split('-');
    let (version, id) = (parts.next()?, parts.next()?);
    let is_id = id.len() == 32
        && id
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && id.bytes().any(|byte| byte != b'0');
    Some(id).filter(|_| is_id && version.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_trace_is_taken_for_one() {
        let id = |value: &str| {
            let mut fields = HeaderMap::new();
            fields.insert("traceparent", value.parse().unwrap());
            id(&fields).map(str::to_owned)
        };
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let whole = format!("00-{trace}-b7ad6b7169203331-01");
        assert_eq!(id(&whole).as_deref(), Some(trace));
        for none in [
            "",
            trace,
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-short-b7ad6b7169203331-01",
        ] {
            assert_eq!(id(none), None, "{none}");
        }
    }
}
