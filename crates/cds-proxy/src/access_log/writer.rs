//! Lines on their way out.

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;

/// Writes lines in a thread of its own.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Arc<Queue>,
    dropped: Counter,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// Told when there is something to write again.
    more: Condvar,
    /// Told when nothing is left to write.
    idle: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    lines: Vec<u8>,
    is_writing: bool,
    is_over: bool,
}

/// Some thousand lines: the moment in which whoever collects them is restarted.
const MOST: usize = 1 << 20;

/// What a pipe takes as a whole (`PIPE_BUF`), so that lines of two processes don't mix while one
/// hands over to the other.
const PIECE: usize = 4096;

/// Until output that can't be written to at the moment is tried again.
const PAUSE: Duration = Duration::from_millis(10);

impl Writer {
    pub(super) fn start(output: impl Write + Send + 'static, dropped: Counter) -> io::Result<Self> {
        let queue = Arc::<Queue>::default();
        let (served, lost) = (Arc::clone(&queue), dropped.clone());
        thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || serve(&served, output, &lost))?;
        Ok(Self { queue, dropped })
    }

    /// Has lines written, unless too many wait already.
    pub(super) fn write(&self, line: &str) {
        let mut waiting = self.queue.lock();
        if waiting.lines.len() + line.len() > MOST {
            drop(waiting);
            self.dropped.inc();
            return;
        }
        let was_empty = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line.as_bytes());
        drop(waiting);
        if was_empty {
            // Else it has been told already: a system call for each request saved.
            self.queue.more.notify_one();
        }
    }

    /// Waits until all is written, or no longer.
    pub(super) fn flush(&self, limit: Duration) {
        let is_busy = |waiting: &mut Waiting| waiting.is_writing || !waiting.lines.is_empty();
        let waiting = self.queue.lock();
        let _ = self.queue.idle.wait_timeout_while(waiting, limit, is_busy);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.lock().is_over = true;
        self.queue.more.notify_one();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all that waits, once there is something; `None` at the end.
    fn take(&self) -> Option<Vec<u8>> {
        let mut waiting = self.lock();
        waiting.is_writing = false;
        if waiting.lines.is_empty() {
            self.idle.notify_all();
        }
        while waiting.lines.is_empty() {
            if waiting.is_over {
                return None;
            }
            waiting = self
                .more
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
        waiting.is_writing = true;
        Some(std::mem::take(&mut waiting.lines))
    }
}

/// Writes until the end. Output that fails is tried again with the lines that come then, and said
/// once: a disk may have room later, and a pipe another reader.
fn serve(queue: &Queue, mut output: impl Write, dropped: &Counter) {
    let mut is_failing = false;
    while let Some(lines) = queue.take() {
        let mut rest = &lines[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(end_of_piece(rest));
            rest = after;
            let written = write_whole(&mut output, piece);
            if let Err(error) = &written {
                let lost = piece.iter().filter(|byte| **byte == b'\n').count();
                dropped.inc_by(u64::try_from(lost).unwrap_or(u64::MAX));
                if !is_failing {
                    tracing::error!(%error, "the access log can't be written; trying on");
                }
            } else if is_failing {
                tracing::info!("the access log is written again");
            }
            is_failing = written.is_err();
        }
    }
}

/// As many whole lines as a pipe takes at once, at least one.
fn end_of_piece(lines: &[u8]) -> usize {
    let fitting = lines.get(..PIECE).unwrap_or(lines);
    let end = fitting.iter().rposition(|byte| *byte == b'\n');
    let end = end.or_else(|| lines.iter().position(|byte| *byte == b'\n'));
    end.map_or(lines.len(), |end| end + 1)
}

fn write_whole(output: &mut impl Write, mut piece: &[u8]) -> io::Result<()> {
    while !piece.is_empty() {
        match output.write(piece) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => piece = piece.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Whoever shares the terminal or pipe may have made it so.
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Writes what it is given to a channel, one answer to each write.
    struct Scripted {
        answers: Receiver<io::Result<()>>,
        written: Sender<Vec<u8>>,
    }

    impl Write for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.answers.recv().map_err(io::Error::other)??;
            self.written
                .send(bytes.to_vec())
                .map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    type Ends = (Writer, Sender<io::Result<()>>, Receiver<Vec<u8>>, Counter);

    fn writer() -> Ends {
        let ((answer, answers), (written, read)) = (channel(), channel());
        let dropped = Counter::default();
        let writer = Writer::start(Scripted { answers, written }, dropped.clone()).unwrap();
        (writer, answer, read, dropped)
    }

    #[test]
    fn lines_are_written_in_their_order_and_whole() {
        let (writer, answer, read, dropped) = writer();
        for number in 0..1000 {
            writer.write(&format!("{number}\n"));
        }
        for _ in 0..1000 {
            answer.send(Ok(())).unwrap();
        }
        writer.flush(Duration::from_secs(60));
        let pieces: Vec<_> = read.try_iter().collect();
        assert!(
            pieces
                .iter()
                .all(|piece| piece.len() <= PIECE && piece.ends_with(b"\n"))
        );
        let lines: Vec<_> = (0..1000).map(|number| format!("{number}\n")).collect();
        assert_eq!(pieces.concat(), lines.concat().into_bytes());
        assert_eq!(dropped.get(), 0);
    }

    #[test]
    fn what_nobody_reads_is_dropped_and_counted_beyond_the_limit() {
        let (writer, answer, _read, dropped) = writer();
        let line = format!("{}\n", "x".repeat(1023));
        // One piece is being written, and what came with it; the rest waits.
        for _ in 0..3 * MOST / line.len() {
            writer.write(&line);
        }
        assert!(dropped.get() >= 1024, "{}", dropped.get());
        drop(answer);
    }

    #[test]
    fn output_that_fails_is_tried_again() {
        let (writer, answer, read, dropped) = writer();
        answer.send(Err(ErrorKind::BrokenPipe.into())).unwrap();
        writer.write("lost\n");
        writer.flush(Duration::from_secs(60));
        assert_eq!(dropped.get(), 1);
        answer.send(Err(ErrorKind::WouldBlock.into())).unwrap();
        answer.send(Err(ErrorKind::Interrupted.into())).unwrap();
        answer.send(Ok(())).unwrap();
        writer.write("kept\n");
        assert_eq!(read.recv().unwrap(), b"kept\n");
    }
}
