//! The accept loop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pingora::apps::ServerApp;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::bind::Listener;
use super::connection::Connection;
use super::life::{Life, Phase};

/// Accepts connections until the program stops, then waits until they have ended.
pub async fn serve<A>(listener: Listener, app: Arc<A>, life: Life)
where
    A: ServerApp + Send + Sync + 'static,
{
    let address = listener.address();
    let listener = match listener.into_tokio() {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%address, %error, "the listener is broken"),
    };
    let mut connections = JoinSet::new();
    let mut shortage: Option<Shortage> = None;
    loop {
        let now = Instant::now();
        let (retry_at, over_at) = shortage.map_or((now, now), |it| (it.retry_at, it.over_at));
        tokio::select! {
            accepted = listener.accept(), if retry_at <= now => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(converse(stream, peer, Arc::clone(&app), life.clone()));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    if shortage.replace(Shortage::begin()).is_none() {
                        tracing::error!(%address, %error, "can't accept connections; trying on");
                    }
                }
            },
            // Only to come round: the next turn accepts again.
            () = sleep_until(retry_at), if retry_at > now => {}
            () = sleep_until(over_at), if shortage.is_some() => {
                shortage = None;
                tracing::info!(%address, "connections are accepted again");
            }
            Some(_) = connections.join_next() => {}
            () = life.reached(Phase::Stopping) => break,
        }
    }
    drop(listener);
    // Wakes connections that wait for a next request; they close.
    app.cleanup().await;
    while connections.join_next().await.is_some() {}
}

async fn converse<A>(stream: TcpStream, peer: SocketAddr, app: Arc<A>, life: Life)
where
    A: ServerApp + Send + Sync + 'static,
{
    let connection = Connection::new(stream, peer);
    app.process_new(Box::new(connection), &life.pingora_watch())
        .await;
}

/// A time in which connections can't be accepted, mostly for want of descriptors. It lasts until
/// connections end, and asking again at once would only burn the processor.
#[derive(Debug, Clone, Copy)]
struct Shortage {
    retry_at: Instant,
    /// When it counts as over unless there is another error. Later than the next try: a shortage
    /// comes and goes, and the log is to say it once.
    over_at: Instant,
}

impl Shortage {
    fn begin() -> Self {
        let now = Instant::now();
        Self {
            retry_at: now + Duration::from_secs(1),
            over_at: now + Duration::from_secs(3),
        }
    }
}

/// Whether only the connection at hand has failed, which is as if it had never come: Linux passes
/// errors of the network on, and those of a firewall (accept(2)).
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionReset, HostUnreachable, Interrupted, NetworkDown,
        NetworkUnreachable, PermissionDenied, TimedOut,
    };
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionReset
            | HostUnreachable
            | Interrupted
            | NetworkDown
            | NetworkUnreachable
            | PermissionDenied
            | TimedOut
    )
}
