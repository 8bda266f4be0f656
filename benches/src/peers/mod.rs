//! Servers to compare with, each as plain as its users would write it.

mod axum;
mod hyper;
mod pingora;
pub(crate) mod serve;
