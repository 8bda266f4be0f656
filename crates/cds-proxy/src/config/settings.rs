//! The settings once every source has been heard.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::conflicts::conflicts;
use super::keys;
use super::layer::Layer;
use super::mistake::Mistake;
use super::section::{
    AccessLogSection, CertificateFiles, ForwardingSection, LimitsSection, ListenSection,
    ProcessSection, SiteSection,
};
use super::upstream_settings::UpstreamSettings;
use super::values::{
    HostSent, ListenAddress, LogFormat, Mode, Peers, Size, Threads, Timeout, UrlPath, Watching,
};
use crate::metrics::Source;
use crate::rules::config_invalid::CONFIG_INVALID;

/// What `run` works with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where clients connect to, at least one.
    pub listeners: Vec<ListenerSettings>,
    /// The portal.
    pub upstream: UpstreamSettings,
    /// The documents.
    pub site: SiteSettings,
    /// What the portal is told.
    pub forwarding: ForwardingSettings,
    /// Address of the admin endpoint.
    pub admin: ListenAddress,
    /// Address of the listener for scrapers and probes, if there is one.
    pub metrics: Option<ListenAddress>,
    /// How much is logged; `None` is what the program itself finds fit.
    pub log: String,
    /// The log of requests.
    pub access_log: AccessLogSettings,
    /// How many connections of clients there may be at a time; `None` is what the system allows.
    pub max_connections: Option<NonZeroU32>,
    /// What a request may be at most.
    pub requests: RequestLimits,
    /// How often a client may ask for documents, if there is a limit.
    pub rate: Option<Rate>,
    /// The process.
    pub process: ProcessSettings,
}

/// A place where clients connect to.
#[derive(Debug, Clone)]
pub struct ListenerSettings {
    /// The address.
    pub address: ListenAddress,
    /// Who may connect, if it is a Unix socket.
    pub mode: Mode,
    /// The certificates to speak TLS with; without any, it is not spoken.
    pub tls: Vec<CertificateFiles>,
    /// Whether HTTP/2 is spoken with who wants to.
    pub http2: bool,
    /// Who begins connections with a PROXY protocol header.
    pub proxies: Peers,
}

/// The documents.
#[derive(Debug, Clone)]
pub struct SiteSettings {
    /// Where they are.
    pub place: Place,
    /// How they are read and watched.
    pub live: cds_live::Options,
    /// Whether its errors keep the program from starting.
    pub strict: bool,
    /// Where what was found at a reload is written to.
    pub report: Option<PathBuf>,
}

/// Where documents are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a site directory.
    Site(PathBuf),
    /// In a directory of sites.
    Sites(PathBuf),
}

/// What the portal is told about a request's origin.
#[derive(Debug, Clone)]
pub struct ForwardingSettings {
    /// Who is believed about whom a request comes from.
    pub trusted_proxies: Peers,
    /// Whether X-Forwarded-* fields are sent.
    pub x_forwarded: bool,
    /// Whether `Forwarded` is sent.
    pub forwarded: bool,
    /// Whether requests have an X-Request-Id.
    pub request_id: bool,
    /// Whether `Via` is sent.
    pub via: bool,
    /// Which `Host` is sent.
    pub host: HostSent,
}

/// The log of requests.
#[derive(Debug, Clone)]
pub struct AccessLogSettings {
    /// How it is written, if it is.
    pub format: LogFormat,
    /// Whether it has query strings.
    pub queries: bool,
    /// Paths that it leaves out, with what is below them.
    pub except: Vec<UrlPath>,
    /// Requests that it has, by who answered.
    pub sources: Vec<Source>,
}

/// What a request may be at most, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// The whole head of an HTTP/1 request, its first line included.
    pub head: usize,
    /// Its target.
    pub target: usize,
    /// Its body, if there is a limit.
    pub body: Option<u64>,
}

/// How often a client may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

/// The process.
#[derive(Debug, Clone, Copy)]
pub struct ProcessSettings {
    /// Worker threads.
    pub threads: Threads,
    /// How long listeners stay open after the signal to end.
    pub drain_delay: Duration,
    /// Limit for requests in flight after the signal to end, the delay included.
    pub drain_timeout: Duration,
}

impl Settings {
    /// Loopback: the endpoint tells about the inside.
    pub(crate) const ADMIN: ListenAddress = on_loopback(9901);

