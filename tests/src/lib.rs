//! What the end-to-end tests stand on.
//!
//! - [`scenarios`]: one list of what Clients ask and what they must get, in words of requests and
//!   answers only.
//! - [`Target`]: what the list runs against: a site in memory, the layer under axum and under bare
//!   hyper, the proxy's binary. What differs between them is written down there and nowhere else.
//! - [`Answer`]: what is expected; a header field that nobody listed is a failure.
//! - [`wire`]: a client that repairs nothing.
//! - [`Program`]: binaries of this workspace, built before they are started.
//!
//! Nothing here asserts a time: waiting has deadlines that only a hang can reach.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "all of it runs inside tests, which fail where something surprising is"
)]

mod answer;
mod ask;
mod decode;
mod portal;
mod program;
mod publisher;
mod serving;
mod site_dir;
mod target;
mod wait;

pub mod field_client;

pub mod scenarios;
pub mod wire;

pub use answer::{Answer, Content, Value};
pub use ask::{Ask, Received};
pub use decode::decode;
pub use portal::{ReachedPortal, echo};
pub use program::{Program, Running};
pub use publisher::Publisher;
pub use serving::Serving;
pub use site_dir::{Fixture, SiteDir};
pub use target::{Kind, Outcome, Target};
pub use wait::{DEADLINE, eventually};
