//! The accept loop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pingora::apps::ServerApp;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

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
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(converse(stream, peer, Arc::clone(&app), life.clone()));
                }
                Err(error) => recover(address, &error).await,
            },
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

/// A client that has gone is nothing; a lack of descriptors lasts until connections end, and
/// asking again at once would only burn the processor.
async fn recover(address: SocketAddr, error: &io::Error) {
    if matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    ) {
        return;
    }
    tracing::error!(%address, %error, "can't accept a connection; trying again in a second");
    tokio::time::sleep(Duration::from_secs(1)).await;
}
