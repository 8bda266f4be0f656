//! Where the portal is, and how it is asked.
//!
//! What is known flows one way: a name is resolved into `addresses`, which a `member` has for
//! each URL; `standing` and `health` say whether it is worth asking; the `pool` chooses one for each
//! attempt of a request; `peer` says how to connect there, `tls` and `authorities` who is taken for
//! it. What the log tells of them is in `reason` and `complaints`.

mod addresses;
mod authorities;
mod complaints;
mod health;
mod member;
mod own;
mod peer;
mod pool;
mod readmission;
mod reason;
mod resolve;
mod standing;
#[cfg(test)]
mod tests;
mod tls;
mod tls_advice;
mod way;

pub use authorities::Authorities;
pub use health::Checks;
pub use member::Member;
pub use peer::{Demand, Limits, NO_AUTHORITIES, Pace, Speech, keepalive};
pub use pool::Upstream;
pub use reason::{is_own_lack, os_error, reason};
pub use standing::Ejection;
pub use tls::{IDENTITY, Trust};
pub use way::Way;
