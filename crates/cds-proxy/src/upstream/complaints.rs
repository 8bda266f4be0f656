//! What is wrong with an upstream, told once and then once a minute: under load the log would hold
//! nothing else.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

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
    /// When it was told last.
    at: Instant,
}

/// What a complaint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matter {
    /// Requests fail.
    Requests(UpstreamError),
    /// It has failed so often that it is left out.
    LeftOut,
    /// It can't be reached.
    Unreachable,
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
            at: Instant::now(),
        });
        self.begun.notify_one();
        true
    }

    /// What was told a minute ago and has happened again since. What has not is news again when it
    /// happens.
    pub(super) fn sum_up(&self) -> Vec<Complaint> {
        let now = Instant::now();
        let mut told = self.told();
        told.retain(|known| known.more > 0 || known.due_at() > now);
        let due = told.iter_mut().filter(|known| known.due_at() <= now);
        due.map(|known| Complaint {
            matter: known.matter,
            words: known.words.clone(),
            more: std::mem::take(&mut known.more),
            at: std::mem::replace(&mut known.at, now),
        })
        .collect()
    }

    /// What has happened again and is not summed up yet, when nothing more is to come.
    pub(super) fn rest(&self) -> Vec<Complaint> {
        let mut told = std::mem::take(&mut *self.told());
        told.retain(|known| known.more > 0);
        told
    }

    /// When something is to be summed up next.
    fn next(&self) -> Option<Instant> {
        self.told().iter().map(Complaint::due_at).min()
    }

    async fn begun(&self) {
        self.begun.notified().await;
    }

    fn told(&self) -> MutexGuard<'_, Vec<Complaint>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Complaint {
    fn due_at(&self) -> Instant {
        self.at + PAUSE
    }
}

/// Has told once a minute what goes on, for as long as it is polled.
pub(super) async fn keep_told(member: Arc<Member>) {
    loop {
        member.complaints().begun().await;
        while let Some(next) = member.complaints().next() {
            sleep_until(next).await;
            member.tell_again(member.complaints().sum_up());
        }
    }
}

const PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_happens_again_and_again_is_told_once_and_then_counted() {
        let (complaints, late) = (
            Complaints::default(),
            Matter::Requests(UpstreamError::Timeout),
        );
        assert!(complaints.note(late, "first"));
        assert!((0..17).all(|_| !complaints.note(late, "later")));
        advance(PAUSE).await;
        let [again] = &complaints.sum_up()[..] else {
            panic!("{complaints:?}")
        };
        assert_eq!((again.more, again.words.as_str()), (17, "first"));
        assert!(!complaints.note(late, "still"));
        advance(PAUSE).await;
        assert_eq!(complaints.sum_up().len(), 1);
        advance(PAUSE).await;
        assert!(complaints.sum_up().is_empty());
        assert!(complaints.note(late, "again"));
    }

    #[tokio::test(start_paused = true)]
    async fn each_matter_has_a_minute_of_its_own() {
        let (complaints, late) = (
            Complaints::default(),
            Matter::Requests(UpstreamError::Timeout),
        );
        assert!(complaints.note(late, "late"));
        advance(PAUSE - Duration::from_secs(1)).await;
        assert!(complaints.note(Matter::LeftOut, "out"));
        advance(Duration::from_secs(1)).await;
        assert!(complaints.sum_up().is_empty());
        assert!(!complaints.note(Matter::LeftOut, "out"));
        assert_eq!(
            complaints.next(),
            Some(Instant::now() + PAUSE - Duration::from_secs(1))
        );
        advance(PAUSE).await;
        assert_eq!(complaints.sum_up().len(), 1);
    }
}
