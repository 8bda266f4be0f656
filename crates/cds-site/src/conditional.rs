//! Conditional requests (RFC 9110 §13).

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::etag::EntityTag;
use crate::last_modified::LastModified;

/// What the preconditions of a GET or HEAD request ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// Answer as if there were none.
    Holds,
    /// 304: the Client has this representation.
    NotModified,
    /// 412: the Client wants another representation than there is.
    Failed,
}

/// Evaluates the preconditions in the order of §13.2.2.
pub(crate) fn evaluate(
    headers: &HeaderMap,
    tag: &EntityTag,
    last_modified: &LastModified,
) -> Precondition {
    let wanted = if headers.contains_key(header::IF_MATCH) {
        matches(headers, &header::IF_MATCH, |field| {
            tag.matches_strongly(field)
        })
    } else {
        date(headers, &header::IF_UNMODIFIED_SINCE).is_none_or(|date| last_modified.is_by(date))
    };
    if !wanted {
        return Precondition::Failed;
    }
    let known = if headers.contains_key(header::IF_NONE_MATCH) {
        matches(headers, &header::IF_NONE_MATCH, |field| {
            tag.matches_weakly(field)
        })
    } else {
        date(headers, &header::IF_MODIFIED_SINCE)
            .is_some_and(|date| last_modified.is_known_by(date))
    };
    if known {
        Precondition::NotModified
    } else {
        Precondition::Holds
    }
}

/// Whether the preconditions name this tag, each by its own comparison, so that [`evaluate`] finds
/// it there.
pub(crate) fn names(headers: &HeaderMap, tag: &EntityTag) -> bool {
    lines(headers, &header::IF_NONE_MATCH).any(|line| tag.matches_weakly(line))
        || lines(headers, &header::IF_MATCH).any(|line| tag.matches_strongly(line))
}

/// Whether a field is `*`, or a list of tags, over all its lines, that has one that fits.
fn matches(headers: &HeaderMap, name: &HeaderName, fits: impl Fn(&[u8]) -> bool) -> bool {
    let mut whole = lines(headers, name);
    let is_star = whole.next().is_some_and(|line| line.trim_ascii() == b"*");
    (is_star && whole.next().is_none()) || lines(headers, name).any(fits)
}

fn lines<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h [u8]> {
    headers.get_all(name).iter().map(HeaderValue::as_bytes)
}

