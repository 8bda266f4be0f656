//! What is settled about the upstreams.

use std::path::PathBuf;
use std::time::Duration;

use super::mistake::Mistake;
use super::section::{CertificateFiles, UpstreamSection};
use super::settings::missing;
use super::values::{Balance, HealthCheck, Timeout, TlsName, UpstreamHttp2, UpstreamUrl, Verify};

/// The portal.
#[derive(Debug, Clone)]
pub struct UpstreamSettings {
    /// Where it is, at least one.
    pub urls: Vec<UpstreamUrl>,
    /// Which of several a request goes to.
    pub balance: Balance,
    /// How it proves who it is, where TLS is spoken.
    pub tls: UpstreamTls,
    /// Whether HTTP/2 is spoken with it.
    pub http2: UpstreamHttp2,
    /// Limit for making a connection to it.
    pub connect_timeout: Duration,
    /// Limit for the first byte of its answer, and between two pieces of it.
    pub timeout: Duration,
    /// Limit for it to take a piece of a request.
    pub write_timeout: Duration,
    /// How long a connection is kept that nothing is asked on.
    pub idle_timeout: Duration,
    /// How long a stream or a tunnel may be silent.
    pub stream_timeout: Duration,
    /// How many connections are kept at the most that nothing is asked on.
    pub idle_connections: u32,
    /// After how many failures in a row one of several is left out.
    pub eject_after: u32,
    /// For how long.
    pub eject_time: Duration,
    /// How it is asked whether it is well, if it is.
    pub health: HealthSettings,
}

/// How upstreams are asked whether they are well.
#[derive(Debug, Clone)]
pub struct HealthSettings {
    /// What is asked; `None` means that nothing is.
    pub check: Option<HealthCheck>,
    /// How long after one answer the next is wanted.
    pub interval: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    /// After how many bad ones in a row it is left out.
    pub failures: u32,
    /// After how many good ones in a row it is asked again.
    pub successes: u32,
}

/// How an upstream proves who it is, and the proxy to it.
#[derive(Debug, Clone, Default)]
pub struct UpstreamTls {
    /// The file of the authorities; `None` means those of the system.
    pub ca: Option<PathBuf>,
    /// The name it has to prove; `None` means the host of its URL.
    pub name: Option<TlsName>,
    /// Whether it has to.
    pub verify: Verify,
    /// The certificate that it is shown if it asks for one.
    pub identity: Option<CertificateFiles>,
}

impl UpstreamSettings {
    /// A portal beside us answers a SYN in microseconds; five seconds outlive one lost packet and
    /// its repetitions.
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
    /// What nginx allows, so that a portal that worked behind it works here.
    const TIMEOUT: Duration = Duration::from_secs(60);
    /// As for answers.
    const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
    /// Shorter than servers keep idle connections: Apache and Node 5 s, nginx 75 s. A request
    /// other than GET that meets a connection just closed can't be repeated and fails.
    const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
    /// Longer than any heartbeat.
    const STREAM_TIMEOUT: Duration = Duration::from_secs(60 * 60);
    /// More than a portal of one machine has workers.
    const IDLE_CONNECTIONS: u32 = 128;
    /// One failure may be the request's own fault.
    const EJECT_AFTER: u32 = 3;
    /// What nginx does: a restart is over by then.
    const EJECT_TIME: Duration = Duration::from_secs(10);

    pub(super) fn of(section: UpstreamSection) -> Result<Self, Mistake> {
        let or = |given: Option<Timeout>, default| given.map_or(default, |it| it.0);
        Ok(Self {
            health: HealthSettings::of(&section),
            tls: UpstreamTls::of(&section),
            urls: section
                .url
                .ok_or_else(|| missing("upstream.url", "upstream"))?,
            http2: section.http2.unwrap_or_default(),
            balance: section.balance.unwrap_or_default(),
            connect_timeout: or(section.connect_timeout, Self::CONNECT_TIMEOUT),
            timeout: or(section.timeout, Self::TIMEOUT),
            write_timeout: or(section.write_timeout, Self::WRITE_TIMEOUT),
            idle_timeout: or(section.idle_timeout, Self::IDLE_TIMEOUT),
            stream_timeout: or(section.stream_timeout, Self::STREAM_TIMEOUT),
            idle_connections: section.idle_connections.unwrap_or(Self::IDLE_CONNECTIONS),
            eject_after: section.eject_after.map_or(Self::EJECT_AFTER, Into::into),
            eject_time: or(section.eject_time, Self::EJECT_TIME),
        })
    }
}

impl UpstreamTls {
    /// What a source says of it.
    pub fn of(section: &UpstreamSection) -> Self {
        Self {
            ca: section.tls_ca.clone(),
            name: section.tls_name.clone(),
            verify: section.tls_verify.unwrap_or_default(),
            identity: section
                .tls_certificate
                .clone()
                .zip(section.tls_key.clone())
                .map(|(certificate, key)| CertificateFiles { certificate, key }),
        }
    }
}

impl HealthSettings {
    /// A fault is known within a quarter of a minute, and a check costs next to nothing.
    const INTERVAL: Duration = Duration::from_secs(5);
    /// What takes longer to say that it is well isn't.
    const TIMEOUT: Duration = Duration::from_secs(2);
    /// One lost packet is no fault.
    const FAILURES: u32 = 3;
    /// What starts may answer once and fail again.
    const SUCCESSES: u32 = 2;

    fn of(section: &UpstreamSection) -> Self {
        let or = |given: Option<Timeout>, default| given.map_or(default, |it| it.0);
        Self {
            check: section.health_check.clone(),
            interval: or(section.health_interval, Self::INTERVAL),
            timeout: or(section.health_timeout, Self::TIMEOUT),
            failures: section.health_failures.map_or(Self::FAILURES, Into::into),
            successes: section.health_successes.map_or(Self::SUCCESSES, Into::into),
        }
    }
}
