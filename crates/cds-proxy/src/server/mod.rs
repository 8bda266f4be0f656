//! Sockets and life cycle: binding, accepting, ending.
//!
//! Pingora's own `Server` is not used. It retries a port in use for half a minute and then lives
//! on deaf, sleeps out a fixed grace period, and dies of SIGHUP. Its parser, its connection
//! handling and its upstream pool are used as they are, through [`ServerApp`].
//!
//! [`ServerApp`]: pingora::apps::ServerApp

mod accept;
mod acceptor;
mod bind;
mod connection;
mod greeting;
mod life;
mod proxy_protocol;
mod room;
mod socket_file;
pub mod tls;
mod transport;

pub use accept::serve;
pub use acceptor::Acceptor;
pub use bind::{BindError, Listener};
pub use connection::Connection;
pub use greeting::Greeting;
pub use life::{Ending, Life, Phase, Signals};
pub use room::{Room, capacity};
