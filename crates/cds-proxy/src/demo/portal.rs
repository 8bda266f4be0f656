//! The portal behind the demo: it stands for what a utility already runs.

use async_trait::async_trait;
use http::{HeaderValue, Method, Response, StatusCode, header};
use maud::Markup;
use pingora::apps::http_app::ServeHttp;
use pingora::protocols::http::ServerSession;

use super::pages;

/// Serves a handful of pages, and takes a login form.
#[derive(Debug)]
pub(super) struct Portal;

/// What is read of a form; a login is some tens of bytes.
const FORM_LIMIT: usize = 8 << 10;

#[async_trait]
impl ServeHttp for Portal {
    async fn response(&self, session: &mut ServerSession) -> Response<Vec<u8>> {
        let head = session.req_header();
        let (method, path) = (head.method.clone(), head.uri.path().to_owned());
        let form = if method == Method::POST {
            read_form(session).await
        } else {
            Vec::new()
        };
        answer(&method, &path, &form)
    }
}

async fn read_form(session: &mut ServerSession) -> Vec<u8> {
    let mut form = Vec::new();
    while form.len() < FORM_LIMIT {
        match session.read_request_body().await {
            Ok(Some(piece)) => form.extend_from_slice(&piece),
            Ok(None) | Err(_) => break,
        }
    }
    form
}

fn answer(method: &Method, path: &str, form: &[u8]) -> Response<Vec<u8>> {
    let reads = method == Method::GET || method == Method::HEAD;
    let (status, page) = match path {
        "/" if reads => (StatusCode::OK, pages::home()),
        "/outages" if reads => (StatusCode::OK, pages::outages()),
        "/login" if reads => (StatusCode::OK, pages::login(None)),
        "/login" if method == Method::POST => log_in(form),
        "/data-access" | "/data-access/docs" if reads => (StatusCode::OK, pages::data_access()),
        "/smart-inverters/setup" if reads => (StatusCode::OK, pages::smart_inverters()),
        "/contact-us" if reads => (StatusCode::OK, pages::contact()),
        "/"
        | "/outages"
        | "/login"
        | "/data-access"
        | "/data-access/docs"
        | "/smart-inverters/setup"
        | "/contact-us" => (StatusCode::METHOD_NOT_ALLOWED, pages::not_allowed()),
        _ => (StatusCode::NOT_FOUND, pages::not_found()),
    };
    response(status, page)
}

/// Nobody can log in to a fictional utility, but everybody is greeted.
fn log_in(form: &[u8]) -> (StatusCode, Markup) {
    let user = form
        .split(|byte| *byte == b'&')
        .find_map(|pair| pair.strip_prefix(b"user="))
        .map(String::from_utf8_lossy)
        .filter(|user| !user.is_empty());
    match user {
        Some(user) => (StatusCode::OK, pages::welcome(&user)),
        None => (
            StatusCode::BAD_REQUEST,
            pages::login(Some("Please give your user name.")),
        ),
    }
}

fn response(status: StatusCode, page: Markup) -> Response<Vec<u8>> {
    let body = page.into_string().into_bytes();
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CONTENT_LENGTH, length);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_answered_and_what_is_typed_is_escaped() {
        let response = answer(&Method::POST, "/login", b"password=x&user=<b>");
        assert_eq!(response.status(), StatusCode::OK);
        let page = String::from_utf8(response.into_body()).unwrap();
        assert!(
            page.contains("&lt;b&gt;") && !page.contains("<b>"),
            "{page}"
        );
    }

    #[test]
    fn a_login_without_a_name_asks_for_one() {
        assert_eq!(
            answer(&Method::POST, "/login", b"user=").status(),
            StatusCode::BAD_REQUEST
        );
    }

    #[test]
    fn what_the_portal_has_not_is_not_found() {
        assert_eq!(
            answer(&Method::GET, "/nowhere", b"").status(),
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            answer(&Method::PUT, "/", b"").status(),
            StatusCode::METHOD_NOT_ALLOWED
        );
    }
}
