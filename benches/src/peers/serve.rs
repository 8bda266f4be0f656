//! Runs one of the peers.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::header::{self, HeaderMap};
use http::{HeaderValue, Request, Response, StatusCode};
use tokio::net::TcpListener;

use super::{axum, hyper, pingora};
use crate::case::Case;

#[derive(Args)]
pub(crate) struct Arguments {
    peer: Peer,
    /// Where it listens, on the loopback interface.
    port: u16,
    #[arg(long)]
    portal: Option<SocketAddr>,
    /// Where the answers are.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// The metadata object's entity tag.
    #[arg(long, default_value = "\"\"")]
    etag: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Peer {
    Portal,
    Hyper,
    Axum,
    #[value(name = "axum-tower-cds")]
    AxumTowerCds,
    Pingora,
}

pub(crate) fn serve(arguments: &Arguments) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    if let Peer::Pingora = arguments.peer {
        let portal = arguments.portal.context("--portal is missing")?;
        return pingora::serve(address, portal, Documents::read(arguments)?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        match arguments.peer {
            Peer::Portal => hyper::serve(listener, hyper::portal).await,
            Peer::Hyper => {
                let documents = Arc::new(Documents::read(arguments)?);
                hyper::serve(listener, move |request| documents.answer(request)).await
            }
            Peer::Axum => axum::serve(listener, Documents::read(arguments)?).await,
            Peer::AxumTowerCds => axum::serve_layered(listener, &arguments.folder).await,
            Peer::Pingora => Ok(()),
        }
    })
}

/// The documents in memory, with the header fields that ours have.
#[derive(Debug)]
pub(crate) struct Documents {
    well_known: Document,
    listing: Document,
}

#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) fields: HeaderMap,
    pub(crate) body: Bytes,
}

impl Documents {
    fn read(arguments: &Arguments) -> anyhow::Result<Self> {
        let document = |name: &str, coding: Option<&'static str>| {
            let body = Bytes::from(fs::read(arguments.folder.join(name))?);
            let mut fields = HeaderMap::new();
            fields.insert(header::ETAG, HeaderValue::try_from(&arguments.etag)?);
            let always = [
                (header::CACHE_CONTROL, "max-age=300"),
                (header::VARY, "Accept-Encoding"),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
                (
                    header::ACCESS_CONTROL_EXPOSE_HEADERS,
                    "ETag, Link, Retry-After",
                ),
                (header::CONTENT_TYPE, "application/json;charset=UTF-8"),
                (header::LAST_MODIFIED, "Tue, 24 Nov 2026 18:40:14 GMT"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            for (name, value) in always {
                fields.insert(name, HeaderValue::from_static(value));
            }
            if let Some(coding) = coding {
                fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            fields.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
            anyhow::Ok(Document { fields, body })
        };
        Ok(Self {
            well_known: document("well-known", None)?,
            listing: document("listing.gz", Some("gzip"))?,
        })
    }

    /// The document at a path.
    pub(crate) fn at(&self, path: &str) -> Option<&Document> {
        if path == Case::WellKnown.path() {
            Some(&self.well_known)
        } else if path == Case::Gzip.path() {
            Some(&self.listing)
        } else {
            None
        }
    }

    pub(crate) fn answer<B>(&self, request: &Request<B>) -> Response<Bytes> {
        let Some(document) = self.at(request.uri().path()) else {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::NOT_FOUND;
            return response;
        };
        document.answer(request.headers())
    }
}

impl Document {
    fn answer(&self, request: &HeaderMap) -> Response<Bytes> {
        let is_known = self.is_known(request);
        let body = if is_known {
            Bytes::new()
        } else {
            self.body.clone()
        };
        let mut response = Response::new(body);
        response.headers_mut().clone_from(&self.fields);
        if is_known {
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        response
    }

    /// Whether the client has this version, told by one entity tag.
    pub(crate) fn is_known(&self, request: &HeaderMap) -> bool {
        let known = request.get(header::IF_NONE_MATCH);
        known.is_some() && known == self.fields.get(header::ETAG)
    }
}
