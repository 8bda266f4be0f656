//! What stands at a path, and what a request for it is answered.
//!
//! First it is decided what to say ([`Selection`]), then a response is made of it.

use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use crate::body::Body;
use crate::conditional::{Precondition, evaluate};
use crate::fields;
use crate::moved::Moved;
use crate::problem::problem;
use crate::representation::Representation;
use crate::respond::RequestHead;

/// What stands at a path.
#[derive(Debug)]
pub(crate) enum Resource {
    /// Something to read.
    Published(Box<Representation>),
    /// Something that is elsewhere now.
    Moved(Moved),
    /// Something that was never good.
    Unavailable,
}

/// What a request is answered.
#[derive(Debug)]
enum Selection<'r> {
    Full(&'r Representation),
    NotModified(&'r Representation),
    PreconditionFailed,
    Options,
    MethodNotAllowed,
    Redirect(&'r Moved),
    Unavailable,
}

impl Resource {
    /// Answers a request for this resource.
    pub(crate) fn answer(&self, head: RequestHead<'_>) -> Response<Body> {
        let mut response = self.select(head).into_response();
        if head.method == Method::HEAD {
            // The fields stay, Content-Length included (RFC 9110 §9.3.2).
            *response.body_mut() = Body::empty();
        }
        response
    }

    fn select(&self, head: RequestHead<'_>) -> Selection<'_> {
        match *head.method {
            Method::GET | Method::HEAD => {}
            Method::OPTIONS => return Selection::Options,
            _ => return Selection::MethodNotAllowed,
        }
        let representation = match self {
            Self::Published(representation) => representation,
            Self::Moved(moved) => return Selection::Redirect(moved),
            Self::Unavailable => return Selection::Unavailable,
        };
        match evaluate(
            head.headers,
            &representation.tag,
            &representation.last_modified,
        ) {
            Precondition::Holds => Selection::Full(representation),
            Precondition::NotModified => Selection::NotModified(representation),
            Precondition::Failed => Selection::PreconditionFailed,
        }
    }
}

impl Selection<'_> {
    fn into_response(self) -> Response<Body> {
        match self {
            Self::Full(representation) => respond(
                StatusCode::OK,
                representation.full.clone(),
                representation.body.clone(),
            ),
            Self::NotModified(representation) => {
                let headers = representation.not_modified.clone();
                respond(StatusCode::NOT_MODIFIED, headers, Body::empty())
            }
            Self::PreconditionFailed => {
                let status = StatusCode::PRECONDITION_FAILED;
                error(
                    status,
                    "The document is not the one that the request is conditional on.",
                )
            }
            Self::Options => {
                let mut headers = HeaderMap::with_capacity(8);
                headers.insert(header::ALLOW, fields::ALLOW);
                fields::allow_preflight(&mut headers);
                respond(StatusCode::NO_CONTENT, headers, Body::empty())
            }
            Self::MethodNotAllowed => {
                let status = StatusCode::METHOD_NOT_ALLOWED;
                let mut response = error(status, "This document can only be read: use GET.");
                response.headers_mut().insert(header::ALLOW, fields::ALLOW);
                response
            }
            Self::Redirect(moved) => {
                let status = if moved.permanent {
                    StatusCode::MOVED_PERMANENTLY
                } else {
                    StatusCode::FOUND
                };
                let mut headers = HeaderMap::with_capacity(4);
                headers.insert(header::LOCATION, moved.location.clone());
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
                fields::allow_any_origin(&mut headers);
                respond(status, headers, Body::empty())
            }
            Self::Unavailable => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let detail = "This document is not available at the moment. Try again later.";
                let mut response = error(status, detail);
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, RETRY_AFTER);
                response
            }
        }
    }
}

/// Half a minute: a mended file is served within a second, so waiting longer gains nothing, and
/// asking more often finds a person still typing.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("30");

fn error(status: StatusCode, detail: &'static str) -> Response<Body> {
    let (headers, body) = problem(status, detail);
    respond(status, headers, body)
}

fn respond(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
