//! Those who want to hear of every reload.

use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};

/// Those who want to hear of something, until a thread ends.
#[derive(Debug)]
pub(crate) struct Subscribers<T> {
    /// None once the thread has ended.
    senders: Mutex<Option<Vec<mpsc::SyncSender<T>>>>,
    /// How far behind one may be.
    backlog: usize,
}

impl<T: Clone> Subscribers<T> {
    /// Nobody yet. Whoever is more than `backlog` behind misses what follows.
    pub(crate) fn new(backlog: usize) -> Self {
        Self {
            senders: Mutex::new(Some(Vec::new())),
            backlog,
        }
    }

    /// Everything from now on; a receiver that has ended already if the thread has.
    pub(crate) fn subscribe(&self) -> mpsc::Receiver<T> {
        let (sender, receiver) = mpsc::sync_channel(self.backlog);
        if let Some(senders) = self.lock().as_mut() {
            senders.push(sender);
        }
        receiver
    }

    /// Tells every subscriber. One that is behind misses this; one that is gone is forgotten.
    pub(crate) fn tell(&self, news: &T) {
        if let Some(senders) = self.lock().as_mut() {
            senders.retain(|sender| {
                let sent = sender.try_send(news.clone());
                !matches!(sent, Err(mpsc::TrySendError::Disconnected(_)))
            });
        }
    }

    /// Lets every subscriber see the end.
    pub(crate) fn end(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<mpsc::SyncSender<T>>>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_subscribes_after_the_end_is_not_kept_waiting() {
        let subscribers = Subscribers::<u8>::new(1);
        let before = subscribers.subscribe();
        subscribers.end();
        assert!(before.recv().is_err());
        assert!(subscribers.subscribe().recv().is_err());
    }

    #[test]
    fn one_that_is_behind_misses_what_follows_until_it_catches_up() {
        let subscribers = Subscribers::new(1);
        let receiver = subscribers.subscribe();
        subscribers.tell(&1);
        subscribers.tell(&2);
        assert_eq!(receiver.recv(), Ok(1));
        subscribers.tell(&3);
        assert_eq!(receiver.recv(), Ok(3));
    }
}
