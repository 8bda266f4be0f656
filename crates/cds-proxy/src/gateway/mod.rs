//! For each request: ours to answer, or the upstream's.
//!
//! A request for a CDS path never reaches the upstream, so it is answered while the upstream is
//! down; any other request never asks the site for more than `None`, so it passes while the site
//! is broken.

mod answer;
mod body;
mod claims;
mod client;
mod failure;
mod forward;
mod forwarded;
mod guard;
mod hop;
mod max_forwards;
mod outgoing;
mod passage;
mod problem;
mod rate;
mod request_id;
#[cfg(test)]
mod tests;
mod trace;

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use cds_site::{RequestHead, Respond};
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::modules::http::HttpModules;
use pingora::proxy::{FailToProxy, ProxyHttp, ProxyWarnLogContext, Session};
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorType, Result};
use tokio::sync::oneshot;

pub use self::client::Client;
use self::failure::Failure;
use self::forward::Hop;
pub use self::passage::Passage;
use self::problem::Problem;
pub use self::rate::RateLimit;
use self::request_id::{REQUEST_ID, RequestId};
use crate::access_log::{AccessLog, Entry};
use crate::config::{ForwardingSettings, RequestLimits};
use crate::metrics::{Answered, BrokenBy, Metrics, Source, UpstreamError};
use crate::seldom::Seldom;
use crate::server::{Connection, Life, Phase, Place};
use crate::upstream::{Member, Pace, Upstream, Way, reason};

/// Decides who answers a request, and passes on what is not ours.
pub struct Gateway<R> {
    /// What answers for CDS paths.
    pub site: R,
    /// What answers for the rest.
    pub upstream: Arc<Upstream>,
    /// How much of the rest at once.
    pub passage: Passage,
    /// Who is believed about a request's origin, and what the portal is told of it.
    pub forwarding: ForwardingSettings,
    /// What a request may be at most.
    pub limits: RequestLimits,
    /// How often a client may ask for documents, if there is a limit.
    pub rate: Option<RateLimit>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Where requests are logged, if they are.
    pub access_log: Option<Arc<AccessLog>>,
    /// When faults of our own were logged.
    pub(crate) faults: Seldom,
    /// Whether connections may be kept.
    pub life: Life,
    /// Goes when nobody is answered any more.
    pub ended: oneshot::Sender<Infallible>,
}

/// What is remembered of a request while it is answered.
#[derive(Debug)]
pub struct Exchange {
    begun: Instant,
    source: Source,
    client: Option<Client>,
    id: Option<RequestId>,
    /// Bytes of the request's body so far.
    received: u64,
    broken_by: Option<BrokenBy>,
    /// Whether all of the upstream's answer has come.
    is_whole: bool,
    /// Held while the request is passed on.
    place: Option<Place>,
    /// Which upstream is being asked, and which could not be reached.
    way: Way,
}

/// Idle connections are kept a minute: browsers ask again within it, and a load balancer in front
/// has a shorter limit of its own more often than not.
pub const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// Between two pieces of a request's body.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// For a client to take a piece of an answer, which is at most 64 KiB.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// For the rest of a request's body once the upstream has answered early.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

#[async_trait]
impl<R: Respond + Send + Sync> ProxyHttp for Gateway<R> {
    type CTX = Exchange;

    fn new_ctx(&self) -> Exchange {
        Exchange {
            begun: Instant::now(),
            source: Source::Proxy,
            client: None,
            id: None,
            received: 0,
            broken_by: None,
            is_whole: false,
            place: None,
            way: Way::default(),
        }
    }

    fn init_downstream_modules(&self, _: &mut HttpModules) {
        // The default is a compressor that is switched off: work for nothing. Representations of
        // the site come compressed, and the upstream's are passed on as they are.
    }

    async fn early_request_filter(
        &self,
        session: &mut Session,
        exchange: &mut Exchange,
    ) -> Result<()> {
        if let Some(connection) = Connection::of(session) {
            connection.end_head();
        }
        self.identify(session, exchange);
        self.limit(session);
        Ok(())
    }

    async fn request_filter(&self, session: &mut Session, exchange: &mut Exchange) -> Result<bool> {
        if let Some(problem) = guard::refusal(session, &self.limits) {
            problem.send(session, exchange.id.as_ref()).await?;
            return Ok(true);
        }
        let head = session.req_header();
        let Some(mut response) = self.site.respond(RequestHead::from(&**head)) else {
            return end_here(session, exchange.id.as_ref()).await;
        };
        if let Some(fields) = self.rate_exceeded(exchange) {
            Problem::TOO_MANY_REQUESTS
                .send_with(session, exchange.id.as_ref(), fields)
                .await?;
            return Ok(true);
        }
        exchange.source = Source::Site;
        if let Some(id) = &exchange.id {
            id.tell(response.headers_mut());
        }
        answer::send(session, response).await?;
        Ok(true)
    }

