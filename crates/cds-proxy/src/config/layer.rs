//! The settings of `run` as one source gives them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use super::values::{Size, Timeout, UpstreamUrl, parse_address, parse_network};

/// The settings of `run` as one source gives them: the command line with the environment, or the
/// configuration file. One type for both, so that keys and flags can't drift apart.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layer {
    /// Site directory: the documents to publish
    #[arg(long, value_name = "DIR", env = "CDS_PROXY_SITE")]
    pub site: Option<PathBuf>,

    /// The portal behind the proxy: `http://HOST:PORT`
    #[arg(long, value_name = "URL", env = "CDS_PROXY_UPSTREAM")]
    pub upstream: Option<UpstreamUrl>,

    /// Address to listen on, can be given several times [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "CDS_PROXY_LISTEN", num_args = 1..,
          value_delimiter = ',', value_parser = parse_address)]
    #[serde(deserialize_with = "addresses")]
    pub listen: Option<Vec<SocketAddr>>,

    /// Address of the admin endpoint (health, sites, metrics) [default: 127.0.0.1:9901]
    #[arg(long, value_name = "ADDR", env = "CDS_PROXY_ADMIN", value_parser = parse_address)]
    #[serde(deserialize_with = "address")]
    pub admin: Option<SocketAddr>,

    /// Networks (CIDR) of load balancers whose X-Forwarded-* fields are believed [default: none]
    #[arg(long, value_name = "CIDR", env = "CDS_PROXY_TRUSTED_PROXIES", num_args = 1..,
          value_delimiter = ',', value_parser = parse_network)]
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Option<Vec<IpNet>>,

    /// How long a connection to the upstream may take to be made [default: 5s]
    #[arg(long, value_name = "TIME", env = "CDS_PROXY_CONNECT_TIMEOUT")]
    pub connect_timeout: Option<Timeout>,

    /// How long the upstream may take until the first byte of its answer, and between two pieces
    /// of it [default: 60s]
    #[arg(long, value_name = "TIME", env = "CDS_PROXY_UPSTREAM_TIMEOUT")]
    pub upstream_timeout: Option<Timeout>,

    /// How long requests in flight may take to finish after SIGTERM [default: 10s]
    #[arg(long, value_name = "TIME", env = "CDS_PROXY_DRAIN_TIMEOUT")]
    pub drain_timeout: Option<Timeout>,

    /// Worker threads [default: as many as there are processors]
    #[arg(long, value_name = "N", env = "CDS_PROXY_THREADS")]
    pub threads: Option<u16>,

    /// Write what was found to FILE at every reload: JSON if it ends with .json, SARIF with .sarif,
    /// else text [default: none]
    #[arg(long, value_name = "FILE", env = "CDS_PROXY_REPORT")]
    pub report: Option<PathBuf>,

    /// The largest document that is read, such as 500MiB [default: 1GiB]
    #[arg(long, value_name = "SIZE", env = "CDS_PROXY_MAX_DOCUMENT_SIZE")]
    pub max_document_size: Option<Size>,

    /// The largest file under public/ that is read [default: 256MiB]
    #[arg(long, value_name = "SIZE", env = "CDS_PROXY_MAX_FILE_SIZE")]
    pub max_file_size: Option<Size>,

    /// The most that all files of a site may have together [default: 4GiB]
    #[arg(long, value_name = "SIZE", env = "CDS_PROXY_MAX_TOTAL_SIZE")]
    pub max_total_size: Option<Size>,

    /// Refuse to start when the site has errors
    #[arg(long, value_name = "BOOL", env = "CDS_PROXY_STRICT", num_args = 0..=1,
          require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new())]
    pub strict: Option<bool>,
}

impl Layer {
    /// This layer, and what it doesn't say as `below` says it.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            site: self.site.or(below.site),
            upstream: self.upstream.or(below.upstream),
            listen: self.listen.or(below.listen),
            admin: self.admin.or(below.admin),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            connect_timeout: self.connect_timeout.or(below.connect_timeout),
            upstream_timeout: self.upstream_timeout.or(below.upstream_timeout),
            drain_timeout: self.drain_timeout.or(below.drain_timeout),
            threads: self.threads.or(below.threads),
            report: self.report.or(below.report),
            max_document_size: self.max_document_size.or(below.max_document_size),
            max_file_size: self.max_file_size.or(below.max_file_size),
            max_total_size: self.max_total_size.or(below.max_total_size),
            strict: self.strict.or(below.strict),
        }
    }

    /// Paths that are relative begin at `dir`.
    #[must_use]
    pub fn relative_to(mut self, dir: &Path) -> Self {
        self.site = self.site.map(|site| dir.join(site));
        self.report = self.report.map(|report| dir.join(report));
        self
    }

    /// The names of all keys, as flags and files spell them.
    pub fn keys() -> Vec<String> {
        Self::augment_args(clap::Command::new("run"))
            .get_arguments()
            .filter_map(|argument| argument.get_long().map(str::to_owned))
            .collect()
    }
}

/// One value, or an array of them.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or an array of strings")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn many<'de, D, T>(
    deserializer: D,
    parse: fn(&str) -> Result<T, String>,
) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
{
    let texts = match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    };
    let values: Result<Vec<T>, String> = texts.iter().map(|text| parse(text)).collect();
    values.map(Some).map_err(serde::de::Error::custom)
}

fn addresses<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<SocketAddr>>, D::Error> {
    many(deserializer, parse_address)
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<IpNet>>, D::Error> {
    many(deserializer, parse_network)
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_address(&text)
        .map(Some)
        .map_err(serde::de::Error::custom)
}
