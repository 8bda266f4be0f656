//! The one question that every adapter asks.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, Method, Response, Uri, header, request};

use crate::body::Body;
use crate::host;

/// What a request says before its body: borrowed, so that a request that is not ours is never
/// taken apart.
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a Method,
    /// The request target (RFC 9112 §3.2): origin form, or absolute form in HTTP/2.
    pub uri: &'a Uri,
    /// The header fields.
    pub headers: &'a HeaderMap,
}

impl<'a> RequestHead<'a> {
    /// The head of a request that is none of [`http`]'s own, from which it is made by `From`.
    pub const fn new(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self {
            method,
            uri,
            headers,
        }
    }

    /// The host that the request is for, normalised: that of the target's authority, else of `Host`
    /// (RFC 9112 §3.3).
    pub(crate) fn normal_host(&self) -> Option<Cow<'a, str>> {
        match self.uri.authority() {
            Some(authority) => {
                let authority = authority.as_str();
                let host = authority
                    .rsplit_once('@')
                    .map_or(authority, |(_, host)| host);
                host::of_field(host.as_bytes())
            }
            None => host::of_field(self.headers.get(header::HOST)?.as_bytes()),
        }
    }
}

impl<'a, B> From<&'a http::Request<B>> for RequestHead<'a> {
    fn from(request: &'a http::Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
        }
    }
}

impl<'a> From<&'a request::Parts> for RequestHead<'a> {
    fn from(parts: &'a request::Parts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            headers: &parts.headers,
        }
    }
}

/// Whatever can answer for CDS paths: a fixed [`Site`](crate::Site), a
/// [`SiteSet`](crate::SiteSet), a [`Handle`](crate::Handle) of either, a directory that is watched.
pub trait Respond {
    /// The answer, or `None` when the request is not for us and must be passed on untouched.
    ///
    /// Answers at once: it does no input or output and does not panic. One snapshot of the site
    /// serves the whole answer.
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>>;
}

impl<R: Respond + ?Sized> Respond for Arc<R> {
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>> {
        (**self).respond(head)
    }
}

impl<R: Respond + ?Sized> Respond for &R {
    fn respond(&self, head: RequestHead<'_>) -> Option<Response<Body>> {
        (**self).respond(head)
    }
}
