//! A representation in content codings, made when they are first asked for.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{HeaderValue, header};

use crate::accept_encoding::AcceptEncoding;
use crate::body::Body;
use crate::coding::Coding;
use crate::etag::EntityTag;
use crate::representation::Full;

/// A representation in every coding of this build.
#[derive(Debug)]
pub(crate) struct Codings {
    /// By [`Coding::ALL`].
    coded: [Option<Coded>; Coding::ALL.len()],
}

impl Codings {
    /// The codings of what has this tag when it is plain.
    pub(crate) fn of(plain: &EntityTag) -> Self {
        let coded = |coding: Coding| coding.is_built_in().then(|| Coded::new(coding, plain));
        Self {
            coded: Coding::ALL.map(coded),
        }
    }

    /// Those that a Client takes, the best first.
    pub(crate) fn accepted(&self, accepted: AcceptEncoding) -> impl Iterator<Item = &Coded> {
        let coded = |coding: Coding| self.coded.get(coding as usize)?.as_ref();
        accepted.codings().filter_map(coded)
    }
}

/// A representation in one coding.
///
/// It is made when the first Client asks for it. Not before, so that a reload takes no longer and
/// a site no more memory for codings that nobody asks for. And only once: the next version of the
/// site takes over what it publishes unchanged.
#[derive(Debug)]
pub(crate) struct Coded {
    coding: Coding,
    pub(crate) tag: EntityTag,
    /// `None` inside if it would be no smaller than the plain bytes.
    made: OnceLock<Option<Box<Full>>>,
    is_claimed: AtomicBool,
}

impl Coded {
    fn new(coding: Coding, plain: &EntityTag) -> Self {
        Self {
            coding,
            tag: plain.in_coding(coding),
            made: OnceLock::new(),
            is_claimed: AtomicBool::new(false),
        }
    }

    /// What a 200 has, made of what it has when it is plain. `None` if that is better: because
    /// the coding saves nothing, or because another thread is making it just now.
    pub(crate) fn make(&self, plain: &Full) -> Option<&Full> {
        if self.made.get().is_none() && !self.is_claimed.swap(true, Ordering::Relaxed) {
            // Whoever comes meanwhile doesn't wait: its thread has other requests to answer.
            let _ = self.made.set(self.encode(plain).map(Box::new));
        }
        self.made()
    }

    /// What a 200 has, if it is made.
    pub(crate) fn made(&self) -> Option<&Full> {
        self.made.get()?.as_deref()
    }

    fn encode(&self, plain: &Full) -> Option<Full> {
        let body = Body::from(self.coding.encode(&plain.body)?);
        let mut headers = plain.headers.clone();
        let name = HeaderValue::from_static(self.coding.name());
        headers.insert(header::CONTENT_ENCODING, name);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        headers.insert(header::ETAG, self.tag.header_value().clone());
        Some(Full { headers, body })
    }
}
