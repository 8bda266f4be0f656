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
/// over what it publishes unchanged, header fields included.
#[derive(Debug)]
pub(crate) struct Coded {
    coding: Coding,
    pub(crate) tag: EntityTag,
    /// `None` inside if it would be no smaller than the plain bytes.
    made: OnceLock<Option<Box<Full>>>,
    /// Boxed, because most are done in a step and never here.
    unfinished: Mutex<Option<Box<Encoding>>>,
}

/// How far a coding is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Progress<'c> {
    /// What a 200 has.
    Made(&'c Full),
    /// The plain bytes are as small.
    NoSmaller,
    /// It takes another step, or is taken one by another thread.
    NotYet,
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

    /// Takes the coding of this plain content a step further.
    pub(crate) fn make(&self, plain: &Full) -> Progress<'_> {
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
        self.progress()
    }

    /// How far the coding is.
    pub(crate) fn progress(&self) -> Progress<'_> {
        match self.made.get() {
            Some(Some(full)) => Progress::Made(full),
            Some(None) => Progress::NoSmaller,
            None => Progress::NotYet,
        }
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
