//! What stands at a path, and what a request for it is answered.
//!
//! First it is decided what to say ([`Selection`]), then a response is made of it.

use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use crate::body::Body;
use crate::conditional::{Precondition, evaluate};
use crate::etag::EntityTag;
use crate::fields;
use crate::last_modified::LastModified;
use crate::listing::{BadCursor, Listing};
use crate::maintenance::Maintenance;
use crate::moved::Moved;
use crate::problem::problem;
use crate::representation::{Representation, Selected};
use crate::respond::RequestHead;

/// What stands at a path.
#[derive(Debug)]
pub(crate) enum Resource {
    /// Something to read.
    Published(Box<Representation>),
    /// A coverage listing to read, page by page.
    Listing(Box<Listing>),
    /// Something that is elsewhere now.
    Moved(Moved),
    /// Something that was never good.
    Unavailable,
}

/// What a request is answered.
#[derive(Debug)]
enum Selection<'r> {
    Full(Selected<'r>),
    NotModified(Selected<'r>),
    PreconditionFailed,
    BadCursor,
    Options,
    MethodNotAllowed,
    Redirect(&'r Moved),
    Unavailable,
    Maintenance(&'r Maintenance),
}

impl Resource {
    /// Whether something else is to be asked for.
    pub(crate) const fn is_redirect(&self) -> bool {
        matches!(self, Self::Moved(_))
    }

    /// Whether `Accept-Encoding` may decide what is sent. What was never good is a document.
    const fn varies(&self) -> bool {
        match self {
            Self::Published(representation) => representation.varies(),
            Self::Listing(_) | Self::Unavailable => true,
            Self::Moved(_) => false,
        }
    }

    /// The validators of what can be read here.
    pub(crate) fn validators(&self) -> Option<(&EntityTag, &LastModified)> {
        match self {
            Self::Published(published) => Some((&published.tag, &published.last_modified)),
            Self::Listing(listing) => Some((&listing.tag, &listing.last_modified)),
            Self::Moved(_) | Self::Unavailable => None,
        }
    }

    /// Answers a request for this resource of a site that undergoes a maintenance, or none.
    pub(crate) fn answer(
        &self,
        head: RequestHead<'_>,
        maintenance: Option<&Maintenance>,
    ) -> Response<Body> {
        let mut response = self.respond(head, maintenance);
        let status = response.status();
        if (status.is_client_error() || status.is_server_error()) && self.varies() {
            // With another coding it might have been none (RFC 9110 §12.5.5).
            response.headers_mut().insert(header::VARY, fields::VARY);
        }
        if head.method == Method::HEAD {
            // The fields stay, Content-Length included (RFC 9110 §9.3.2).
            *response.body_mut() = Body::empty();
        }
        response
    }

    fn respond(&self, head: RequestHead<'_>, maintenance: Option<&Maintenance>) -> Response<Body> {
        let selection = match (head.method, self, maintenance) {
            (&Method::OPTIONS, ..) => Selection::Options,
            (&Method::GET | &Method::HEAD, Self::Moved(moved), _) => Selection::Redirect(moved),
            (&Method::GET | &Method::HEAD, Self::Unavailable, _) => Selection::Unavailable,
            // Before the preconditions, which are for what would be a 2xx (RFC 9110 §13.2.1).
            (&Method::GET | &Method::HEAD, _, Some(maintenance)) => {
                Selection::Maintenance(maintenance)
            }
            (&Method::GET | &Method::HEAD, Self::Published(representation), None) => {
                Selection::of(representation, head)
            }
            (&Method::GET | &Method::HEAD, Self::Listing(listing), None) => {
                match listing.page(head.uri.query()) {
                    // Here, because the page may be for this request alone.
                    Ok(page) => {
                        return Selection::of(page.representation(), head).into_response();
                    }
                    Err(BadCursor) => Selection::BadCursor,
                }
            }
            _ => Selection::MethodNotAllowed,
        };
        selection.into_response()
    }
}

impl<'r> Selection<'r> {
    /// What a GET or HEAD request is answered, by its preconditions.
    fn of(representation: &'r Representation, head: RequestHead<'_>) -> Self {
        let selected = representation.select(head.headers);
        match evaluate(head.headers, selected.tag(), &representation.last_modified) {
            Precondition::Holds => Self::Full(selected),
            Precondition::NotModified => Self::NotModified(selected),
            Precondition::Failed => Self::PreconditionFailed,
        }
    }

    fn into_response(self) -> Response<Body> {
        match self {
            Self::Full(selected) => {
                let full = selected.full();
                respond(StatusCode::OK, full.headers.clone(), full.body.clone())
            }
            Self::NotModified(selected) => {
                let headers = selected.not_modified();
                respond(StatusCode::NOT_MODIFIED, headers, Body::empty())
            }
            Self::PreconditionFailed => {
                let detail = "The document is not the one that the request is conditional on.";
                error(StatusCode::PRECONDITION_FAILED, detail)
            }
            Self::BadCursor => {
                let detail = "The cursor is not one of this listing. Begin at its first page.";
                error(StatusCode::BAD_REQUEST, detail)
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
                let mut headers = HeaderMap::with_capacity(8);
                headers.insert(header::LOCATION, moved.location.clone());
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
                // Without, a 301 may be kept for as long as a cache likes (RFC 9110 §15.4.2), and
                // a mistake for as long.
                headers.insert(header::CACHE_CONTROL, fields::max_age(moved.max_age));
                fields::allow_any_origin(&mut headers);
                respond(status, headers, Body::empty())
            }
            Self::Unavailable => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let detail = "This document is not available at the moment. Try again later.";
                retry(error(status, detail), RETRY_AFTER)
            }
            Self::Maintenance(maintenance) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let detail = "This document is down for maintenance. Try again later.";
                retry(error(status, detail), maintenance.retry_after().clone())
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

fn retry(mut response: Response<Body>, after: HeaderValue) -> Response<Body> {
    response.headers_mut().insert(header::RETRY_AFTER, after);
    response
}

fn respond(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
