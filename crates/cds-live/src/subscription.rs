//! A subscription to reloads.

use std::collections::VecDeque;
use std::iter;
use std::sync::mpsc::{RecvError, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

/// What a subscriber is told, in order: [`LiveSite::subscribe`](crate::LiveSite::subscribe) and
/// [`LiveSites::subscribe`](crate::LiveSites::subscribe).
///
/// It is used as the receiving end of a channel is ([`std::sync::mpsc::Receiver`]), or as an
/// iterator that waits. With the feature `stream` it is a `Stream`, which no runtime has to know
/// of.
///
/// ```no_run
/// # fn main() -> std::io::Result<()> {
/// let live = cds_live::LiveSite::open("cds")?;
/// let reloads = live.subscribe();
/// std::thread::spawn(move || {
///     for reload in reloads {
///         println!("{}: {:?}", reload.outcome.as_str(), reload.changed);
///     }
/// });
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Subscription<T> {
    queue: Arc<Queue<T>>,
}

/// Where one side puts what the other takes.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
}

#[derive(Debug)]
struct State<T> {
    news: VecDeque<T>,
    missed: u64,
    ended: bool,
    /// Who polls for more.
    waker: Option<Waker>,
}

impl<T> Subscription<T> {
    /// A subscription, and where what it is told is put.
    pub(crate) fn new() -> (Self, Arc<Queue<T>>) {
        let queue = Arc::new(Queue {
            state: Mutex::new(State {
                news: VecDeque::new(),
                missed: 0,
                ended: false,
                waker: None,
            }),
            arrived: Condvar::new(),
        });
        let subscription = Self {
            queue: Arc::clone(&queue),
        };
        (subscription, queue)
    }

    /// Waits for the next.
    ///
    /// # Errors
    ///
    /// Once the last handle was dropped, and everything before was received.
    pub fn recv(&self) -> Result<T, RecvError> {
        let received = self.receive(None);
        received.map_err(|_| RecvError)
    }

    /// Waits for the next, but no longer than a time.
    ///
    /// # Errors
    ///
    /// After that time, and as [`recv`](Self::recv).
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.receive(Some(timeout))
    }

    /// The next, if it is there.
    ///
    /// # Errors
    ///
    /// If it isn't, and as [`recv`](Self::recv).
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut state = self.queue.lock();
        match state.news.pop_front() {
            Some(news) => Ok(news),
            None if state.ended => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        }
    }

    /// All, waiting for each, until the last handle is dropped.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        iter::from_fn(|| self.recv().ok())
    }

    /// All that are there.
    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        iter::from_fn(|| self.try_recv().ok())
    }

    /// How many were missed so far because too many before had not been received.
    ///
    /// The status tells how the last one ended ([`LiveSite::status`](crate::LiveSite::status)).
    pub fn missed(&self) -> u64 {
        self.queue.lock().missed
    }

    fn receive(&self, timeout: Option<Duration>) -> Result<T, RecvTimeoutError> {
        // A time that no clock reaches is for ever.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut state = self.queue.lock();
        loop {
            if let Some(news) = state.news.pop_front() {
                return Ok(news);
            }
            if state.ended {
                return Err(RecvTimeoutError::Disconnected);
            }
            let arrived = &self.queue.arrived;
            let Some(deadline) = deadline else {
                state = arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(RecvTimeoutError::Timeout);
            }
            let waited = arrived.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl<T> Iterator for Subscription<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

#[cfg(feature = "stream")]
impl<T> futures_core::Stream for Subscription<T> {
    type Item = T;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<T>> {
        use std::task::Poll;

        let waker = cx.waker().clone();
        let mut state = self.queue.lock();
        if let Some(news) = state.news.pop_front() {
            return Poll::Ready(Some(news));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        let before = state.waker.replace(waker);
        // What dropping a waker does is the runtime's business, too.
        drop(state);
        drop(before);
        Poll::Pending
    }
}

impl<T> Queue<T> {
    /// Puts one in, unless `backlog` are there already.
    pub(crate) fn put(&self, news: T, backlog: usize) {
        self.change(|state| {
            if state.news.len() < backlog {
                state.news.push_back(news);
            } else {
                state.missed = state.missed.saturating_add(1);
            }
        });
    }

    /// There will be no more.
    pub(crate) fn end(&self) {
        self.change(|state| state.ended = true);
    }

    fn change(&self, change: impl FnOnce(&mut State<T>)) {
        let mut state = self.lock();
        change(&mut state);
        let waker = state.waker.take();
        drop(state);
        self.arrived.notify_one();
        // Outside of the lock: what a waker does is the runtime's business.
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn whoever_waits_is_woken_by_what_comes_and_by_the_end() {
        let (subscription, queue) = Subscription::new();
        let waiting = thread::spawn(move || subscription.collect::<Vec<_>>());
        for number in 0..1000 {
            queue.put(number, 1000);
        }
        queue.end();
        assert!(waiting.join().unwrap().into_iter().eq(0..1000));
    }

    #[test]
    fn waiting_ends_with_its_time() {
        let (subscription, queue) = Subscription::<u8>::new();
        let nothing = Err(RecvTimeoutError::Timeout);
        assert_eq!(subscription.recv_timeout(Duration::ZERO), nothing);
        assert_eq!(subscription.try_recv(), Err(TryRecvError::Empty));
        queue.end();
        assert_eq!(subscription.try_recv(), Err(TryRecvError::Disconnected));
        let end = Err(RecvTimeoutError::Disconnected);
        assert_eq!(subscription.recv_timeout(Duration::MAX), end);
    }

    #[cfg(feature = "stream")]
    #[test]
    fn a_stream_wakes_its_task_and_ends() {
        use std::pin::Pin;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::task::{Context, Poll, Wake};

        use futures_core::Stream;

        #[derive(Default)]
        struct Count(AtomicUsize);
        impl Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let count = Arc::new(Count::default());
        let waker = Arc::clone(&count).into();
        let mut cx = Context::from_waker(&waker);
        let (mut subscription, queue) = Subscription::new();
        let mut poll = || Pin::new(&mut subscription).poll_next(&mut cx);
        assert_eq!(poll(), Poll::Pending);
        queue.put(1, 1);
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        assert_eq!((poll(), poll()), (Poll::Ready(Some(1)), Poll::Pending));
        queue.end();
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
        assert_eq!(poll(), Poll::Ready(None));
    }
}
