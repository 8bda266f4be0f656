//! A Tower layer that publishes CDS-WG1-01 server metadata in front of any HTTP service.
//!
//! A utility edits JSON files in a directory; one line in the program that serves its portal puts
//! them on the web, at `/.well-known/cds-server-metadata.json` and wherever the documents say they
//! live. Every other request goes to the portal untouched.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use tower_cds::{CdsLayer, LiveSite};
//!
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     let site = LiveSite::open("cds")?;
//!     let app = Router::new()
//!         .route("/", get(async || "Welcome to Demo Gas & Electric"))
//!         .layer(CdsLayer::new(site));
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     axum::serve(listener, app).await
//! }
//! ```
//!
//! A saved file is served within a second. A file with a mistake in it is not served: the last
//! good version stays, and the mistake is reported through `tracing` and `LiveSite::subscribe`.
//!
//! # Documents from a database
//!
//! Programs whose documents come from somewhere else compile a [`Site`] themselves and give the
//! layer an `Arc<Site>`, or a [`SiteHandle`] when the documents change. The documents are bytes, as
//! a directory would have them, or values; rules and answers are the same:
//!
//! ```
//! # use std::time::SystemTime;
//! use tower_cds::metadata::{CoverageEntry, MetadataObject};
//! use tower_cds::{CdsLayer, Compiled, Site, SiteHandle, Source, Sources, compile};
//!
//! let handle = SiteHandle::new(Site::unavailable());
//! let layer = CdsLayer::new(handle.clone());
//!
//! // Whenever the documents change:
//! fn publish(object: &MetadataObject, entries: &[CoverageEntry], handle: &SiteHandle) {
//!     let now = SystemTime::now();
//!     let mut sources = Sources::new();
//!     sources.insert_metadata("", object, now);
//!     sources.insert_coverage("", entries, now);
//!     sources.insert(Source::new("site.toml", "max_age = \"1m\"", now));
//!     let Compiled { site, report } = compile(&sources, now, Some(&handle.load()));
//!     for finding in report.findings() {
//!         eprintln!("{finding}");
//!     }
//!     if let Some(site) = site {
//!         handle.store(site);
//!     }
//! }
//! # let _ = (layer, publish);
//! ```
//!
//! `examples/database-portal` is a whole program. [`metadata`] has the types; [`Sources`] shows how
//! their values are made.
//!
//! A site whose `site.toml` has a maintenance with an end says so by [`Site::due`]; `LiveSite` ends
//! it by itself, and such a program stores [`Site::resumed`] then. A [`SiteSet`] has both, too.
//!
//! # Many sites
//!
//! A service that answers for many utilities gives the layer a directory of sites, or a [`SiteSet`]
//! from memory. A document answers on the host of its own URL and on the `hosts` that its site's
//! `site.toml` adds; requests for other hosts pass on. The host is that of the request target, else
//! that of `Host`; forwarded hosts are not believed.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use tower_cds::{Bind, CdsLayer, LiveSites, Options};
//!
//! # fn main() -> std::io::Result<()> {
//! // sites/demoutility.com/cds-server-metadata.json, sites/example.org/…
//! let sites = LiveSites::open("sites")?;
//! let app: Router = Router::new()
//!     .route("/", get(async || "Welcome to your utility"))
//!     .layer(CdsLayer::new(sites));
//!
//! // Sites that belong to different people: none answers for a host that its directory isn't
//! // named after.
//! let sites = LiveSites::open_with("sites", &Options::new().bind(Bind::Directory))?;
//! # let _ = (app, sites);
//! # Ok(())
//! # }
//! ```
//!
//! Sites from memory are put into a set, which another takes the place of when one of them changes:
//!
//! ```
//! use tower_cds::{Bind, CdsLayer, Site, SiteSet, SiteSetHandle};
//!
//! # fn compiled() -> Vec<(String, Site)> { Vec::new() }
//! let mut sites = SiteSet::bound(Bind::Directory);
//! sites.extend(compiled());
//! let handle = SiteSetHandle::new(sites);
//! let layer = CdsLayer::new(handle.clone());
//!
//! // Whenever one of them changes:
//! let mut sites = SiteSet::clone(&handle.load());
//! sites.insert("demoutility.com", Site::unavailable());
//! handle.store(sites);
//! # let _ = layer;
//! ```
//!
//! # Where the layer goes
//!
//! **Outermost, as a rule.** The well-known document never asks for authentication (CDS-WG1-01
//! §8.1), so sessions, tokens and login redirects belong inside. So does what changes responses:
//! the documents bring their own codings, validators and CORS headers, and a CORS layer outside
//! would override them. A compression layer outside compresses nothing twice, but what goes plain
//! it compresses for each request anew, and under the entity tag of the plain bytes. What may stay
//! outside: access logs, metrics, rate limits with a budget that low-volume use never meets.
//!
//! ## axum 0.8
//!
//! | written | what it does |
//! | --- | --- |
//! | `router.layer(cds)` as the last call | answers before every route and before the fallback, the default 404 included |
//! | `Router::new().fallback_service(cds.layer(router))` | the same; the request meets the layer before `router` has matched anything |
//! | `cds.layer(router)` served as it is | the same; hyper takes it. `axum::serve` asks for axum's own body type, so put `ServiceExt::<Request>::map_response(service, Response::into_response)` before `into_make_service()` |
//! | `router.layer(cds)`, then `.fallback(…)` | the new fallback takes the place of the layered one: documents are **not** answered |
//! | `router.layer(cds)`, then `.route("/{*rest}", …)` | the route catches the documents' paths: **not** answered |
//! | `router.route_layer(cds)` | runs for the router's own routes only, none of which is a document: **not** answered |
//! | `outer.nest("/x", inner).layer(cds)` | answers; the layer sees whole paths |
//! | `outer.nest("/x", inner.layer(cds))` | **not** answered; if `inner` has a fallback of its own, at `/x/.well-known/…`, because nesting takes the prefix off |
//! | `outer.nest_service("/x", cds.layer(inner))` | only at `/x/.well-known/…`, for the same reason |
//! | `a.merge(b).layer(cds)` | answers |
//! | `a.merge(b.layer(cds))` | answers, unless `a` has a fallback of its own |
//! | `a.layer(cds).merge(b)` | **not** answered, unless `a` has a fallback of its own: merging keeps one fallback, the second router's when both are the default |
//!
//! ## hyper 1
//!
//! Wrap the layered service in `hyper_util::service::TowerToHyperService`. HTTP/1 and HTTP/2 both
//! work.
//!
//! ## tonic
//!
//! `Server::builder().layer(CdsLayer::new(site))` answers documents on the port of the gRPC
//! services; messages and trailers of calls come through unchanged. tonic speaks HTTP/2 only until
//! `accept_http1(true)` is set, and few readers of the documents speak HTTP/2 without TLS.
//!
//! # What it does with requests
//!
//! - The source is asked once per request, with the method, the URI and the headers. What it
//!   answers is sent; what it leaves alone reaches the inner service as it came, body and
//!   extensions included. The inner error type stays, and nothing is boxed.
//! - `HEAD` gets the headers of `GET`, `Content-Length` included, without a body. Other methods on
//!   a document's path are answered too (204, 405) and don't reach the inner service.
//! - Which request comes next is unknown when a service is asked whether it is ready, so a
//!   document waits while the inner service does: behind a concurrency limit that is used up, it
//!   waits for a place. It does not use the place up. If documents have to be answered under any
//!   load, put `tower::load_shed` between the layer and the limit: that is always ready and
//!   refuses when called, which a document never does.
//!
//! # What it doesn't do
//!
//! No TLS, no authentication, no rate limit, no access log. It does no input or output of its own
//! while it answers, and needs no particular async runtime. It removes no dot segments and follows
//! no forwarded-host headers: it answers for the host that the request names.
//!
//! # Features
//!
//! `brotli` and `gzip`, on by default, and `zstd`: the content codings that documents are sent in.
//! zstd is the best of them and the first choice of browsers, but it compiles a C library, which not
//! every program wants to begin with; turn it on where a C compiler is at hand.
//!
//! `stream`: `Subscription`, which tells of every reload, is a `Stream`.
//!
//! `live`, on by default: `LiveSite`, a site directory that is watched, and `LiveSites`. Without it the tree has no
//! file watching, and documents come from the program. The feature needs a Unix system;
//! elsewhere, set `default-features = false`.

mod layer;

mod service;

mod future;

mod body;

pub use body::ResponseBody;
#[cfg(feature = "live")]
pub use cds_live::{
    Limits, LiveSite, LiveSites, Options, Outcome, Reload, SiteReload, State, Status, Subscription,
    WatchMode, Watching,
};
pub use cds_site::metadata;
pub use cds_site::{
    Bind, Body, Compiled, Compiler, EntryChanges, Excerpt, Finding, Handle, Kind, Level, Place,
    Pointer, Report, RequestHead, Respond, Rule, Severities, Severity, Site, SiteHandle, SiteSet,
    SiteSetHandle, Source, Sources, compile, stand_in,
};
pub use future::ResponseFuture;
pub use layer::CdsLayer;
pub use service::CdsService;
