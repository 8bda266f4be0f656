//! The endpoint for operators, and what of it scrapers and probes may ask.

mod reload;
mod sites;
mod web_page;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use http::{HeaderValue, Method, Response, StatusCode, header};
use pingora::apps::http_app::ServeHttp;
use pingora::protocols::http::ServerSession;
use serde::Serialize;
use tokio::sync::Mutex;

use self::reload::Ended;
use crate::metrics::{self, Metrics};
use crate::published::Published;
use crate::server::tls::Renewal;
use crate::server::{Life, Phase};

/// Answers `/healthz`, `/readyz`, `/sites`, `/metrics` and `POST /reload`, as far as who asks may.
#[derive(Debug)]
pub struct Admin {
    /// Who asks.
    pub audience: Audience,
    /// What to tell about, once it has been read.
    pub published: Arc<OnceLock<Published>>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Whether the program serves.
    pub life: Life,
    /// Looks after certificates.
    pub renewal: Option<Renewal>,
    /// Held by whoever has everything read again: the others wait without a thread.
    pub reloading: Arc<Mutex<()>>,
}

/// Who asks, which is told by the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Those who run the proxy. They may ask everything.
    Operators,
    /// Machines of a network. They learn no paths and no findings, and cause no work.
    Scrapers,
}

#[async_trait]
impl ServeHttp for Admin {
    async fn response(&self, session: &mut ServerSession) -> Response<Vec<u8>> {
        let head = session.req_header();
        let path = head.uri.path();
        let refusal = match path {
            "/sites" | "/reload" => web_page::refusal(session),
            _ => None,
        };
        let selection = Selection::of(self.audience, &head.method, path);
        let mut response = match (selection, refusal) {
            (Selection::Page(_) | Selection::Reload, Some(why)) => text(StatusCode::FORBIDDEN, why),
            (Selection::Page(page), None) => page(self),
            (Selection::Reload, None) => self.reload().await,
            (Selection::Only(methods), _) => only(methods),
            (Selection::Nothing, _) => text(StatusCode::NOT_FOUND, self.audience.paths()),
        };
        let length = HeaderValue::from(response.body().len());
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length);
        response
    }
}

/// What is asked for.
#[derive(Debug)]
enum Selection {
    Page(fn(&Admin) -> Response<Vec<u8>>),
    Reload,
    /// What is there answers to these methods alone.
    Only(&'static str),
    Nothing,
}

impl Audience {
    const fn paths(self) -> &'static str {
        match self {
            Self::Operators => {
                "not found; there are /healthz, /readyz, /sites, /metrics and POST /reload"
            }
            Self::Scrapers => "not found; there are /healthz, /readyz and /metrics",
        }
    }
}

impl Selection {
    fn of(audience: Audience, method: &Method, path: &str) -> Self {
        let page: fn(&Admin) -> Response<Vec<u8>> = match path {
            "/healthz" => |_| text(StatusCode::OK, "ok"),
            "/readyz" => Admin::ready,
            "/metrics" => Admin::metrics,
            _ if audience == Audience::Scrapers => return Self::Nothing,
            "/sites" => Admin::sites,
            // Reading again is work, and no link or prefetch may cause it (RFC 9110 §9.2.1).
            "/reload" if method == Method::POST => return Self::Reload,
            "/reload" => return Self::Only("POST"),
            _ => return Self::Nothing,
        };
        if method == Method::GET || method == Method::HEAD {
            Self::Page(page)
        } else {
            Self::Only("GET, HEAD")
        }
    }
}

impl Admin {
    /// Reads everything again, and answers once that has ended: 409 (RFC 9110 §15.5.10) if files
    /// have to be mended first, so that `curl --fail` fails.
    async fn reload(&self) -> Response<Vec<u8>> {
        let Some(published) = self.published.get().cloned() else {
            return text(StatusCode::SERVICE_UNAVAILABLE, "starting");
        };
        let turn = Arc::clone(&self.reloading).lock_owned().await;
        let renewal = self.renewal.clone();
        let ended = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            Ended::of(&published, renewal.as_ref())
        });
        let ended = ended.await;
        match ended {
            Ok(ended) => json(ended.status(), &ended),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
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
        json(StatusCode::OK, &sites::overview(self.published.get()))
    }

    fn metrics(&self) -> Response<Vec<u8>> {
        let published = self.published.get();
        let statuses = published.into_iter().flat_map(Published::statuses);
        let is_failing = published.is_some_and(|published| published.directory().has_errors());
        self.metrics
            .note_statuses(statuses.map(|(_, status)| status), is_failing);
        let ends = self.renewal.iter().flat_map(Renewal::ends);
        self.metrics.note_certificates(ends);
        response(
            StatusCode::OK,
            metrics::CONTENT_TYPE,
            self.metrics.text().into_bytes(),
        )
    }
}

/// RFC 9110 §15.5.6.
fn only(methods: &'static str) -> Response<Vec<u8>> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, &format!("only {methods}"));
    let methods = HeaderValue::from_static(methods);
    response.headers_mut().insert(header::ALLOW, methods);
    response
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Vec<u8>> {
    match serde_json::to_vec_pretty(value) {
        Ok(json) => response(status, "application/json", json),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
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

    fn get(admin: &Admin, path: &str) -> Response<Vec<u8>> {
        match Selection::of(admin.audience, &Method::GET, path) {
            Selection::Page(page) => page(admin),
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn reading_again_takes_a_post_and_everything_else_none() {
        let selection = |method, path| {
            let selection = Selection::of(Audience::Operators, &method, path);
            format!("{selection:?}")
        };
        assert_eq!(selection(Method::POST, "/reload"), "Reload");
        assert_eq!(selection(Method::GET, "/reload"), r#"Only("POST")"#);
        assert_eq!(selection(Method::POST, "/sites"), r#"Only("GET, HEAD")"#);
        assert_eq!(selection(Method::POST, "/other"), "Nothing");
    }

    #[test]
    fn scrapers_may_read_counts_and_health_and_nothing_else() {
        let selection = |method, path| Selection::of(Audience::Scrapers, &method, path);
        for path in ["/metrics", "/healthz", "/readyz"] {
            for method in [Method::GET, Method::HEAD] {
                assert!(
                    matches!(selection(method, path), Selection::Page(_)),
                    "{path}"
                );
            }
            assert!(matches!(
                selection(Method::POST, path),
                Selection::Only("GET, HEAD")
            ));
        }
        for path in ["/sites", "/reload", "/"] {
            for method in [Method::GET, Method::POST] {
                assert!(
                    matches!(selection(method, path), Selection::Nothing),
                    "{path}"
                );
            }
        }
    }

    #[test]
    fn readiness_follows_the_life_of_the_program() {
        let admin = Admin {
            audience: Audience::Operators,
            published: Arc::default(),
            metrics: Arc::new(Metrics::new()),
            life: Life::starting(),
            renewal: None,
            reloading: Arc::default(),
        };
        let status = |path| get(&admin, path).status();
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
            audience: Audience::Operators,
            published: Arc::default(),
            metrics: Arc::new(Metrics::new()),
            life: Life::new(),
            renewal: None,
            reloading: Arc::default(),
        };
        for phase in [Phase::HandedOver, Phase::Stopping] {
            admin.life.enter(phase);
            assert_eq!(get(&admin, "/readyz").status(), StatusCode::OK);
        }
    }
}
