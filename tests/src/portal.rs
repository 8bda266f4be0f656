//! The portal behind: it says what reached it.

use std::collections::BTreeSet;
use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde::{Deserialize, Serialize};

use crate::ask::Ask;

/// The field of the portal's answers that holds what reached it, in JSON: a field and not the
/// body, so that HEAD gets it too.
pub(crate) const REACHED: &str = "x-reached-portal";

/// What the portal saw of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachedPortal {
    /// The method.
    pub method: String,
    /// The request target.
    pub target: String,
    /// The header fields in the order they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// Answers 418 with what reached it: a status that nobody else here gives.
pub async fn echo<B>(request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible>
where
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let (parts, body) = request.into_parts();
    let field = |(name, value): (&http::HeaderName, &HeaderValue)| {
        (
            name.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    };
    let reached = ReachedPortal {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts.headers.iter().map(field).collect(),
        body: String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned(),
    };
    let mut response = Response::new(Full::from("the portal's page"));
    *response.status_mut() = StatusCode::IM_A_TEAPOT;
    let reached = HeaderValue::try_from(serde_json::to_vec(&reached).unwrap()).unwrap();
    response.headers_mut().insert(REACHED, reached);
    Ok(response)
}

impl ReachedPortal {
    /// How it differs from what was sent. Fields may be added on the way, but none may be lost
    /// or changed.
    pub fn faults(&self, sent: &Ask) -> String {
        let line = format!("{} {}", self.method, self.target);
        let mut faults = String::new();
        if line != format!("{} {}", sent.method, sent.target) {
            faults.push_str(&format!("reached the portal as {line}\n"));
        }
        if self.body != sent.body {
            faults.push_str(&format!("reached the portal with {:?}\n", self.body));
        }
        let names: BTreeSet<_> = sent.headers.iter().map(|(name, _)| name.as_str()).collect();
        for name in names {
            let sent: Vec<_> = sent.values(name).collect();
            let reached: Vec<_> = self.values(name).collect();
            if sent != reached {
                faults.push_str(&format!("reached the portal with {name}: {reached:?}\n"));
            }
        }
        faults
    }

    /// The values of a field, in their order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}