    async fn upstream_peer(
        &self,
        session: &mut Session,
        exchange: &mut Exchange,
    ) -> Result<Box<HttpPeer>> {
        if exchange.place.is_none() {
            exchange.place = Some(self.passage.enter().await?);
        }
        if let Err(why) = self.upstream.next(&mut exchange.way).await {
            self.upstream.nowhere();
            return Err(nowhere(why));
        }
        // What has been read of its body is sent again to whoever is asked next.
        exchange.received = 0;
        let demand = outgoing::demand(session);
        // Who has no more to ask still reads a short answer (RFC 9112 §9.6). An event stream may be
        // silent for an hour after the one that it is for has gone.
        session.set_abort_on_close(demand.pace == Pace::Occasional);
        let peer = self.upstream.peer(&exchange.way, demand);
        peer.ok_or_else(|| nowhere("there is none"))
    }

    fn fail_to_connect(
        &self,
        _: &mut Session,
        _: &HttpPeer,
        exchange: &mut Exchange,
        mut error: Box<Error>,
    ) -> Box<Error> {
        let failure = Failure::of(&error);
        let again = if failure.upstream_error().is_some() {
            let why = reason(&error).into_owned();
            let in_time = failure != Failure::Unresponsive;
            self.upstream.missed(&mut exchange.way, in_time, &why)
        } else {
            let again = self.upstream.pass_over(&mut exchange.way);
            if !again && exchange.way.is_refused() {
                // What another of its addresses said counts for more.
                error = Error::new_up(ErrorType::ConnectRefused);
            }
            again
        };
        error.set_retry(again);
        error
    }

    fn error_while_proxy(
        &self,
        _: &HttpPeer,
        session: &mut Session,
        mut error: Box<Error>,
        exchange: &mut Exchange,
        was_kept: bool,
    ) -> Box<Error> {
        if *error.etype() == ErrorType::ReadTimedout && !session.is_body_done() {
            // The upstream has no more of the request to answer than its client has sent.
            error.as_down();
        }
        let failure = Failure::of(&error);
        let again = failure.is_repeatable() && outgoing::may_be_sent_twice(session);
        // A kept connection that was just being closed says nothing about the upstream.
        let was_stale =
            was_kept && Failure::is_closing(&error) && session.response_written().is_none();
        if let Some(how) = failure.upstream_error().filter(|_| !was_stale) {
            self.upstream.failed(&exchange.way, how);
        }
        error.set_retry(again && self.upstream.repeat(&mut exchange.way, was_stale));
        error
    }

    async fn request_body_filter(
        &self,
        session: &mut Session,
        body: &mut Option<Bytes>,
        end: bool,
        exchange: &mut Exchange,
    ) -> Result<()> {
        // What goes through a tunnel is no body: it comes when there is something to say, and there
        // is no end to it.
        let tunnel = session.was_upgraded();
        if let Some(connection) = Connection::of(session) {
            connection.note_body(!end && !tunnel);
        }
        if tunnel {
            return Ok(());
        }
        exchange.received += body.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.limits.is_exceeded_by(exchange.received) {
            return Err(Error::new_down(ErrorType::HTTPStatus(413)));
        }
        Ok(())
    }

    async fn upstream_request_filter(
        &self,
        session: &mut Session,
        request: &mut RequestHeader,
        exchange: &mut Exchange,
    ) -> Result<()> {
        let client = exchange
            .client
            .unwrap_or_else(|| Client::of(session, &self.forwarding.trusted_proxies));
        max_forwards::count_down(request)?;
        if !self.upstream.keeps_connections() {
            outgoing::ask_to_close(request)?;
        }
        let authority = exchange.way.member().map_or("", Member::authority);
        Hop::of(session, client, exchange.id.as_ref()).announce(
            &self.forwarding,
            request,
            authority,
        )
    }

    async fn upstream_response_filter(
        &self,
        session: &mut Session,
        response: &mut ResponseHeader,
        exchange: &mut Exchange,
    ) -> Result<()> {
        let tunnel = response.status == StatusCode::SWITCHING_PROTOCOLS;
        if response.status.is_informational() && !tunnel {
            // The answer is still to come.
            return Ok(());
        }
        exchange.source = Source::Upstream;
        self.upstream.answered(&exchange.way);
        if tunnel {
            // Either side may be the one that is silent for long.
            session.set_read_timeout(Some(self.upstream.limits().stream));
            session.set_abort_on_close(false);
        } else if outgoing::is_event_stream(response) {
            session.set_abort_on_close(true);
        }
        // The end may have been asked for since the request came.
        self.limit_keepalive(session);
        Ok(())
    }

