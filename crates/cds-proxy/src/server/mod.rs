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
mod body_pace;
mod bound;
mod connection;
mod descriptors;
mod ends;
mod greeting;
mod inherited;
mod life;
mod patience;
mod plain_http;
mod proxy_protocol;
mod refusals;
mod room;
mod socket_file;
mod successor;
pub mod tls;
mod transport;

pub use accept::serve;
pub use acceptor::Acceptor;
pub use bind::{BindError, Listener};
pub use connection::Connection;
pub use greeting::Greeting;
pub use inherited::Inherited;
pub use life::{Asked, Ending, Life, Phase, Signals};
pub use refusals::Refusals;
pub use room::{Place, Room, capacity};
pub use socket_file::connect as connect_unix;
pub use successor::{Program, Successor};
