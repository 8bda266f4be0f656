//! What may differ with the proxy in between.

use super::exchange::Seen;
use super::wire::{Framing, Message};

/// What a gateway tells the portal of a request's origin.
const ADDED_TO_REQUESTS: &[&str] = &[
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-request-id",
];

/// What an answer has a value of our own in.
const SET_IN_ANSWERS: &[&str] = &["date", "x-request-id"];

/// What is meant for one connection (RFC 9110 §7.6.1).
const OF_A_CONNECTION: &[&str] = &["connection", "keep-alive", "te", "trailer"];

/// What both sides have seen, apart from what may differ; `loses` says which messages a field of a
/// connection is taken out of.
pub(super) fn without_allowed(mut seen: Seen, loses: Loses) -> Seen {
    remove(&mut seen.request, ADDED_TO_REQUESTS);
    remove(&mut seen.answer, SET_IN_ANSWERS);
    for (message, loses) in [
        (&mut seen.request, loses.request),
        (&mut seen.answer, loses.answer),
    ] {
        remove(message, OF_A_CONNECTION);
        message.trailers.clear();
        // Each hop has its own version (RFC 9110 §2.5).
        message.line = message.line.replace("HTTP/1.0", "HTTP/1.1");
        match loses {
            true => message.fields.sort_by_key(|(name, _)| name.to_lowercase()),
            false => group(&mut message.fields),
        }
    }
    chunk(&mut seen.answer);
    seen
}

/// Which messages of an exchange lose a field on the way. The last one is put in its place, so
/// others stand in another order, in which they mean the same (RFC 9110 §5.3).
#[derive(Debug, Clone, Copy)]
pub(super) struct Loses {
    request: bool,
    answer: bool,
}

impl Loses {
    pub(super) fn of(seen: &Seen) -> Self {
        let loses = |message: &Message| {
            let mut names = message.fields.iter().map(|(name, _)| name);
            names.any(|name| is_among(name, OF_A_CONNECTION))
        };
        Self {
            request: loses(&seen.request),
            answer: loses(&seen.answer),
        }
    }
}

/// Puts fields of the same name together, where the first of them stands.
fn group(fields: &mut Vec<(String, String)>) {
    let place = |wanted: &str| {
        let mut names = fields.iter().map(|(name, _)| name);
        names.position(|name| name.eq_ignore_ascii_case(wanted))
    };
    let mut placed: Vec<_> = fields
        .iter()
        .map(|field| (place(&field.0), field))
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    *fields = placed.into_iter().map(|(_, field)| field.clone()).collect();
}

/// A body that ends with the portal's connection comes in chunks, since the client's is kept.
fn chunk(answer: &mut Message) {
    if answer.framing == Framing::Close {
        answer.framing = Framing::Chunks;
    }
    if answer.framing == Framing::Chunks {
        remove(answer, &["transfer-encoding"]);
    }
}

fn remove(message: &mut Message, names: &[&str]) {
    message.fields.retain(|(name, _)| !is_among(name, names));
}

fn is_among(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}
