//! The endpoint for operators: health, sites, metrics.

mod sites;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use http::{HeaderValue, Method, Response, StatusCode, header};
use pingora::apps::http_app::ServeHttp;
use pingora::protocols::http::ServerSession;

use crate::metrics::{self, Metrics};
use crate::published::Published;
use crate::server::{Life, Phase};

/// Answers `/healthz`, `/readyz`, `/sites` and `/metrics`.
#[derive(Debug)]
pub struct Admin {
    /// What to tell about, once it has been read.
    pub published: Arc<OnceLock<Published>>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Whether the program serves.
    pub life: Life,
}

#[async_trait]
impl ServeHttp for Admin {
    async fn response(&self, session: &mut ServerSession) -> Response<Vec<u8>> {
        let head = session.req_header();
        let mut response = self.answer(&head.method, head.uri.path());
        let length = HeaderValue::from(response.body().len());
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length);
        response
    }
}

impl Admin {
    fn answer(&self, method: &Method, path: &str) -> Response<Vec<u8>> {
        let page: fn(&Self) -> Response<Vec<u8>> = match path {
            "/healthz" => |_| text(StatusCode::OK, "ok"),
            "/readyz" => Self::ready,
            "/sites" => Self::sites,
            "/metrics" => Self::metrics,
            _ => {
                return text(
                    StatusCode::NOT_FOUND,
                    "not found; there are /healthz, /readyz, /sites and /metrics",
                );
            }
        };
        if method != Method::GET && method != Method::HEAD {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD");
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        page(self)
    }

    fn ready(&self) -> Response<Vec<u8>> {
        match self.life.phase() {
            Phase::Starting => text(StatusCode::SERVICE_UNAVAILABLE, "starting"),
            Phase::Serving => text(StatusCode::OK, "ready"),
            // A probe that was accepted just before: the process that goes on is ready.
            _ if self.life.is_handed_over() => text(StatusCode::OK, "ready"),
            Phase::Draining | Phase::HandedOver | Phase::Stopping => {
                text(StatusCode::SERVICE_UNAVAILABLE, "draining")
            }
        }
    }

    fn sites(&self) -> Response<Vec<u8>> {
        match serde_json::to_vec_pretty(&sites::overview(self.published.get())) {
            Ok(json) => response(StatusCode::OK, "application/json", json),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    fn metrics(&self) -> Response<Vec<u8>> {
        let published = self.published.get();
        let statuses = published.into_iter().flat_map(Published::statuses);
        let is_failing = published.is_some_and(|published| published.directory().has_errors());
        self.metrics
            .note_statuses(statuses.map(|(_, status)| status), is_failing);
        response(
            StatusCode::OK,
            metrics::CONTENT_TYPE,
            self.metrics.text().into_bytes(),
        )
    }
}

fn text(status: StatusCode, text: &str) -> Response<Vec<u8>> {
    response(
        status,
        "text/plain; charset=utf-8",
        format!("{text}\n").into_bytes(),
    )
}

fn response(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_follows_the_life_of_the_program() {
        let admin = Admin {
            published: Arc::default(),
            metrics: Arc::new(Metrics::new()),
            life: Life::starting(),
        };
        let status = |path| admin.answer(&Method::GET, path).status();
        assert_eq!(status("/readyz"), StatusCode::SERVICE_UNAVAILABLE);
        for path in ["/healthz", "/sites", "/metrics"] {
            assert_eq!(status(path), StatusCode::OK, "{path}");
        }
        admin.life.enter(Phase::Serving);
        assert_eq!(status("/readyz"), StatusCode::OK);
        admin.life.enter(Phase::Draining);
        assert_eq!(status("/readyz"), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn a_process_that_has_handed_over_says_what_the_next_one_would() {
        let admin = Admin {
            published: Arc::default(),
            metrics: Arc::new(Metrics::new()),
            life: Life::new(),
        };
        for phase in [Phase::HandedOver, Phase::Stopping] {
            admin.life.enter(phase);
            assert_eq!(
                admin.answer(&Method::GET, "/readyz").status(),
                StatusCode::OK
            );
        }
    }
}
