//! The layer around services of every kind, over sockets where a socket makes a difference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod axum_fallbacks;
mod axum_router;
mod bare_hyper;
mod bodies;
mod compression;
mod contract;
mod readiness;
mod support;
mod tonic_server;
