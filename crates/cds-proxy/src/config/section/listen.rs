//! `[[listen]]`

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::values::{ListenAddress, Mode, Peer, one_or_many, one_or_many_schema};

/// Where clients connect to. Each address has a table of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table with `address = \"127.0.0.1:8080\"` in it"
)]
pub struct ListenSection {
    /// Address to listen on: IP:PORT, or unix:PATH
    pub address: ListenAddress,

    /// Who may connect to a Unix socket, as chmod writes it [default: 666]
    #[serde(default)]
    pub mode: Option<Mode>,

    /// Certificates to speak TLS with: tables of `certificate` and `key`, the paths of files in
    /// PEM. The certificate comes first in its file, then those that lead to the root. A client
    /// gets the one for the name that it asks for, or the first. Changed files are taken up without
    /// a restart. The address is then given by --listen-tls, the key by --tls-key
    /// [default: none, so no TLS]
    #[serde(default)]
    pub tls: Option<Vec<CertificateFiles>>,

    /// Whether HTTP/2 is spoken with clients that want to: by ALPN with TLS, and else with those
    /// that begin with it (prior knowledge) [default: true]
    #[serde(default)]
    pub http2: Option<bool>,

    /// Networks (CIDR) of load balancers that begin each connection with a PROXY protocol header;
    /// `unix` stands for all who connect by a Unix socket. Others are clients themselves
    /// [default: none]
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(schema_with = "one_or_many_schema::<Peer>")]
    pub proxy_protocol: Option<Vec<Peer>>,
}

/// The files of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with `certificate` and `key`, the paths of files in PEM, in it"
)]
pub struct CertificateFiles {
    /// The certificate, and after it those that lead to the root, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// Where clients connect to, given as flags, which take the place of all that the file has.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Listening")]
pub struct ListenFlags {
    /// Address to listen on, can be given several times: IP:PORT, or unix:PATH
    /// [default: 127.0.0.1:8080]
    #[arg(id = "listen.address", long = "listen", value_name = "ADDR", env = "CDS_PROXY_LISTEN",
          num_args = 1.., value_delimiter = ',')]
    pub addresses: Option<Vec<ListenAddress>>,

    /// Address to speak TLS on, can be given several times
    #[arg(id = "listen-tls", long = "listen-tls", value_name = "ADDR",
          env = "CDS_PROXY_LISTEN_TLS", num_args = 1.., value_delimiter = ',')]
    pub tls_addresses: Option<Vec<ListenAddress>>,

    /// Certificate for --listen-tls, with those that lead to its root, in PEM; can be given
    /// several times, with as many --tls-key
    #[arg(id = "listen.tls", long = "tls-certificate", value_name = "FILE",
          env = "CDS_PROXY_TLS_CERTIFICATE", num_args = 1.., value_delimiter = ',')]
    pub certificates: Option<Vec<PathBuf>>,

    /// Private key of a --tls-certificate, in the same order
    #[arg(id = "tls-key", long = "tls-key", value_name = "FILE", env = "CDS_PROXY_TLS_KEY",
          num_args = 1.., value_delimiter = ',')]
    pub keys: Option<Vec<PathBuf>>,

    /// Who may connect to a Unix socket, as chmod writes it [default: 666]
    #[arg(
        id = "listen.mode",
        long = "socket-mode",
        value_name = "MODE",
        env = "CDS_PROXY_SOCKET_MODE"
    )]
    pub mode: Option<Mode>,

    /// Whether HTTP/2 is spoken with clients that want to [default: true]
    #[arg(id = "listen.http2", long = "http2", value_name = "BOOL", env = "CDS_PROXY_HTTP2",
          num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = clap::builder::BoolishValueParser::new())]
    pub http2: Option<bool>,

    /// Networks (CIDR) of load balancers that begin each connection with a PROXY protocol header
    /// [default: none]
    #[arg(id = "listen.proxy-protocol", long = "proxy-protocol", value_name = "CIDR",
          env = "CDS_PROXY_PROXY_PROTOCOL", num_args = 1.., value_delimiter = ',')]
    pub proxy_protocol: Option<Vec<Peer>>,
}

impl ListenSection {
    /// Paths that are relative begin at `dir`.
    pub(in crate::config) fn relative_to(self, dir: &Path) -> Self {
        let files = |files: CertificateFiles| CertificateFiles {
            certificate: dir.join(files.certificate),
            key: dir.join(files.key),
        };
        Self {
            address: self.address.relative_to(dir),
            tls: self.tls.map(|tls| tls.into_iter().map(files).collect()),
            ..self
        }
    }
}

impl ListenFlags {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            addresses: self.addresses.or(below.addresses),
            tls_addresses: self.tls_addresses.or(below.tls_addresses),
            certificates: self.certificates.or(below.certificates),
            keys: self.keys.or(below.keys),
            mode: self.mode.or(below.mode),
            http2: self.http2.or(below.http2),
            proxy_protocol: self.proxy_protocol.or(below.proxy_protocol),
        }
    }

    /// Whether an address is given.
    pub(in crate::config) const fn have_addresses(&self) -> bool {
        self.addresses.is_some() || self.tls_addresses.is_some()
    }

    /// Whether anything is said of addresses.
    pub(in crate::config) const fn have_options(&self) -> bool {
        self.mode.is_some() || self.http2.is_some() || self.proxy_protocol.is_some()
    }

    /// The listeners that the flags name.
    pub(in crate::config) fn listeners(&self) -> Vec<ListenSection> {
        let plain = self.addresses.iter().flatten();
        let tls = self.tls_addresses.iter().flatten();
        plain
            .map(|address| self.listener(address.clone(), None))
            .chain(tls.map(|address| self.listener(address.clone(), Some(self.pairs()))))
            .collect()
    }

    /// A listener as the flags want it.
    pub(in crate::config) fn listener(
        &self,
        address: ListenAddress,
        tls: Option<Vec<CertificateFiles>>,
    ) -> ListenSection {
        let is_unix = address.tcp().is_none();
        ListenSection {
            address,
            mode: self.mode.filter(|_| is_unix),
            tls,
            http2: self.http2,
            proxy_protocol: self.proxy_protocol.clone(),
        }
    }

    /// How many more certificates there are than keys, or the reverse.
    pub(in crate::config) fn unpaired(&self) -> usize {
        let count = |files: &Option<Vec<PathBuf>>| files.as_ref().map_or(0, Vec::len);
        count(&self.certificates).abs_diff(count(&self.keys))
    }

    fn pairs(&self) -> Vec<CertificateFiles> {
        let certificates = self.certificates.iter().flatten();
        let pairs = certificates.zip(self.keys.iter().flatten());
        pairs
            .map(|(certificate, key)| CertificateFiles {
                certificate: certificate.clone(),
                key: key.clone(),
            })
            .collect()
    }
}

/// Reads all tables of the section.
pub(in crate::config) fn listen_sections<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<ListenSection>>, D::Error> {
    deserializer.deserialize_seq(Sections).map(Some)
}

/// Says how tables are written where there are none.
struct Sections;

impl<'de> Visitor<'de> for Sections {
    type Value = Vec<ListenSection>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, such as `[[listen]]` with `address = \"127.0.0.1:8080\"` in it")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tables: A) -> Result<Self::Value, A::Error> {
        let mut sections = Vec::new();
        while let Some(section) = tables.next_element()? {
            sections.push(section);
        }
        Ok(sections)
    }
}
