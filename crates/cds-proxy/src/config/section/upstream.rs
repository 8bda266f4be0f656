//! `[upstream]`

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{
    Balance, HealthCheck, Timeout, TlsName, UpstreamHttp2, UpstreamUrl, Verify, one_or_many,
    one_or_many_schema,
};

/// The portal, which gets every request that is not for a document.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[upstream]` with `url = \"http://127.0.0.1:3000\"` in it"
)]
#[command(next_help_heading = "Upstream")]
pub struct UpstreamSection {
    /// The portal behind the proxy: `http://HOST:PORT` or `https://HOST:PORT`. Several share the requests; the addresses
    /// of one name are tried one after the other
    #[arg(id = "upstream.url", long = "upstream", value_name = "URL", env = "CDS_PROXY_UPSTREAM",
          num_args = 1.., value_delimiter = ',')]
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema::<UpstreamUrl>")]
    pub url: Option<Vec<UpstreamUrl>>,

    /// Which of several upstreams gets a request: the next one (round-robin), or the one that is
    /// being asked the least (least-connections) [default: round-robin]
    #[arg(
        id = "upstream.balance",
        long = "balance",
        value_name = "HOW",
        env = "CDS_PROXY_BALANCE",
        value_enum
    )]
    pub balance: Option<Balance>,

    /// File in PEM with the certificates of the authorities that an https upstream's certificate
    /// must lead to. A changed file is taken up without a restart
    /// [default: those that the system trusts]
    #[arg(
        id = "upstream.tls-ca",
        long = "upstream-tls-ca",
        value_name = "FILE",
        env = "CDS_PROXY_UPSTREAM_TLS_CA"
    )]
    pub tls_ca: Option<PathBuf>,

    /// Name that an https upstream's certificate must be for, and that it is asked for by (SNI)
    /// [default: the host of the URL]
    #[arg(
        id = "upstream.tls-name",
        long = "upstream-tls-name",
        value_name = "NAME",
        env = "CDS_PROXY_UPSTREAM_TLS_NAME"
    )]
    pub tls_name: Option<TlsName>,

    /// How an https upstream's certificate is checked: wholly (full), or not at all (insecure),
    /// so that whoever is in between can read and change everything [default: full]
    #[arg(
        id = "upstream.tls-verify",
        long = "upstream-tls-verify",
        value_name = "HOW",
        env = "CDS_PROXY_UPSTREAM_TLS_VERIFY",
        value_enum
    )]
    pub tls_verify: Option<Verify>,

    /// Certificate to show to https upstreams that ask for one (mutual TLS), with those that lead to
    /// its root, in PEM. Changed files are taken up without a restart [default: none]
    #[arg(
        id = "upstream.tls-certificate",
        long = "upstream-tls-certificate",
        value_name = "FILE",
        env = "CDS_PROXY_UPSTREAM_TLS_CERTIFICATE"
    )]
    pub tls_certificate: Option<PathBuf>,

    /// Private key of that certificate, in PEM [default: none]
    #[arg(
        id = "upstream.tls-key",
        long = "upstream-tls-key",
        value_name = "FILE",
        env = "CDS_PROXY_UPSTREAM_TLS_KEY"
    )]
    pub tls_key: Option<PathBuf>,

    /// When HTTP/2 is spoken with an upstream: if it agrees by ALPN, so with https alone (auto);
    /// always, without TLS too; or never. WebSockets take HTTP/1.1 [default: auto]
    #[arg(
        id = "upstream.http2",
        long = "upstream-http2",
        value_name = "WHEN",
        env = "CDS_PROXY_UPSTREAM_HTTP2",
        value_enum
    )]
    pub http2: Option<UpstreamHttp2>,

    /// How long a connection to the upstream may take to be made [default: 5s]
    #[arg(
        id = "upstream.connect-timeout",
        long = "connect-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_CONNECT_TIMEOUT"
    )]
    pub connect_timeout: Option<Timeout>,

    /// How long the upstream may take until the first byte of its answer, and between two pieces
    /// of it; a client that pauses for as long within its request's body ends it too, with 408
    /// [default: 60s]
    #[arg(
        id = "upstream.timeout",
        long = "upstream-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_UPSTREAM_TIMEOUT"
    )]
    pub timeout: Option<Timeout>,

    /// How long the upstream may take to take a piece of a request [default: 60s]
    #[arg(
        id = "upstream.write-timeout",
        long = "upstream-write-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_UPSTREAM_WRITE_TIMEOUT"
    )]
    pub write_timeout: Option<Timeout>,

    /// How long a connection to the upstream is kept that nothing is asked on. Shorter than the
    /// upstream keeps it, or requests meet it just closed [default: 4s]
    #[arg(
        id = "upstream.idle-timeout",
        long = "upstream-idle-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_UPSTREAM_IDLE_TIMEOUT"
    )]
    pub idle_timeout: Option<Timeout>,

    /// How long an event stream, a gRPC call or an upgraded connection may be silent [default: 1h]
    #[arg(
        id = "upstream.stream-timeout",
        long = "upstream-stream-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_UPSTREAM_STREAM_TIMEOUT"
    )]
    pub stream_timeout: Option<Timeout>,

    /// The most connections to upstreams that are kept while nothing is asked on them; with 0 each
    /// request has one of its own, unless `http2` is `always` [default: 128]
    #[arg(
        id = "upstream.idle-connections",
        long = "upstream-idle-connections",
        value_name = "N",
        env = "CDS_PROXY_UPSTREAM_IDLE_CONNECTIONS"
    )]
    pub idle_connections: Option<u32>,

    /// After how many failures in a row one of several upstreams is left out. When all have
    /// failed, all are asked [default: 3]
    #[arg(
        id = "upstream.eject-after",
        long = "eject-after",
        value_name = "N",
        env = "CDS_PROXY_EJECT_AFTER"
    )]
    pub eject_after: Option<NonZeroU32>,

    /// For how long it is left out, before a request tries it again [default: 10s]
    #[arg(
        id = "upstream.eject-time",
        long = "eject-time",
        value_name = "TIME",
        env = "CDS_PROXY_EJECT_TIME"
    )]
    pub eject_time: Option<Timeout>,

    /// How upstreams are asked whether they are well: by a connection (tcp), or by GET for a path,
    /// which must be answered with a status below 400. Those that aren't are asked only if no other
    /// is [default: none]
    #[arg(
        id = "upstream.health-check",
        long = "health-check",
        value_name = "WHAT",
        env = "CDS_PROXY_HEALTH_CHECK"
    )]
    pub health_check: Option<HealthCheck>,

    /// How long after one health check the next is made [default: 5s]
    #[arg(
        id = "upstream.health-interval",
        long = "health-interval",
        value_name = "TIME",
        env = "CDS_PROXY_HEALTH_INTERVAL"
    )]
    pub health_interval: Option<Timeout>,

    /// How long the answer to a health check may take [default: 2s]
    #[arg(
        id = "upstream.health-timeout",
        long = "health-timeout",
        value_name = "TIME",
        env = "CDS_PROXY_HEALTH_TIMEOUT"
    )]
    pub health_timeout: Option<Timeout>,

    /// After how many failed health checks in a row an upstream is left out [default: 3]
    #[arg(
        id = "upstream.health-failures",
        long = "health-failures",
        value_name = "N",
        env = "CDS_PROXY_HEALTH_FAILURES"
    )]
    pub health_failures: Option<NonZeroU32>,

    /// After how many good health checks in a row it is asked again [default: 2]
    #[arg(
        id = "upstream.health-successes",
        long = "health-successes",
        value_name = "N",
        env = "CDS_PROXY_HEALTH_SUCCESSES"
    )]
    pub health_successes: Option<NonZeroU32>,
}

