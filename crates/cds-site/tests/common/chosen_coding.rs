//! Which coding RFC 9110 §12.5.3 chooses, worked out slowly. A fuzz target has it from here too.

#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cds_site::{Respond, Site};
use http::{HeaderValue, Request, header};

/// Holds the coding that the document at `path` is sent in to these lines of `Accept-Encoding`.
pub(crate) fn assert_coding_is_chosen(site: &Site, path: &str, lines: &[&[u8]]) {
    if let Some(sent) = sent(site, path, lines) {
        let built_in = ["zstd", "br", "gzip"].into_iter().filter(|coding| {
            self::sent(site, path, &[coding.as_bytes()]) == Some(coding.to_string())
        });
        let chosen = chosen(built_in, &weights(lines));
        assert_eq!(
            sent,
            chosen,
            "{:?}",
            lines.iter().map(|line| String::from_utf8_lossy(line))
        );
    }
}

/// The coding that the document is sent in; `None` if these can't be field lines.
fn sent(site: &Site, path: &str, lines: &[&[u8]]) -> Option<String> {
    let mut request = Request::get(path);
    for line in lines {
        let line = HeaderValue::from_bytes(line).ok()?;
        request = request.header(header::ACCEPT_ENCODING, line);
    }
    let answer = site.respond((&request.body(()).unwrap()).into()).unwrap();
    let coding = answer.headers().get(header::CONTENT_ENCODING);
    Some(
        coding
            .map_or("identity", |coding| coding.to_str().unwrap())
            .to_owned(),
    )
}

/// The coding of the greatest weight, the first of equals; none of weight 0, nor of less than the
/// plain bytes.
fn chosen<'c>(codings: impl Iterator<Item = &'c str>, weights: &BTreeMap<String, u16>) -> String {
    let weight = |coding: &str| weights.get(coding).or(weights.get("*")).copied();
    let identity = weight("identity").unwrap_or(0);
    let mut best = ("identity", 0);
    for coding in codings {
        let weight = weight(coding).unwrap_or(0);
        if weight >= identity && weight > best.1 {
            best = (coding, weight);
        }
    }
    best.0.to_owned()
}

/// The weights by names in lower case, of what is named twice the lowest.
fn weights(lines: &[&[u8]]) -> BTreeMap<String, u16> {
    let mut weights = BTreeMap::new();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| String::from_utf8_lossy(line))
        .collect();
    for member in lines.join(",").split(',') {
        let (name, parameter) = member.split_once(';').unwrap_or((member, "q=1"));
        let name = name.trim_matches([' ', '\t']).to_ascii_lowercase();
        let name = if name == "x-gzip" {
            "gzip".to_owned()
        } else {
            name
        };
        let parameter = parameter.trim_matches([' ', '\t']).replace("Q=", "q=");
        // What can't be read is no wish for a coding.
        let weight = PARAMETERS.get(&parameter).copied().unwrap_or(0);
        let known = weights.entry(name).or_insert(weight);
        *known = weight.min(*known);
    }
    weights
}

/// Every parameter that is a weight, and its thousandths (§12.4.2).
static PARAMETERS: LazyLock<BTreeMap<String, u16>> = LazyLock::new(|| {
    let mut parameters = BTreeMap::new();
    for thousandths in 0..=1_000_u16 {
        let text = format!("q={}.{:03}", thousandths / 1_000, thousandths % 1_000);
        // With as many of the zeros at its end left out as there are, and the point with them.
        let mut end = text.len();
        parameters.insert(text.clone(), thousandths);
        while end > "q=0.".len() && text[..end].ends_with('0') {
            end -= 1;
            parameters.insert(text[..end].to_owned(), thousandths);
        }
        if text[..end].ends_with('.') {
            parameters.insert(text[..end - 1].to_owned(), thousandths);
        }
    }
    parameters
});
