//! The binary over real sockets: started, asked, signalled, ended.

// Makes helpers part of the tests, which may stop at the first surprise.
#![cfg(test)]

mod access_log;
mod admin;
mod attacks;
mod config;
mod demo;
mod descriptors;
mod failing;
mod fidelity;
mod forwarding;
mod hand_over;
mod healthcheck;
mod life;
mod listeners;
mod passing;
mod secure_upstreams;
mod site;
mod sites;
mod support;
mod systemd;
mod targets;
mod tls;
mod tunnels;
mod unusual;
mod upstreams;
