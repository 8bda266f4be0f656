//! `healthcheck`: whether a proxy that runs here is well, for images without a shell.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::config::{ConfigFile, ListenAddress, Settings, Timeout};
use crate::server::connect_unix;
use crate::terminal;

/// Asks the admin endpoint of a proxy that runs here whether it serves
///
/// The exit code is 0 if it does and 1 if not, as Docker's HEALTHCHECK wants it. The address is the
/// one that `run` has by the same flags, environment and file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Configuration file in TOML
    #[arg(long, value_name = "FILE", env = "CDS_PROXY_CONFIG")]
    config: Option<PathBuf>,

    /// Address of the admin endpoint [default: 127.0.0.1:9901]
    #[arg(long, value_name = "ADDR", env = "CDS_PROXY_ADMIN")]
    admin: Option<ListenAddress>,

    /// Ask whether the process lives (/healthz), not whether it serves (/readyz)
    #[arg(long)]
    live: bool,

    /// How long all of it may take
    #[arg(long, value_name = "TIME", default_value = "2s")]
    timeout: Timeout,
}

/// Asks once. The exit code is 1 for whatever is wrong: 2 is reserved by Docker.
pub fn run(args: Args) -> ExitCode {
    match try_run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(format_args!("{error:#}"));
            ExitCode::from(1)
        }
    }
}

fn try_run(args: Args) -> anyhow::Result<()> {
    let path = if args.live { "/healthz" } else { "/readyz" };
    let address = address(args.admin, args.config)?;
    let answer = ask(&address, path, args.timeout.0)
        .with_context(|| format!("{address} does not answer"))?;
    if is_good(&answer) {
        return Ok(());
    }
    let words = answer.lines().last().unwrap_or_default();
    bail!("{path} on {address} says: {words}");
}

/// The admin address; mistakes elsewhere in the file are no matter of health.
fn address(flag: Option<ListenAddress>, file: Option<PathBuf>) -> anyhow::Result<ListenAddress> {
    let given = match (flag, file) {
        (Some(address), _) => Some(address),
        (None, Some(file)) => ConfigFile::read(&file)?.layer().admin.address.clone(),
        (None, None) => None,
    };
    let address = given.unwrap_or(Settings::ADMIN);
    let Some(tcp) = address.tcp() else {
        return Ok(address);
    };
    if tcp.port() == 0 {
        bail!("the admin endpoint has any port (0), so there is none to ask; give it one");
    }
    Ok(reachable(tcp).into())
}

/// The address of this machine where all are listened on.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn ask(address: &ListenAddress, path: &str, limit: Duration) -> io::Result<String> {
    let end = Instant::now() + limit;
    let left = || {
        let left = end.saturating_duration_since(Instant::now());
        Some(left)
            .filter(|left| !left.is_zero())
            .ok_or(io::ErrorKind::TimedOut)
    };
    match address {
        ListenAddress::Tcp(address) => {
            let stream = TcpStream::connect_timeout(address, left()?)?;
            stream.set_write_timeout(Some(left()?))?;
            converse(stream, path, |stream| {
                stream.set_read_timeout(Some(left()?))
            })
        }
        ListenAddress::Unix(socket) => {
            let stream = loop {
                match connect_unix(socket) {
                    // It may only be busy.
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        thread::sleep(left()?.min(A_MOMENT));
                    }
                    connected => break connected?,
                }
            };
            stream.set_write_timeout(Some(left()?))?;
            converse(stream, path, |stream| {
                stream.set_read_timeout(Some(left()?))
            })
        }
    }
}

const A_MOMENT: Duration = Duration::from_millis(10);

/// Asks and reads the answer, which is small; `limit` is set before each read.
fn converse<S: Read + Write>(
    mut stream: S,
    path: &str,
    limit: impl Fn(&S) -> io::Result<()>,
) -> io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let (mut answer, mut piece) = (Vec::new(), [0; 1024]);
    while answer.len() < LARGEST {
        limit(&stream)?;
        match stream.read(&mut piece)? {
            0 => break,
            read => answer.extend(piece.iter().take(read)),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

const LARGEST: usize = 16 << 10;

fn is_good(answer: &str) -> bool {
    let mut words = answer.split(' ');
    let version = words.next().unwrap_or_default();
    version.starts_with("HTTP/1.") && words.next() == Some("200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_everywhere_is_asked_here() {
        for (listens, asked) in [
            ("0.0.0.0:9901", "127.0.0.1:9901"),
            ("[::]:9901", "[::1]:9901"),
            ("192.0.2.7:9901", "192.0.2.7:9901"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), asked);
        }
    }

    #[test]
    fn only_200_is_good() {
        assert!(is_good("HTTP/1.1 200 OK\r\n\r\nready\n"));
        for answer in [
            "",
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            "SSH-2.0 200 x",
        ] {
            assert!(!is_good(answer), "{answer}");
        }
    }
}
