//! Certificates, and clients that trust them.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use tempfile::TempDir;

use super::DEADLINE;

pub(crate) const HTTP1: &[u8] = b"http/1.1";
pub(crate) const HTTP2: &[u8] = b"h2";

/// Signs certificates, whose files are in a directory of its own.
pub(crate) struct Authority {
    dir: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// The files of a certificate.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self {
            dir: tempfile::tempdir().unwrap(),
            issuer: CertifiedIssuer::self_signed(params, key).unwrap(),
        }
    }

    /// The file of its own certificate.
    pub(crate) fn root(&self) -> PathBuf {
        let path = self.dir.path().join("root.pem");
        fs::write(&path, self.issuer.pem()).unwrap();
        path
    }

    /// What a server needs that shows a certificate for a name, and speaks these protocols.
    pub(crate) fn server(&self, name: &str, protocols: &[&[u8]]) -> Arc<ServerConfig> {
        self.server_for(name, protocols, WebPkiClientVerifier::no_client_auth())
    }

    /// The same for a server that only takes clients with a certificate of this authority.
    pub(crate) fn mutual_server(&self, name: &str) -> Arc<ServerConfig> {
        let clients = WebPkiClientVerifier::builder_with_provider(
            Arc::new(self.trusted()),
            Arc::new(rustls::crypto::ring::default_provider()),
        );
        self.server_for(name, &[], clients.build().unwrap())
    }

    /// The same for one whose certificate has expired.
    pub(crate) fn expired_server(&self, name: &str) -> Arc<ServerConfig> {
        let pair = self.certify_until("expired", name, 2020);
        server_of(&pair, &[], WebPkiClientVerifier::no_client_auth())
    }

    /// The same for one that shows the certificate of the authority itself.
    pub(crate) fn own_server(&self) -> Arc<ServerConfig> {
        let pair = Pair {
            certificate: self.root(),
            key: self.dir.path().join("root.key"),
        };
        fs::write(&pair.key, self.issuer.key().serialize_pem()).unwrap();
        server_of(&pair, &[], WebPkiClientVerifier::no_client_auth())
    }

    fn server_for(
        &self,
        name: &str,
        protocols: &[&[u8]],
        clients: Arc<dyn ClientCertVerifier>,
    ) -> Arc<ServerConfig> {
        server_of(&self.certify("server", name), protocols, clients)
    }

    fn trusted(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        roots
    }

    /// A certificate for a name, in files that are named so. Those that are there are replaced in
    /// one step each.
    pub(crate) fn certify(&self, file: &str, name: &str) -> Pair {
        self.certify_until(file, name, 4000)
    }

    /// A certificate that ends with the beginning of a year.
    pub(crate) fn certify_until(&self, file: &str, name: &str, year: i32) -> Pair {
        self.certify_all(file, &[name], year)
    }

    /// A certificate that has a common name and nothing else.
    pub(crate) fn certify_nothing(&self, file: &str) -> Pair {
        self.certify_all(file, &[], 4000)
    }

    fn certify_all(&self, file: &str, names: &[&str], year: i32) -> Pair {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let pair = Pair {
            certificate: self.dir.path().join(file).with_extension("pem"),
            key: self.dir.path().join(file).with_extension("key"),
        };
        for (path, pem) in [
            (&pair.certificate, certificate.pem()),
            (&pair.key, key.serialize_pem()),
        ] {
            let new = path.with_extension("new");
            fs::write(&new, pem).unwrap();
            fs::rename(&new, path).unwrap();
        }
        pair
    }

    /// A connection on which a name was asked for.
    pub(crate) fn connect(
        &self,
        address: SocketAddr,
        name: &str,
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let stream = TcpStream::connect(address).unwrap();
        self.shake_hands(stream, name).unwrap()
    }

    pub(crate) fn shake_hands(
        &self,
        stream: TcpStream,
        name: &str,
    ) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let session = ClientConnection::new(self.client(&[HTTP1]), name).unwrap();
        let mut stream = StreamOwned::new(session, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(stream)
    }

    /// The first that a client sends, which asks for this name.
    pub(crate) fn hello(&self, name: &str) -> Vec<u8> {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let mut session = ClientConnection::new(self.client(&[HTTP1]), name).unwrap();
        let mut hello = Vec::new();
        session.write_tls(&mut hello).unwrap();
        hello
    }

    /// What clients trust, and the protocols they would speak.
    pub(crate) fn client(&self, protocols: &[&[u8]]) -> Arc<ClientConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.trusted())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Arc::new(config)
    }
}

fn server_of(
    pair: &Pair,
    protocols: &[&[u8]],
    clients: Arc<dyn ClientCertVerifier>,
) -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_file(&pair.certificate).unwrap();
    let key = PrivateKeyDer::from_pem_file(&pair.key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Arc::new(config)
}

/// What names the certificate that the other side has shown.
pub(crate) fn shown(stream: &StreamOwned<ClientConnection, TcpStream>) -> Vec<u8> {
    stream.conn.peer_certificates().unwrap()[0].to_vec()
}
