//! The load: connections that ask again as soon as they are answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What is asked, and what must come.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) request: Vec<u8>,
    pub(crate) status: u16,
    /// The length of the body, in bytes.
    pub(crate) body: usize,
}

/// Asks for so long on so many connections, and returns how long each answer took.
pub(crate) fn put(
    target: &Target,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let end = Instant::now() + time;
        let mut clients = JoinSet::new();
        for _ in 0..connections {
            clients.spawn(client(target.clone(), end));
        }
        let mut answers = Vec::new();
        while let Some(own) = clients.join_next().await {
            answers.extend(own??);
        }
        Ok(answers)
    })
}

async fn client(target: Target, end: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(target.address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(64 << 10);
    let mut answers = Vec::new();
    while Instant::now() < end {
        let start = Instant::now();
        stream.write_all(&target.request).await?;
        let head = receive_head(&mut stream, &mut buffer).await?;
        let answer = Head::parse(&buffer[..head])?;
        ensure!(
            (answer.status, answer.length) == (target.status, target.body),
            "answered with {answer:?}, not {} of {} bytes",
            target.status,
            target.body,
        );
        let mut missing = (head + target.body).saturating_sub(buffer.len());
        while missing > 0 {
            buffer.clear();
            let received = stream.read_buf(&mut buffer).await?;
            ensure!(received > 0, "the body is cut short");
            missing = missing.saturating_sub(received);
        }
        answers.push(start.elapsed());
    }
    Ok(answers)
}

/// Receives up to the end of the head, and returns its length.
async fn receive_head(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<usize> {
    buffer.clear();
    loop {
        ensure!(
            stream.read_buf(buffer).await? > 0,
            "closed without an answer"
        );
        let end = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            return Ok(end + 4);
        }
    }
}

/// What the head of an answer says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    pub(crate) status: u16,
    pub(crate) length: usize,
    pub(crate) fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Head<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> anyhow::Result<Self> {
        let text = std::str::from_utf8(bytes)?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status = status.context("no status line")?.parse()?;
        let fields: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
        let length = fields
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        Ok(Self {
            status,
            length: match length {
                // A 304 may say how long the 200 would be.
                Some((_, length)) if status != 304 => length.parse()?,
                _ => 0,
            },
            fields,
        })
    }
}
