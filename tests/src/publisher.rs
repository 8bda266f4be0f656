//! The programs that publish a site directory, as processes.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;

use cds_site::Bind;
use http::Method;

use crate::ask::{Ask, Received};
use crate::program::{Program, Running};
use crate::wire;

/// A program that publishes a site directory.
#[derive(Debug)]
pub struct Publisher {
    /// Where Clients ask.
    pub address: SocketAddr,
    /// The process.
    pub process: Running,
}

impl Publisher {
    /// Starts the proxy in front of `upstream`.
    pub async fn proxy(site: &Path, upstream: SocketAddr) -> Self {
        Self::proxy_with(&["--site".as_ref(), site.as_os_str()], upstream).await
    }

    /// Starts the proxy for a directory of sites in front of `upstream`.
    pub async fn proxy_of_sites(sites: &Path, bind: Bind, upstream: SocketAddr) -> Self {
        let bind = match bind {
            Bind::Directory => "directory",
            _ => "documents",
        };
        let args = [
            "--sites".as_ref(),
            sites.as_os_str(),
            "--bind".as_ref(),
            bind.as_ref(),
        ];
        Self::proxy_with(&args, upstream).await
    }

    async fn proxy_with(args: &[&OsStr], upstream: SocketAddr) -> Self {
        let upstream = format!("http://{upstream}");
        let any = "127.0.0.1:0";
        let rest = ["--upstream", &upstream, "--listen", any, "--admin", any];
        let args = ["run".as_ref()].into_iter().chain(args.iter().copied());
        let args: Vec<&OsStr> = args.chain(rest.map(AsRef::as_ref)).collect();
        Self::of(Program::CdsProxy.start(&args)).await
    }

    /// Starts one of the examples.
    pub async fn example(example: Program, site: &Path) -> Self {
        let mut args = ["--listen", "127.0.0.1:0", "--site"]
            .map(Into::into)
            .to_vec();
        args.push(site.as_os_str().to_owned());
        Self::of(example.start(&args)).await
    }

    /// Starts the example whose documents come from a database.
    pub async fn database() -> Self {
        Self::of(Program::DatabasePortal.start(&["--listen", "127.0.0.1:0"])).await
    }

    async fn of(mut process: Running) -> Self {
        let address = process.address_after("listening on http://").await;
        Self { address, process }
    }

    /// A GET that must be answered.
    pub async fn get(&self, target: &'static str) -> Received {
        self.ask(&Ask::get(target)).await
    }

    /// A request that must be answered.
    pub async fn ask(&self, ask: &Ask) -> Received {
        let request = ask.request(&[]);
        let sent = wire::send(self.address, request).await;
        sent.unwrap_or_else(|error| {
            panic!(
                "{} {}: {error:#}\n{}",
                ask.method,
                ask.target,
                self.process.printed()
            )
        })
    }

    /// The status of a GET.
    pub async fn status(&self, target: &'static str) -> u16 {
        self.get(target).await.status.as_u16()
    }

    /// The fields of a HEAD.
    pub async fn head(&self, target: &'static str) -> Received {
        self.ask(&Ask::new(Method::HEAD, target)).await
    }
}