/// The date in a field; a field that is repeated or no date is ignored (§13.1.3, §13.1.4).
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next().filter(|_| lines.next().is_none())?;
    httpdate::parse_http_date(line.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use bytes::Bytes;

    const MODIFIED: &str = "Wed, 01 Jun 2022 00:00:00 GMT";
    const EARLIER: &str = "Tue, 31 May 2022 23:59:59 GMT";
    const LATER: &str = "Wed, 01 Jun 2022 00:00:01 GMT";
    const TWO_DATES: &str = "Tue, 31 May 2022 23:59:59 GMT, Wed, 01 Jun 2022 00:00:00 GMT";

    fn evaluate_with(fields: &[(HeaderName, &'static str)]) -> Precondition {
        let tag = EntityTag::of(&[Bytes::from_static(b"x")]);
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let value = value.replace("TAG", tag.as_str());
            headers.append(name, HeaderValue::try_from(value).unwrap());
        }
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_654_041_600);
        evaluate(&headers, &tag, &LastModified::at(time))
    }

    #[test]
    fn each_precondition_alone() {
        use Precondition::{Failed, Holds, NotModified};
        use header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
        for (name, value, expected) in [
            (IF_NONE_MATCH, "\"TAG\"", NotModified),
            (IF_NONE_MATCH, "W/\"TAG\"", NotModified),
            (IF_NONE_MATCH, "\"other\", \"TAG\"", NotModified),
            (IF_NONE_MATCH, "*", NotModified),
            (IF_NONE_MATCH, "\"other\"", Holds),
            (IF_NONE_MATCH, "TAG", Holds),
            (IF_NONE_MATCH, "*, \"TAG\"", Holds),
            (IF_NONE_MATCH, "\"other\", *", Holds),
            (IF_NONE_MATCH, "w/\"TAG\"", Holds),
            (IF_NONE_MATCH, "", Holds),
            (IF_MATCH, "\"TAG\"", Holds),
            (IF_MATCH, "*", Holds),
            (IF_MATCH, "W/\"TAG\"", Failed),
            (IF_MATCH, "\"other\"", Failed),
            (IF_MATCH, "W/\"TAG\", \"TAG\"", Holds),
            (IF_MATCH, "TAG", Failed),
            (IF_MATCH, "", Failed),
            (IF_MODIFIED_SINCE, MODIFIED, NotModified),
            (IF_MODIFIED_SINCE, EARLIER, Holds),
            (IF_MODIFIED_SINCE, LATER, NotModified),
            (
                IF_MODIFIED_SINCE,
                "Wednesday, 01-Jun-22 00:00:00 GMT",
                NotModified,
            ),
            (IF_MODIFIED_SINCE, "Wed Jun  1 00:00:00 2022", NotModified),
            (IF_MODIFIED_SINCE, "yesterday", Holds),
            (IF_MODIFIED_SINCE, "2022-06-01T00:00:00Z", Holds),
            (IF_MODIFIED_SINCE, "Wed, 01 Jun 2022 00:00:00 PST", Holds),
            (IF_MODIFIED_SINCE, TWO_DATES, Holds),
            (IF_UNMODIFIED_SINCE, MODIFIED, Holds),
            (IF_UNMODIFIED_SINCE, EARLIER, Failed),
            (IF_UNMODIFIED_SINCE, LATER, Holds),
            (IF_UNMODIFIED_SINCE, "yesterday", Holds),
            (IF_UNMODIFIED_SINCE, TWO_DATES, Holds),
        ] {
            assert_eq!(
                evaluate_with(&[(name.clone(), value)]),
                expected,
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn tags_come_before_dates_and_match_before_none_match() {
        use header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
        let evaluated = evaluate_with(&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, MODIFIED)]);
        assert_eq!(evaluated, Precondition::Holds);
        let evaluated = evaluate_with(&[(IF_MATCH, "\"TAG\""), (IF_UNMODIFIED_SINCE, EARLIER)]);
        assert_eq!(evaluated, Precondition::Holds);
        let evaluated = evaluate_with(&[(IF_MATCH, "\"x\""), (IF_NONE_MATCH, "\"TAG\"")]);
        assert_eq!(evaluated, Precondition::Failed);
        let evaluated = evaluate_with(&[(IF_MATCH, "\"TAG\""), (IF_NONE_MATCH, "\"TAG\"")]);
        assert_eq!(evaluated, Precondition::NotModified);
        let dates = [
            (IF_UNMODIFIED_SINCE, EARLIER),
            (IF_MODIFIED_SINCE, MODIFIED),
        ];
        assert_eq!(evaluate_with(&dates), Precondition::Failed);
        // An empty list is one.
        let evaluated = evaluate_with(&[(IF_NONE_MATCH, ""), (IF_MODIFIED_SINCE, MODIFIED)]);
        assert_eq!(evaluated, Precondition::Holds);
    }

    #[test]
    fn lines_of_a_field_are_one_list_and_two_dates_are_none() {
        use header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
        let evaluated = evaluate_with(&[(IF_NONE_MATCH, "\"x\""), (IF_NONE_MATCH, "\"TAG\"")]);
        assert_eq!(evaluated, Precondition::NotModified);
        let evaluated = evaluate_with(&[(IF_NONE_MATCH, "\"x\""), (IF_NONE_MATCH, "*")]);
        assert_eq!(
            evaluated,
            Precondition::Holds,
            "a star is no element of a list"
        );
        let twice = [(IF_MODIFIED_SINCE, MODIFIED), (IF_MODIFIED_SINCE, MODIFIED)];
        assert_eq!(evaluate_with(&twice), Precondition::Holds);
    }
}
