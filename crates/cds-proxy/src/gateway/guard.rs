//! Requests that are refused before anyone is asked: heads that two parsers could read in two ways,
//! and what is over a limit.

use http::{Version, header};
use pingora::proxy::Session;

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
    let announced = head.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    limits
        .is_exceeded_by(announced.unwrap_or(0))
        .then_some(Problem::BODY_TOO_LARGE)
}

/// What is wrong with the head of an HTTP/1 request as it came. Pingora's parser refuses most that
/// is malformed; this is the rest of what a proxy before or a portal behind might read otherwise.
fn fault(raw: &[u8]) -> Option<Problem> {
    if has_bare_line_feed(raw) {
        return Some(Problem::BARE_LINE_FEED);
    }
    let (mut lengths, mut codings) = (0, 0);
    for line in Lines(raw) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = line.split_at(colon);
        if name.eq_ignore_ascii_case(b"content-length") {
            lengths += 1;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            codings += 1;
            let coding = value.get(1..).unwrap_or_default().trim_ascii();
            if !coding.eq_ignore_ascii_case(b"chunked") {
                return Some(Problem::TRANSFER_CODING);
            }
        }
    }
    (lengths + codings > 1).then_some(Problem::TWO_LENGTHS)
}

/// RFC 9112 §2.2 lets a line feed alone end a line; what reads it otherwise sees other lines.
fn has_bare_line_feed(raw: &[u8]) -> bool {
    let mut before = 0;
    raw.iter().any(|byte| {
        let is_bare = *byte == b'\n' && before != b'\r';
        before = *byte;
        is_bare
    })
}

/// The lines of a head, without what ends them.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.0.windows(2).position(|pair| pair == b"\r\n")?;
        let (line, rest) = self.0.split_at(end);
        self.0 = rest.get(2..).unwrap_or_default();
        Some(line)
    }
}
