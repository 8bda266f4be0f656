//! Where the portal is, and how it is asked.
//!
//! What is known flows one way: a name is resolved into [`addresses`], which a [`member`] has for
//! each URL; [`standing`] says whether it is worth asking; the [`pool`] chooses one for each
//! attempt of a request; [`peer`] says how to connect there.

mod addresses;
mod member;
mod own;
mod peer;
mod pool;
mod resolve;
mod standing;
#[cfg(test)]
mod tests;
mod way;

pub use member::Member;
pub use peer::{Limits, Pace, keepalive};
pub use pool::Upstream;
pub use standing::Ejection;
pub use way::Way;
