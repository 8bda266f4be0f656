//! What is wrong with an upstream, told once and then once a minute: under load the log would hold
//! nothing else.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::member::Member;
use crate::metrics::UpstreamError;

/// What has been told of an upstream lately, and how often it has happened since.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    told: Mutex<Vec<Complaint>>,
    begun: Notify,
}

/// Something that was told.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) matter: Matter,
    /// What was told.
    pub(super) words: String,
    /// How often it has happened since.
    pub(super) more: u32,
}

/// What a complaint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matter {
    /// Requests fail.
    Requests(UpstreamError),
    /// It has failed so often that it is left out.
    LeftOut,
}

impl Complaints {
    /// Notes that something has happened. Whether to tell so now.
    pub(super) fn note(&self, matter: Matter, words: &str) -> bool {
        let mut told = self.told();
        if let Some(known) = told.iter_mut().find(|known| known.matter == matter) {
            known.more = known.more.saturating_add(1);
            return false;
        }
        told.push(Complaint {
            matter,
            words: words.to_owned(),
            more: 0,
        });
        self.begun.notify_one();
        true
    }

    /// What has happened again since it was told last. The rest is news again when it happens.
    pub(super) fn sum_up(&self) -> Vec<Complaint> {
        let mut told = self.told();
        told.retain(|known| known.more > 0);
        let again = |known: &mut Complaint| Complaint {
            matter: known.matter,
            words: known.words.clone(),
            more: std::mem::take(&mut known.more),
        };
        told.iter_mut().map(again).collect()
    }

    async fn begun(&self) {
        self.begun.notified().await;
    }

    fn told(&self) -> MutexGuard<'_, Vec<Complaint>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has told once a minute what goes on, for as long as it is polled.
pub(super) async fn keep_told(member: Arc<Member>) {
    loop {
        member.complaints().begun().await;
        loop {
            sleep(PAUSE).await;
            if !member.tell_again() {
                break;
            }
        }
    }
}

const PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_again_and_again_is_told_once_and_then_counted() {
        let (complaints, late) = (
            Complaints::default(),
            Matter::Requests(UpstreamError::Timeout),
        );
        assert!(complaints.note(late, "first"));
        assert!(complaints.note(Matter::LeftOut, "out"));
        assert!((0..17).all(|_| !complaints.note(late, "later")));
        let [again] = &complaints.sum_up()[..] else {
            panic!("{complaints:?}")
        };
        assert_eq!((again.more, again.words.as_str()), (17, "first"));
        assert!(complaints.note(Matter::LeftOut, "out"));
        assert!(!complaints.note(late, "still"));
        assert_eq!(complaints.sum_up().len(), 1);
        assert!(complaints.sum_up().is_empty());
        assert!(complaints.note(late, "again"));
    }
}
