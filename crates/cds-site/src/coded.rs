//! A representation in content codings, made when they are first asked for.

use std::io;
use std::sync::{Mutex, OnceLock};

use bytes::Bytes;
use http::{HeaderValue, header};

use crate::accept_encoding::AcceptEncoding;
use crate::body::Body;
use crate::coding::Coding;
use crate::encoding::{Encoding, Step};
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
/// It is made when Clients ask for it. Not before, so that a reload takes no longer and a site no
/// more memory for codings that nobody asks for. And only once: the next version of the site takes
/// over what it publishes unchanged.
#[derive(Debug)]
pub(crate) struct Coded {
    coding: Coding,
    pub(crate) tag: EntityTag,
    /// `None` inside if it would be no smaller than the plain bytes.
    made: OnceLock<Option<Box<Full>>>,
    /// Boxed, because most are done in a step and never here.
    unfinished: Mutex<Option<Box<Encoding>>>,
}

impl Coded {
    fn new(coding: Coding, plain: &EntityTag) -> Self {
        Self {
            coding,
            tag: plain.in_coding(coding),
            made: OnceLock::new(),
            unfinished: Mutex::new(None),
        }
    }

    /// What a 200 has, made of what it has when it is plain. `None` if that is better: because
    /// the coding saves nothing, or because it takes more steps than this request's.
    pub(crate) fn make(&self, plain: &Full) -> Option<&Full> {
        // Nobody waits for another thread's step: there are other requests to answer.
        if self.made.get().is_none()
            && let Ok(mut unfinished) = self.unfinished.try_lock()
            && self.made.get().is_none()
        {
            match self.step(unfinished.take(), &plain.body) {
                Ok(Step::Next(encoding)) => *unfinished = Some(encoding),
                Ok(Step::Done(bytes)) => {
                    let is_smaller = (bytes.len() as u64) < plain.body.len();
                    let full = is_smaller.then(|| Box::new(self.full(plain, bytes)));
                    let _ = self.made.set(full);
                }
                Err(_) => {
                    let _ = self.made.set(None);
                }
            }
        }
        self.made()
    }

    /// What a 200 has, if it is made.
    pub(crate) fn made(&self) -> Option<&Full> {
        self.made.get()?.as_deref()
    }

    fn step(&self, unfinished: Option<Box<Encoding>>, body: &Body) -> io::Result<Step> {
        match unfinished {
            Some(encoding) => encoding.step(body),
            None => Box::new(Encoding::new(self.coding, body)?).step(body),
        }
    }

    fn full(&self, plain: &Full, bytes: Bytes) -> Full {
        let body = Body::from(bytes);
        let mut headers = plain.headers.clone();
        let name = HeaderValue::from_static(self.coding.name());
        headers.insert(header::CONTENT_ENCODING, name);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        headers.insert(header::ETAG, self.tag.header_value().clone());
        Full { headers, body }
    }
}