impl UpstreamSection {
    /// Paths that are relative begin at `dir`.
    pub(in crate::config) fn relative_to(self, dir: &Path) -> Self {
        Self {
            tls_ca: self.tls_ca.map(|path| dir.join(path)),
            tls_certificate: self.tls_certificate.map(|path| dir.join(path)),
            tls_key: self.tls_key.map(|path| dir.join(path)),
            ..self
        }
    }

    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            url: self.url.or(below.url),
            balance: self.balance.or(below.balance),
            tls_ca: self.tls_ca.or(below.tls_ca),
            tls_name: self.tls_name.or(below.tls_name),
            tls_verify: self.tls_verify.or(below.tls_verify),
            tls_certificate: self.tls_certificate.or(below.tls_certificate),
            tls_key: self.tls_key.or(below.tls_key),
            http2: self.http2.or(below.http2),
            connect_timeout: self.connect_timeout.or(below.connect_timeout),
            timeout: self.timeout.or(below.timeout),
            write_timeout: self.write_timeout.or(below.write_timeout),
            idle_timeout: self.idle_timeout.or(below.idle_timeout),
            stream_timeout: self.stream_timeout.or(below.stream_timeout),
            idle_connections: self.idle_connections.or(below.idle_connections),
            eject_after: self.eject_after.or(below.eject_after),
            eject_time: self.eject_time.or(below.eject_time),
            health_check: self.health_check.or(below.health_check),
            health_interval: self.health_interval.or(below.health_interval),
            health_timeout: self.health_timeout.or(below.health_timeout),
            health_failures: self.health_failures.or(below.health_failures),
            health_successes: self.health_successes.or(below.health_successes),
        }
    }
}