    /// Fills what no source says with defaults.
    ///
    /// # Errors
    ///
    /// Every setting that is missing, and every one that makes no sense.
    pub fn resolve(layer: Layer) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = conflicts(&layer);
        let listeners = layer.listeners();
        let upstream = UpstreamSettings::of(layer.upstream);
        let site = SiteSettings::of(layer.site, &layer.limits);
        mistakes.extend(upstream.as_ref().err().cloned());
        mistakes.extend(site.as_ref().err().cloned());
        match (upstream, site) {
            (Ok(upstream), Ok(site)) if mistakes.is_empty() => Ok(Self {
                listeners: listeners.into_iter().map(ListenerSettings::of).collect(),
                upstream,
                site,
                forwarding: ForwardingSettings::of(layer.forwarding),
                admin: layer.admin.address.unwrap_or(Self::ADMIN),
                metrics: layer.admin.metrics,
                log: layer.log.level.unwrap_or_default().or("info").to_owned(),
                access_log: AccessLogSettings::of(layer.access_log),
                max_connections: layer.limits.max_connections,
                requests: layer.limits.of_requests(),
                rate: layer.limits.of_clients(),
                process: ProcessSettings::of(layer.process),
            }),
            _ => Err(mistakes),
        }
    }
}

impl ListenerSettings {
    /// Loopback, so that nothing is published to a network unless someone says so.
    pub(super) const DEFAULT: ListenAddress = on_loopback(8080);

    fn of(section: ListenSection) -> Self {
        Self {
            address: section.address,
            mode: section.mode.unwrap_or(Mode::EVERYONE),
            tls: section.tls.unwrap_or_default(),
            http2: section.http2.unwrap_or(true),
            proxies: section.proxy_protocol.unwrap_or_default().into(),
        }
    }
}

impl SiteSettings {
    fn of(section: SiteSection, limits: &LimitsSection) -> Result<Self, Mistake> {
        let live = live_options(&section, limits);
        let place = match (section.dir, section.sites) {
            (_, Some(dir)) => Place::Sites(dir),
            (Some(dir), None) => Place::Site(dir),
            (None, None) => return Err(missing("site.dir", "site")),
        };
        Ok(Self {
            place,
            live,
            strict: section.strict.unwrap_or(false),
            report: section.report,
        })
    }
}

impl Place {
    /// The directory.
    pub fn dir(&self) -> &Path {
        match self {
            Self::Site(dir) | Self::Sites(dir) => dir,
        }
    }
}

/// How documents are read and watched.
fn live_options(section: &SiteSection, limits: &LimitsSection) -> cds_live::Options {
    let bind = section.bind.unwrap_or_default();
    let mut options = cds_live::Options::new()
        .limits(limits.of_sites())
        .bind(bind.into());
    if let Some(Watching(mode)) = section.watch {
        options = options.watch(mode);
    }
    if let Some(Timeout(interval)) = section.poll_interval {
        options = options.poll_interval(interval);
    }
    match &section.state_dir {
        Some(dir) => options.state_dir(dir),
        None => options,
    }
}

impl LimitsSection {
    /// How large the files of a site may be.
    pub fn of_sites(&self) -> cds_live::Limits {
        let size = |given: Option<Size>, default| given.map_or(default, |size| size.0);
        let mut limits = cds_live::Limits::new();
        limits.document_size = size(self.max_document_size, limits.document_size);
        limits.file_size = size(self.max_file_size, limits.file_size);
        limits.total_size = size(self.max_total_size, limits.total_size);
        limits
    }
}

impl LimitsSection {
    /// How large a request may be.
    fn of_requests(&self) -> RequestLimits {
        let size = |given: Option<Size>, default| {
            given.map_or(default, |size| {
                usize::try_from(size.0).unwrap_or(usize::MAX)
            })
        };
        let default = RequestLimits::default();
        RequestLimits {
            head: size(self.max_head_size, default.head),
            target: size(self.max_target_size, default.target),
            body: self.max_body_size.map(|size| size.0),
        }
    }
}

impl LimitsSection {
    /// A hundredth of a processor for each client, and far more than a crawler across the internet
    /// asks for.
    const RATE: u32 = 500;

    /// How often a client may ask for documents.
    fn of_clients(&self) -> Option<Rate> {
        let per_second = NonZeroU32::new(self.rate.unwrap_or(Self::RATE))?;
        let ten_seconds = per_second.saturating_mul(NonZeroU32::MIN.saturating_add(9));
        Some(Rate {
            per_second,
            burst: self.burst.unwrap_or(ten_seconds),
        })
    }
}

impl Default for RequestLimits {
    /// Heads a hundred times as large as usual, targets twice as long as most portals take, and
    /// bodies of any size: what may be uploaded is for the portal to say.
    fn default() -> Self {
        Self {
            head: 64 << 10,
            target: 16 << 10,
            body: None,
        }
    }
}

impl RequestLimits {
    /// Whether a body of so many bytes is too large.
    pub fn is_exceeded_by(&self, bytes: u64) -> bool {
        self.body.is_some_and(|most| bytes > most)
    }
}

