//! `[limits]`

use std::num::NonZeroU32;

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::Size;

/// What one client, or one mistake, may take of the machine.
#[derive(Debug, Clone, Copy, Default, Args, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table, such as `[limits]` with `max-document-size = \"500MiB\"` in it"
)]
#[command(next_help_heading = "Limits")]
pub struct LimitsSection {
    /// The most connections of clients at a time; those that are more wait until one ends
    /// [default: 10000, or half as many as the files that the system lets the process open]
    #[arg(
        id = "limits.max-connections",
        long = "max-connections",
        value_name = "N",
        env = "CDS_PROXY_MAX_CONNECTIONS"
    )]
    pub max_connections: Option<NonZeroU32>,

    /// The largest head of an HTTP/1 request [default: 64KiB]
    #[arg(
        id = "limits.max-head-size",
        long = "max-head-size",
        value_name = "SIZE",
        env = "CDS_PROXY_MAX_HEAD_SIZE"
    )]
    pub max_head_size: Option<Size>,

    /// The longest target (path and query) of a request [default: 16KiB]
    #[arg(
        id = "limits.max-target-size",
        long = "max-target-size",
        value_name = "SIZE",
        env = "CDS_PROXY_MAX_TARGET_SIZE"
    )]
    pub max_target_size: Option<Size>,

    /// The largest body of a request that is passed on [default: no limit]
    #[arg(
        id = "limits.max-body-size",
        long = "max-body-size",
        value_name = "SIZE",
        env = "CDS_PROXY_MAX_BODY_SIZE"
    )]
    pub max_body_size: Option<Size>,

    /// How many documents a client may ask for in a second, in the long run; 0 is no limit. A client
    /// is an IPv4 address or a /64 of IPv6; the machine itself has no limit [default: 500]
    #[arg(
        id = "limits.rate",
        long = "rate-limit",
        value_name = "N",
        env = "CDS_PROXY_RATE_LIMIT"
    )]
    pub rate: Option<u32>,

    /// How many it may ask for at once, having asked for none for a while [default: ten seconds' worth]
    #[arg(
        id = "limits.burst",
        long = "rate-burst",
        value_name = "N",
        env = "CDS_PROXY_RATE_BURST"
    )]
    pub burst: Option<NonZeroU32>,

    /// The largest document that is read, such as 500MiB [default: 1GiB]
    #[arg(
        id = "limits.max-document-size",
        long = "max-document-size",
        value_name = "SIZE",
        env = "CDS_PROXY_MAX_DOCUMENT_SIZE"
    )]
    pub max_document_size: Option<Size>,

    /// The largest file under public/ that is read [default: 256MiB]
    #[arg(
        id = "limits.max-file-size",
        long = "max-file-size",
        value_name = "SIZE",
        env = "CDS_PROXY_MAX_FILE_SIZE"
    )]
    pub max_file_size: Option<Size>,

    /// The most that all files of a site may have together [default: 4GiB]
    #[arg(
        id = "limits.max-total-size",
        long = "max-total-size",
        value_name = "SIZE",
        env = "CDS_PROXY_MAX_TOTAL_SIZE"
    )]
    pub max_total_size: Option<Size>,
}

impl LimitsSection {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            max_connections: self.max_connections.or(below.max_connections),
            max_head_size: self.max_head_size.or(below.max_head_size),
            max_target_size: self.max_target_size.or(below.max_target_size),
            max_body_size: self.max_body_size.or(below.max_body_size),
            rate: self.rate.or(below.rate),
            burst: self.burst.or(below.burst),
            max_document_size: self.max_document_size.or(below.max_document_size),
            max_file_size: self.max_file_size.or(below.max_file_size),
            max_total_size: self.max_total_size.or(below.max_total_size),
        }
    }
}