    async fn response_filter(
        &self,
        session: &mut Session,
        response: &mut ResponseHeader,
        exchange: &mut Exchange,
    ) -> Result<()> {
        let tunnel = response.status == StatusCode::SWITCHING_PROTOCOLS;
        if let Some(id) = &exchange.id
            && (tunnel || !response.status.is_informational())
            && !response.headers.contains_key(REQUEST_ID)
        {
            response.insert_header(RequestId::FIELD, id.value().clone())?;
        }
        let client = session.req_header().version;
        if client == Version::HTTP_10 && response.headers.contains_key(header::TRANSFER_ENCODING) {
            // Its body will end with the connection.
            session.set_keepalive(None);
        }
        hop::strip(response, client);
        speak_version_of(client, response);
        Ok(())
    }

    fn response_body_filter(
        &self,
        _: &mut Session,
        _: &mut Option<Bytes>,
        end: bool,
        exchange: &mut Exchange,
    ) -> Result<Option<Duration>> {
        exchange.is_whole |= end;
        Ok(None)
    }

    async fn fail_to_proxy(
        &self,
        session: &mut Session,
        error: &Error,
        exchange: &mut Exchange,
    ) -> FailToProxy {
        let failure = Failure::of(error);
        self.note(session, exchange, failure, error);
        // What fails once the whole answer is written breaks nothing off.
        let is_whole = exchange.is_whole && !failure::is_of_writing(error);
        exchange.broken_by = (!is_whole).then(|| failure.side());
        let Some(problem) = failure.problem() else {
            return FailToProxy {
                error_code: 0,
                can_reuse_downstream: false,
            };
        };
        // Nothing but what either side says belongs into a tunnel.
        let begun = session.was_upgraded()
            || session
                .response_written()
                .is_some_and(|head| !head.status.is_informational());
        if begun {
            // The answer breaks off; closing the connection is all that can still tell the client.
            let unread = !session.is_body_done();
            if let Some(connection) = Connection::of(session).filter(|_| unread) {
                connection.leave_unread();
                session.shutdown().await;
            }
            return FailToProxy {
                error_code: 0,
                can_reuse_downstream: false,
            };
        }
        exchange.source = Source::Proxy;
        // Pingora closes the connection after a failure whatever is said here, so the answer had
        // better say so too.
        session.set_keepalive(None);
        match problem.send(session, exchange.id.as_ref()).await {
            Ok(()) => {
                exchange.broken_by = None;
                session.shutdown().await;
            }
            Err(_) => exchange.broken_by = Some(BrokenBy::Client),
        }
        FailToProxy {
            error_code: problem.status.as_u16(),
            can_reuse_downstream: false,
        }
    }

    async fn logging(&self, session: &mut Session, _: Option<&Error>, exchange: &mut Exchange) {
        let status = session.response_written().map(|head| head.status);
        self.metrics.count_answered(Answered {
            method: &session.req_header().method,
            source: exchange.source,
            status,
            bytes: session.body_bytes_sent(),
            duration: exchange.begun.elapsed(),
            broken_by: exchange.broken_by,
        });
        if let Some(log) = &self.access_log {
            log.note(&entry(session, exchange));
        }
        let unread = !session.is_body_done();
        if let Some(connection) = Connection::of(session) {
            if unread {
                // The upstream answered before it had all of the request.
                connection.leave_unread();
            }
            connection.begin_head();
        }
    }

    fn suppress_error_log(&self, _: &Session, _: &Exchange, _: &Error) -> bool {
        // `note` says it, once per outage and in fewer words.
        true
    }

    fn suppress_proxy_warn_log(
        &self,
        _: &Session,
        _: &Exchange,
        _: &Error,
        _: ProxyWarnLogContext,
    ) -> bool {
        true
    }
}

impl<R> Gateway<R> {
    /// What a client is told that has asked for documents too often.
    fn rate_exceeded(&self, exchange: &Exchange) -> Option<HeaderMap> {
        let rate = self.rate.as_ref()?;
        let client = exchange
            .client
            .filter(|client| !client.is_on_this_machine())?;
        // Those of whom nobody tells an address share a limit.
        let address = client.address().unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let wait = rate.wait(address)?;
        Some(rate.fields(wait))
    }

    /// Finds out whom a request comes from, and what to call it.
    fn identify(&self, session: &Session, exchange: &mut Exchange) {
        let client = Client::of(session, &self.forwarding.trusted_proxies);
        exchange.client = Some(client);
        if self.forwarding.request_id {
            let fields = &session.req_header().headers;
            let brought = client.is_behind_trusted().then(|| RequestId::of(fields));
            exchange.id = Some(brought.flatten().unwrap_or_else(RequestId::new));
        }
    }