impl ForwardingSettings {
    fn of(section: ForwardingSection) -> Self {
        Self {
            trusted_proxies: section.trusted_proxies.unwrap_or_default().into(),
            x_forwarded: section.x_forwarded.unwrap_or(true),
            forwarded: section.forwarded.unwrap_or(true),
            request_id: section.request_id.unwrap_or(true),
            via: section.via.unwrap_or(true),
            host: section.host.unwrap_or_default(),
        }
    }
}

impl Default for ForwardingSettings {
    fn default() -> Self {
        Self::of(ForwardingSection::default())
    }
}

impl AccessLogSettings {
    fn of(section: AccessLogSection) -> Self {
        Self {
            format: section.format.unwrap_or_default(),
            queries: section.queries.unwrap_or(false),
            except: section.except.unwrap_or_default(),
            sources: section.sources.unwrap_or_else(|| Source::ALL.to_vec()),
        }
    }
}

impl ProcessSettings {
    /// Enough for whoever asks `/readyz` twice a second; who asks less often says so.
    const DRAIN_DELAY: Duration = Duration::from_secs(1);
    /// Well below the 30 s after which Kubernetes kills a pod.
    pub(super) const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

    fn of(section: ProcessSection) -> Self {
        let drain_timeout = section
            .drain_timeout
            .map_or(Self::DRAIN_TIMEOUT, |wait| wait.0);
        // Requests in flight are to have some of it, too.
        let drain_delay = Self::DRAIN_DELAY.min(drain_timeout / 2);
        Self {
            threads: section.threads.unwrap_or_else(Threads::as_processors),
            drain_delay: section.drain_delay.map_or(drain_delay, |wait| wait.0),
            drain_timeout,
        }
    }
}

const fn on_loopback(port: u16) -> ListenAddress {
    ListenAddress::Tcp(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
}

pub(super) fn missing(key: &str, what: &str) -> Mistake {
    Mistake {
        rule: &CONFIG_INVALID,
        key: key.to_owned(),
        message: format!("there is no {what}"),
        help: keys::ways_to_give(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ProcessSection, UpstreamSection, Wait};

    fn layer() -> Layer {
        Layer {
            site: SiteSection {
                dir: Some("cds".into()),
                ..SiteSection::default()
            },
            upstream: UpstreamSection {
                url: "http://127.0.0.1:3000".parse().ok().map(|url| vec![url]),
                ..UpstreamSection::default()
            },
            ..Layer::default()
        }
    }

    #[test]
    fn a_site_and_an_upstream_are_enough() {
        let settings = Settings::resolve(layer()).unwrap();
        assert_eq!(settings.listeners.len(), 1);
        let is_local = |address: &ListenAddress| address.tcp().unwrap().ip().is_loopback();
        assert!(is_local(&settings.listeners[0].address));
        assert!(is_local(&settings.admin));
        assert!(!settings.site.strict);
    }

    #[test]
    fn what_is_missing_is_named_with_every_way_to_give_it() {
        let mistakes = Settings::resolve(Layer::default()).unwrap_err();
        let told: Vec<_> = mistakes.iter().map(Mistake::to_string).collect();
        for way in [
            "--upstream URL",
            "CDS_PROXY_UPSTREAM",
            "`[upstream]`",
            "--config",
        ] {
            assert!(told[0].contains(way), "{told:?}");
        }
        assert!(told[1].contains("--site DIR"), "{told:?}");
    }

    #[test]
    fn the_upper_layer_wins_key_by_key() {
        let process = |delay, timeout| ProcessSection {
            drain_delay: delay,
            drain_timeout: timeout,
            threads: None,
        };
        let seconds = |seconds| Some(Wait(Duration::from_secs(seconds)));
        let upper = Layer {
            process: process(seconds(3), None),
            ..Layer::default()
        };
        let lower = Layer {
            process: process(seconds(5), seconds(7)),
            ..layer()
        };
        let process = Settings::resolve(upper.over(lower)).unwrap().process;
        assert_eq!(process.drain_delay, Duration::from_secs(3));
        assert_eq!(process.drain_timeout, Duration::from_secs(7));
    }

    #[test]
    fn a_short_time_for_draining_is_not_all_spent_on_waiting() {
        let delay = |timeout| {
            let section = ProcessSection {
                drain_timeout: Some(Wait(Duration::from_millis(timeout))),
                ..ProcessSection::default()
            };
            ProcessSettings::of(section).drain_delay.as_millis()
        };
        assert_eq!([delay(20_000), delay(1_000), delay(0)], [1_000, 500, 0]);
    }
}
