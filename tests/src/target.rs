//! What the scenarios run against.

use std::sync::Arc;

use axum::Router;
use cds_live::{LiveSite, LiveSites, Options};
use cds_site::{Bind, Respond};
use http::{HeaderName, header};
use http_body_util::BodyExt;
use tower::{Layer, service_fn};
use tower_cds::CdsLayer;

use crate::answer::{Answer, Value};
use crate::ask::{Ask, Received};
use crate::portal::{REACHED, ReachedPortal, echo};
use crate::publisher::Publisher;
use crate::serving::Serving;
use crate::site_dir::{Fixture, SiteDir};
use crate::wire;

/// What the proxy calls a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The kinds of target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A compiled site or several, without a socket.
    Site,
    /// The layer on an axum router, over TCP.
    Axum,
    /// The layer under bare hyper, over TCP.
    Hyper,
    /// The proxy's binary in front of a portal, over TCP.
    Proxy,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Site, Self::Axum, Self::Hyper, Self::Proxy];

    /// An answer of the site with the fields that the server adds to it.
    pub fn with_own_fields(self, answer: Answer) -> Answer {
        let dated = || answer.clone().with(header::DATE, Value::Date);
        match self {
            Self::Site => answer,
            Self::Axum | Self::Hyper => dated(),
            // Pingora says so for HTTP/1.0 Clients, and to others too.
            Self::Proxy => dated()
                .with(header::CONNECTION, Value::Is("keep-alive"))
                .with(REQUEST_ID, Value::Name),
        }
    }
}

/// Something that publishes a fixture and passes all else on to the portal that says what
/// reached it.
pub struct Target {
    kind: Kind,
    serves: Serves,
    _site: SiteDir,
}

/// What answers.
type Source = Arc<dyn Respond + Send + Sync>;

enum Serves {
    Memory(Source),
    Layer(Serving),
    /// And the portal behind it.
    Proxy(
        Publisher,
        #[expect(dead_code, reason = "lives as long")] Serving,
    ),
}

/// Who answered.
#[derive(Debug)]
pub enum Outcome {
    /// The site.
    Answered(Received),
    /// Nobody: the request is for the portal, which there is none behind a site in memory.
    PassedOn,
    /// The portal.
    Portal(ReachedPortal),
}

impl Target {
    /// Starts a target of this kind for a fixture.
    pub async fn start(kind: Kind, fixture: Fixture) -> Self {
        let site = SiteDir::of(fixture);
        let serves = match kind {
            Kind::Site => Serves::Memory(snapshot(&site, fixture)),
            Kind::Axum => Serves::Layer(under_axum(open(&site, fixture)).await),
            Kind::Hyper => {
                let service = CdsLayer::new(open(&site, fixture)).layer(service_fn(echo));
                Serves::Layer(Serving::hyper(service).await)
            }
            Kind::Proxy => behind_proxy(&site, fixture).await,
        };
        Self {
            kind,
            serves,
            _site: site,
        }
    }

    /// What a request gets.
    pub async fn ask(&self, ask: &Ask) -> Outcome {
        let mut known = Vec::new();
        for (placeholder, ask, name) in ask.placeholders() {
            match self.send(ask.request(&[])).await {
                Outcome::Answered(received) => {
                    known.push((placeholder, received.field(&name).to_owned()));
                }
                other => panic!("{placeholder}: {other:?}"),
            }
        }
        self.send(ask.request(&known)).await
    }

    /// What kind it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    async fn send(&self, request: http::Request<bytes::Bytes>) -> Outcome {
        let address = match &self.serves {
            Serves::Memory(site) => return in_memory(site, &request).await,
            Serves::Layer(serving) => serving.address,
            Serves::Proxy(proxy, _) => proxy.address,
        };
        let line = format!("{} {}", request.method(), request.uri());
        let sent = wire::send(address, request).await;
        let received = sent.unwrap_or_else(|error| panic!("{line}: {error:#}"));
        if let Some(reached) = received.headers.get(REACHED) {
            return Outcome::Portal(serde_json::from_slice(reached.as_bytes()).unwrap());
        }
        Outcome::Answered(received)
    }
}

fn open(site: &SiteDir, fixture: Fixture) -> Source {
    match fixture.bind() {
        None => Arc::new(LiveSite::open(site.path()).unwrap()),
        Some(bind) => Arc::new(open_sites(site, bind)),
    }
}

fn snapshot(site: &SiteDir, fixture: Fixture) -> Source {
    match fixture.bind() {
        None => LiveSite::open(site.path()).unwrap().site(),
        Some(bind) => open_sites(site, bind).sites(),
    }
}

fn open_sites(site: &SiteDir, bind: Bind) -> LiveSites {
    LiveSites::open_with(site.path(), &Options::new().bind(bind)).unwrap()
}

async fn under_axum(site: Source) -> Serving {
    let portal = async |request: axum::extract::Request| echo(request).await;
    let router = Router::new().fallback(portal).layer(CdsLayer::new(site));
    Serving::start(|listener| async move { axum::serve(listener, router).await.unwrap() }).await
}

async fn behind_proxy(site: &SiteDir, fixture: Fixture) -> Serves {
    let portal = Serving::portal().await;
    let proxy = match fixture.bind() {
        None => Publisher::proxy(site.path(), portal.address).await,
        Some(bind) => Publisher::proxy_of_sites(site.path(), bind, portal.address).await,
    };
    Serves::Proxy(proxy, portal)
}

async fn in_memory(site: &Source, request: &http::Request<bytes::Bytes>) -> Outcome {
    let Some(response) = site.respond(request.into()) else {
        return Outcome::PassedOn;
    };
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Outcome::Answered(Received {
        status: parts.status,
        headers: parts.headers,
        body,
    })
}
