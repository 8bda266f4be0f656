//! The settings once every source has been heard.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use ipnet::IpNet;

use super::file;
use super::layer::Layer;
use super::values::{Size, Timeout, UpstreamUrl};
use crate::cli::RunArgs;

/// What `run` works with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The site directory.
    pub site: PathBuf,
    /// The portal.
    pub upstream: UpstreamUrl,
    /// Addresses to listen on, at least one.
    pub listen: Vec<SocketAddr>,
    /// Address of the admin endpoint.
    pub admin: SocketAddr,
    /// Whose X-Forwarded-* fields are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Limit for making a connection to the upstream.
    pub connect_timeout: Duration,
    /// Limit for the first byte of the upstream's answer, and between two pieces of it.
    pub upstream_timeout: Duration,
    /// Limit for requests in flight after the signal to end.
    pub drain_timeout: Duration,
    /// Worker threads.
    pub threads: usize,
    /// Where what was found at a reload is written to.
    pub report: Option<PathBuf>,
    /// How large files of the site may be.
    pub limits: cds_live::Limits,
    /// Whether errors of the site keep the program from starting.
    pub strict: bool,
}

impl Settings {
    /// Loopback, so that nothing is published to a network unless someone says so.
    const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
    /// Loopback: the endpoint tells about the inside.
    const ADMIN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9901);
    /// A portal beside us answers a SYN in microseconds; five seconds outlive one lost packet and
    /// its repetitions.
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
    /// What nginx allows, so that a portal that worked behind it works here.
    const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(60);
    /// Well below the 30 s after which Kubernetes kills a pod.
    const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
    /// More than any machine has use for, and few enough that the system gives them: the runtime
    /// panics when it doesn't.
    const MOST_THREADS: usize = 1024;

    /// Reads the file, if one is named, and puts flags and environment over it.
    ///
    /// # Errors
    ///
    /// A file that can't be read or has a mistake, a setting that is missing, or one that makes
    /// no sense.
    pub fn load(args: RunArgs) -> anyhow::Result<Self> {
        let below = args.config.as_deref().map(Self::from_file).transpose()?;
        Self::resolve(args.settings.over(below.unwrap_or_default()))
    }

    fn from_file(path: &Path) -> anyhow::Result<Layer> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the configuration file {} can't be read", path.display()))?;
        let layer = file::parse(path, &text)?;
        Ok(layer.relative_to(path.parent().unwrap_or(Path::new(""))))
    }

    /// Fills what no source says with defaults.
    ///
    /// # Errors
    ///
    /// A setting that is missing, or one that makes no sense.
    pub fn resolve(layer: Layer) -> anyhow::Result<Self> {
        let limit = |given: Option<Timeout>, default| given.map_or(default, |limit| limit.0);
        let size = |given: Option<Size>, default| given.map_or(default, |size| size.0);
        let limits = cds_live::Limits::new();
        let settings = Self {
            site: layer.site.with_context(|| missing("site", "DIR"))?,
            upstream: layer
                .upstream
                .with_context(|| missing("upstream", "http://HOST:PORT"))?,
            listen: layer.listen.unwrap_or_else(|| vec![Self::LISTEN]),
            admin: layer.admin.unwrap_or(Self::ADMIN),
            trusted_proxies: layer.trusted_proxies.unwrap_or_default(),
            connect_timeout: limit(layer.connect_timeout, Self::CONNECT_TIMEOUT),
            upstream_timeout: limit(layer.upstream_timeout, Self::UPSTREAM_TIMEOUT),
            drain_timeout: limit(layer.drain_timeout, Self::DRAIN_TIMEOUT),
            threads: layer.threads.map_or_else(processors, usize::from),
            report: layer.report,
            limits: cds_live::Limits {
                document_size: size(layer.max_document_size, limits.document_size),
                file_size: size(layer.max_file_size, limits.file_size),
                total_size: size(layer.max_total_size, limits.total_size),
            },
            strict: layer.strict.unwrap_or(false),
        };
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.listen.is_empty() {
            bail!("`listen` is empty: give at least one address");
        }
        if self.threads == 0 {
            bail!("`threads` is 0: give at least 1, or leave it out");
        }
        if self.threads > Self::MOST_THREADS {
            bail!(
                "`threads` is {}: give at most {}, or leave it out",
                self.threads,
                Self::MOST_THREADS
            );
        }
        for (name, limit) in [
            ("connect-timeout", self.connect_timeout),
            ("upstream-timeout", self.upstream_timeout),
        ] {
            if limit.is_zero() {
                bail!("`{name}` is zero, so every request would fail: give a time such as 5s");
            }
        }
        if let Some(own) = self.listen.iter().find(|own| self.upstream.is_at(**own)) {
            bail!("the upstream is {own}, which this proxy listens on: requests would go round");
        }
        Ok(())
    }
}

fn missing(key: &str, value: &str) -> String {
    let variable = key.to_uppercase().replace('-', "_");
    format!(
        "`{key}` is missing: give --{key} {value}, set CDS_PROXY_{variable}, or write it in the \
         file that --config names"
    )
}

/// As many as this process may use: the standard library looks at affinity and cgroup quotas.
fn processors() -> usize {
    std::thread::available_parallelism()
        .map_or(1, NonZeroUsize::get)
        .min(Settings::MOST_THREADS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer() -> Layer {
        Layer {
            site: Some("cds".into()),
            upstream: "http://127.0.0.1:3000".parse().ok(),
            ..Layer::default()
        }
    }

    #[test]
    fn a_site_and_an_upstream_are_enough() {
        let settings = Settings::resolve(layer()).unwrap();
        assert_eq!(settings.listen, [Settings::LISTEN]);
        assert!(settings.admin.ip().is_loopback());
        assert!(settings.threads >= 1);
        assert!(!settings.strict);
    }

    #[test]
    fn what_is_missing_is_named_with_every_way_to_give_it() {
        let error = Settings::resolve(Layer {
            upstream: None,
            ..layer()
        })
        .unwrap_err()
        .to_string();
        for way in ["--upstream", "CDS_PROXY_UPSTREAM", "--config"] {
            assert!(error.contains(way), "{error}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = |layer: Layer| Settings::resolve(layer).is_err();
        assert!(refused(Layer {
            threads: Some(0),
            ..layer()
        }));
        assert!(refused(Layer {
            threads: Some(60_000),
            ..layer()
        }));
        assert!(refused(Layer {
            listen: Some(Vec::new()),
            ..layer()
        }));
        let zero = Some(Timeout(Duration::ZERO));
        assert!(refused(Layer {
            connect_timeout: zero,
            ..layer()
        }));
        assert!(refused(Layer {
            upstream_timeout: zero,
            ..layer()
        }));
        assert!(!refused(Layer {
            drain_timeout: zero,
            ..layer()
        }));
    }

    #[test]
    fn the_upper_layer_wins_key_by_key() {
        let upper = Layer {
            threads: Some(3),
            ..Layer::default()
        };
        let lower = Layer {
            threads: Some(5),
            strict: Some(true),
            ..layer()
        };
        let settings = Settings::resolve(upper.over(lower)).unwrap();
        assert_eq!((settings.threads, settings.strict), (3, true));
    }
}
