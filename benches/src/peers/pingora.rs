//! Pingora as it comes: the documents from memory in `request_filter`, the rest passed on.

use std::net::SocketAddr;

use async_trait::async_trait;
use http::StatusCode;
use pingora::Result;
use pingora::http::ResponseHeader;
use pingora::proxy::{ProxyHttp, Session, http_proxy_service};
use pingora::server::Server;
use pingora::server::configuration::ServerConf;
use pingora::upstreams::peer::HttpPeer;

use super::serve::Documents;

struct Proxy {
    portal: SocketAddr,
    documents: Documents,
}

/// Serves until the process is killed.
pub(crate) fn serve(
    address: SocketAddr,
    portal: SocketAddr,
    documents: Documents,
) -> anyhow::Result<()> {
    let configuration = ServerConf {
        threads: 1,
        ..ServerConf::default()
    };
    let mut server = Server::new_with_opt_and_conf(None, configuration);
    server.bootstrap();
    let proxy = Proxy { portal, documents };
    let mut service = http_proxy_service(&server.configuration, proxy);
    service.add_tcp(&address.to_string());
    server.add_service(service);
    server.run_forever();
}

#[async_trait]
impl ProxyHttp for Proxy {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn request_filter(&self, session: &mut Session, (): &mut ()) -> Result<bool> {
        let request = session.req_header();
        let Some(document) = self.documents.at(request.uri.path()) else {
            return Ok(false);
        };
        let is_known = document.is_known(&request.headers);
        let status = match is_known {
            true => StatusCode::NOT_MODIFIED,
            false => StatusCode::OK,
        };
        let mut head = ResponseHeader::build(status, Some(document.fields.len()))?;
        for (name, value) in &document.fields {
            if !(is_known && name == http::header::CONTENT_LENGTH) {
                head.append_header(name, value)?;
            }
        }
        session
            .write_response_header(Box::new(head), is_known)
            .await?;
        if !is_known {
            session
                .write_response_body(Some(document.body.clone()), true)
                .await?;
        }
        Ok(true)
    }

    async fn upstream_peer(&self, _: &mut Session, (): &mut ()) -> Result<Box<HttpPeer>> {
        Ok(Box::new(HttpPeer::new(self.portal, false, String::new())))
    }
}
