//! The accept loop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pingora::apps::ServerApp;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::acceptor::Acceptor;
use super::connection::Connection;
use super::greeting::{GREETING, Greeting};
use super::life::{Life, Phase};
use super::room::{Place, Room};
use super::transport::Socket;
use crate::seldom::Seldom;

/// Accepts connections until the program stops or another goes on, then waits until they have
/// ended. Where there is no room, a connection waits, and those after it in the listener's queue.
pub async fn serve<A>(acceptor: Arc<Acceptor>, app: Arc<A>, room: Room, life: Life)
where
    A: ServerApp + Send + Sync + 'static,
{
    let address = acceptor.address();
    let mut connections = JoinSet::new();
    let mut congestion: Option<Congestion> = None;
    let (full, failing) = (Seldom::default(), Seldom::default());
    loop {
        let now = Instant::now();
        let (retry_at, over_at) = congestion.map_or((now, now), |it| (it.retry_at, it.over_at));
        tokio::select! {
            accepted = acceptor.accept(), if retry_at <= now => match accepted {
                Ok((socket, peer)) => {
                    if room.is_full() {
                        congestion = Some(Congestion::seen(congestion, NOW, || {
                            let (most, more) = (room.size(), full.now()?);
                            tracing::warn!(%address, "there are {most} connections; more wait{more}");
                            Some(())
                        }));
                    }
                    let place = room.take_while(&life).await;
                    let connection = Incoming { socket, peer, place };
                    connections.spawn(converse(
                        Arc::clone(&acceptor),
                        connection,
                        Arc::clone(&app),
                        life.clone(),
                    ));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    congestion = Some(Congestion::seen(congestion, A_SECOND, || {
                        let more = failing.now()?;
                        tracing::error!(%address, %error, "can't accept connections; trying on{more}");
                        Some(())
                    }));
                }
            },
            // Only to come round: the next turn accepts again.
            () = sleep_until(retry_at), if retry_at > now => {}
            () = sleep_until(over_at), if congestion.is_some() => {
                if congestion.take().is_some_and(|it| it.is_told) {
                    tracing::info!(%address, "connections are accepted again");
                }
            }
            Some(_) = connections.join_next() => {}
            () = life.reached(Phase::HandedOver) => break,
        }
    }
    drop(acceptor);
    life.reached(Phase::Stopping).await;
    // Wakes connections that wait for a next request; they close.
    app.cleanup().await;
    while connections.join_next().await.is_some() {}
}

/// A connection that has been accepted.
struct Incoming {
    socket: Socket,
    /// `None` behind a Unix socket.
    peer: Option<SocketAddr>,
    /// `None` where it waited for one until no more came: nobody else can have it now.
    place: Option<Place>,
}

async fn converse<A>(acceptor: Arc<Acceptor>, incoming: Incoming, app: Arc<A>, life: Life)
where
    A: ServerApp + Send + Sync + 'static,
{
    let Incoming {
        socket,
        peer,
        place,
    } = incoming;
    // It would have been served, had there been room.
    let is_owed = place.is_none() && socket.is_readable();
    let greeting = acceptor.greeting().clone();
    // Else the listener would be open for as long as the connection is.
    drop(acceptor);
    let _open = greeting
        .refusals
        .metrics
        .as_ref()
        .map(|metrics| metrics.count_open());
    let received = tokio::select! {
        biased;
        received = begin(&greeting, socket, peer, is_owed) => received,
        () = end(&life, is_owed) => return,
    };
    match received {
        Ok(connection) => {
            let watch = life.pingora_watch();
            app.process_new(Box::new(connection), &watch).await;
        }
        // Whoever scans ports is no reason to fill a log.
        Err(error) => tracing::debug!(?peer, "a connection came to nothing: {error}"),
    }
}

async fn begin(
    greeting: &Greeting,
    socket: Socket,
    peer: Option<SocketAddr>,
    is_owed: bool,
) -> io::Result<Connection> {
    let mut connection = greeting.receive(socket, peer).await?;
    if is_owed {
        // What hasn't come yet is not waited for any more at the end.
        connection.first_word().await?;
    }
    Ok(connection)
}

/// Waits until a connection on which nothing has been asked is closed.
async fn end(life: &Life, is_owed: bool) {
    life.reached(Phase::Stopping).await;
    if is_owed {
        sleep(GREETING).await;
    }
}

/// A time in which connections can't be accepted at once, for want of descriptors or of room.
#[derive(Debug, Clone, Copy)]
struct Congestion {
    /// It lasts until connections end, and asking again at once may only burn the processor.
    retry_at: Instant,
    /// When it counts as over unless it begins again. Later than the next try: it comes and goes,
    /// and the log is to say it once.
    over_at: Instant,
    /// Whether the log says so, and not yet that it is over.
    is_told: bool,
}

const NOW: Duration = Duration::ZERO;
const A_SECOND: Duration = Duration::from_secs(1);

impl Congestion {
    /// One that is seen to begin or to go on. `tell` says so where it hasn't yet, unless it has of
    /// others lately.
    fn seen(known: Option<Self>, pause: Duration, tell: impl FnOnce() -> Option<()>) -> Self {
        let now = Instant::now();
        Self {
            retry_at: now + pause,
            over_at: now + pause + Duration::from_secs(2),
            is_told: known.is_some_and(|known| known.is_told) || tell().is_some(),
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
