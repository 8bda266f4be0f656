//! Those who want to hear of every reload.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::subscription::{Queue, Subscription};

/// Those who want to hear of something, until a thread ends.
#[derive(Debug)]
pub(crate) struct Subscribers<T> {
    /// None once the thread has ended.
    queues: Mutex<Option<Vec<Weak<Queue<T>>>>>,
    /// How far behind one may be.
    backlog: usize,
}

impl<T: Clone> Subscribers<T> {
    /// Nobody yet. Whoever is more than `backlog` behind misses what follows.
    pub(crate) fn new(backlog: usize) -> Self {
        Self {
            queues: Mutex::new(Some(Vec::new())),
            backlog,
        }
    }

    /// Everything from now on; a subscription that has ended already if the thread has.
    pub(crate) fn subscribe(&self) -> Subscription<T> {
        let (subscription, queue) = Subscription::new();
        match self.lock().as_mut() {
            Some(queues) => queues.push(Arc::downgrade(&queue)),
            None => queue.end(),
        }
        subscription
    }

    /// Tells every subscriber. One that is behind misses this; one that is gone is forgotten.
    pub(crate) fn tell(&self, news: &T) {
        let mut there = Vec::new();
        if let Some(queues) = self.lock().as_mut() {
            queues.retain(|queue| {
                let queue = queue.upgrade();
                let is_there = queue.is_some();
                there.extend(queue);
                is_there
            });
        }
        // Outside of the lock: whoever is woken may subscribe.
        for queue in there {
            queue.put(news.clone(), self.backlog);
        }
    }

    /// Lets every subscriber see the end.
    pub(crate) fn end(&self) {
        let queues = self.lock().take();
        for queue in queues.iter().flatten().filter_map(Weak::upgrade) {
            queue.end();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Weak<Queue<T>>>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn one_that_is_behind_misses_what_follows_until_it_catches_up_and_is_told_how_much() {
        let subscribers = Subscribers::new(1);
        let subscription = subscribers.subscribe();
        for number in 1..=3 {
            subscribers.tell(&number);
        }
        assert_eq!(subscription.recv(), Ok(1));
        assert_eq!(subscription.missed(), 2);
        subscribers.tell(&4);
        assert_eq!(subscription.recv(), Ok(4));
    }
}
