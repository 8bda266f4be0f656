//! Requests that are refused before anyone is asked: heads that two parsers could read in two ways,
//! and what is over a limit.

use http::{Version, header};
use memchr::memchr_iter;
use pingora::proxy::Session;

use super::body::announced_length;
use super::problem::Problem;
use crate::config::RequestLimits;

/// Why a request is not answered, if so.
pub(super) fn refusal(session: &Session, limits: &RequestLimits) -> Option<Problem> {
    let head = session.req_header();
    // HTTP/2 has no lines, and a limit of its own for a head.
    if head.version <= Version::HTTP_11 {
        let raw = session.to_h1_raw();
        if raw.len() > limits.head {
            return Some(Problem::HEAD_TOO_LARGE);
        }
        if let Some(problem) = fault(&raw) {
            return Some(problem);
        }
        if head.version == Version::HTTP_11 && !head.headers.contains_key(header::HOST) {
            return Some(Problem::NO_HOST);
        }
    }
    if head.raw_path().len() > limits.target {
        return Some(Problem::TARGET_TOO_LONG);
    }
    limits
        .is_exceeded_by(announced_length(head).unwrap_or(0))
        .then_some(Problem::BODY_TOO_LARGE)
}

/// What is wrong with the head of an HTTP/1 request as it came. Pingora's parser refuses most that
/// is malformed; this is the rest of what a proxy before or a portal behind might read otherwise.
fn fault(raw: &[u8]) -> Option<Problem> {
    let (mut lengths, mut codings, mut knows_codings) = (0, 0, true);
    let mut begin = 0;
    for end in memchr_iter(b'\n', raw) {
        // RFC 9112 §2.2 lets a line feed alone end a line; what reads it otherwise sees other lines.
        let Some(line) = raw[begin..end].strip_suffix(b"\r") else {
            return Some(Problem::BARE_LINE_FEED);
        };
        begin = end + 1;
        if value(line, b"content-length").is_some() {
            lengths += 1;
        } else if let Some(coding) = value(line, b"transfer-encoding") {
            codings += 1;
            knows_codings &= coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
        }
    }
    if !knows_codings {
        return Some(Problem::TRANSFER_CODING);
    }
    (lengths + codings > 1).then_some(Problem::TWO_LENGTHS)
}

/// The value in a field's line, if the field has this name.
fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (begin, rest) = line.split_at_checked(name.len())?;
    let value = rest.strip_prefix(b":")?;
    begin.eq_ignore_ascii_case(name).then_some(value)
}