    /// Sets what Pingora leaves without a limit, anew for each request: a request's own fields
    /// reset what the one before was given.
    fn limit(&self, session: &mut Session) {
        session.set_read_timeout(Some(READ_TIMEOUT));
        session.set_write_timeout(Some(WRITE_TIMEOUT));
        session.set_total_drain_timeout(Some(DRAIN_TIMEOUT));
        // A client may close its sending side once it has asked (RFC 9112 §9.6).
        session.set_abort_on_close(false);
        // Without it, anything a client sends before it has its answer (RFC 9112 §9.3.2) counts
        // as an error of the exchange, and the answer is lost. Requests are still served one by
        // one: of a next one, no more than what came along is read.
        session.set_pipelining_enabled(true);
        // RFC 9110 §15.2: not to be sent to a client that speaks HTTP/1.0.
        let old = session.req_header().version < Version::HTTP_11;
        session.set_ignore_info_resp(old);
        self.limit_keepalive(session);
    }

    fn limit_keepalive(&self, session: &mut Session) {
        if self.life.phase() > Phase::Serving {
            session.set_keepalive(None);
        } else if session.get_keepalive().is_some() {
            session.set_keepalive(Some(KEEP_ALIVE.as_secs()));
        }
    }

    fn note(&self, session: &Session, exchange: &Exchange, failure: Failure, error: &Error) {
        if failure == Failure::Exhausted {
            self.metrics.count_upstream_refusal();
            return self.passage.complain(error);
        }
        let kind = failure.upstream_error();
        if let Some(kind) = kind {
            self.metrics.count_upstream_error(kind);
        }
        let upstream = exchange.way.last();
        let news = match (kind, upstream) {
            // Of those that can't be reached, the log tells once per outage.
            (Some(UpstreamError::Unreachable), _) => None,
            (Some(kind), Some(upstream)) => {
                upstream.is_news(kind, &reason(error)).then(String::new)
            }
            (None, _) if failure != Failure::Internal => None,
            _ => self.faults.now(),
        };
        if let Some(more) = news {
            let head = session.req_header();
            tracing::warn!(
                upstream = upstream.map(|upstream| tracing::field::display(upstream.url())),
                request_id = exchange.id.as_ref().and_then(RequestId::as_str),
                method = %head.method,
                // Queries may hold what nobody should read in a log.
                path = head.uri.path(),
                "{}{more}",
                reason(error),
            );
        }
    }
}

/// Answers a request that isn't ours and yet goes no further; whether it is one.
async fn end_here(session: &mut Session, id: Option<&RequestId>) -> Result<bool> {
    let head = session.req_header();
    if outgoing::goes_round(head) {
        Problem::LOOP.send(session, id).await?;
    } else if max_forwards::left(head) == Some(0) {
        max_forwards::answer(session, id).await?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// A request as it is logged.
fn entry<'a>(session: &'a Session, exchange: &'a Exchange) -> Entry<'a> {
    let head = session.req_header();
    Entry {
        request_id: exchange.id.as_ref().and_then(RequestId::as_str),
        trace_id: trace::id(&head.headers),
        client: exchange.client.and_then(|client| client.address()),
        method: &head.method,
        // HTTP/2 names it in the target.
        host: match head.uri.authority() {
            Some(authority) => Some(authority.as_str().as_bytes()),
            None => head.headers.get(header::HOST).map(HeaderValue::as_bytes),
        },
        path: head.uri.path(),
        query: head.uri.query(),
        version: head.version,
        status: session.response_written().map(|head| head.status),
        bytes: session.body_bytes_sent(),
        duration: exchange.begun.elapsed(),
        source: exchange.source,
        upstream: exchange.way.address(),
        broken_by: exchange.broken_by,
    }
}

/// The version is ours to say, not the upstream's (RFC 9110 §2.5), and a client that speaks
/// HTTP/1.0 knows no chunks (RFC 9112 §6.1): it gets a body that ends with the connection.
fn speak_version_of(client: Version, response: &mut ResponseHeader) {
    if client == Version::HTTP_10 {
        response.remove_header(&header::TRANSFER_ENCODING);
        response.set_version(Version::HTTP_10);
    } else if response.version < Version::HTTP_11 {
        response.set_version(Version::HTTP_11);
    }
}

fn nowhere(why: &'static str) -> Box<Error> {
    let mut error = Error::new_up(ErrorType::ConnectNoRoute);
    error.set_context(why);
    error
}
