//! Why clients don't take a certificate.

use std::fmt;
use std::time::{Duration, SystemTime};

use cds_metadata::Rule;

use crate::rules::certificate_expiring::CERTIFICATE_EXPIRING;
use crate::rules::certificate_without_name::CERTIFICATE_WITHOUT_NAME;

/// Why clients won't take a certificate, or not for long, in words that follow its name.
#[derive(Debug, Clone)]
pub struct Complaint {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// What to do.
    pub help: &'static str,
    reason: Reason,
}

#[derive(Debug, Clone)]
enum Reason {
    NotYet(SystemTime),
    Expired(SystemTime),
    Expiring(SystemTime),
    NoName,
}

impl Complaint {
    /// Clients compare the name that they asked for with those of the certificate (RFC 9525 §6.3).
    pub(super) const NO_NAME: Self = Self {
        rule: &CERTIFICATE_WITHOUT_NAME,
        help: "have one made with the names that clients ask for in its subjectAltName",
        reason: Reason::NoName,
    };

    /// What clients will say of a time of validity (RFC 5280 §4.1.2.5), if anything.
    pub(super) fn of_time(begins: SystemTime, ends: SystemTime, now: SystemTime) -> Option<Self> {
        let left = ends.duration_since(now).unwrap_or_default();
        let reason = if now < begins {
            Reason::NotYet(begins)
        } else if now > ends {
            Reason::Expired(ends)
        } else if left < SOON {
            Reason::Expiring(ends)
        } else {
            return None;
        };
        Some(Self {
            rule: &CERTIFICATE_EXPIRING,
            help: "renew it; the new one is taken up without a restart",
            reason,
        })
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = humantime::format_rfc3339_seconds;
        match self.reason {
            Reason::NotYet(begins) => write!(f, "is not valid before {}", date(begins)),
            Reason::Expired(ends) => write!(f, "has expired on {}", date(ends)),
            Reason::Expiring(ends) => write!(f, "expires on {}", date(ends)),
            Reason::NoName => {
                write!(
                    f,
                    "has no name (subjectAltName), so no client will accept it"
                )
            }
        }
    }
}

/// Two weeks: what renews itself by a certificate's usual ninety days has done so for a while.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);
