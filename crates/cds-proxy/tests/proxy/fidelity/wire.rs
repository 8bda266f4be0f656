//! Messages of HTTP/1 as they come, nothing made nicer.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;

/// A message: the bytes of its first line and its fields, and a body taken out of its framing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) line: String,
    /// Names as they are written, in their order.
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) framing: Framing,
    pub(super) trailers: Vec<String>,
}

/// What says where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Length,
    Chunks,
    Close,
}

pub(super) type Stream = BufReader<TcpStream>;

impl Message {
    /// A line and fields; the body is still to be read.
    pub(super) fn read_head(stream: &mut Stream) -> Option<Self> {
        let line = read_line(stream)?;
        let mut fields = Vec::new();
        while let Some(line) = read_line(stream).filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':')?;
            fields.push((name.to_owned(), value.trim().to_owned()));
        }
        Some(Self {
            line,
            fields,
            body: Vec::new(),
            framing: Framing::None,
            trailers: Vec::new(),
        })
    }

    /// Reads the body; one that has no length `ends_with_connection`, or isn't there.
    pub(super) fn read_body(&mut self, stream: &mut Stream, ends_with_connection: bool) {
        if self.field("transfer-encoding") == Some("chunked") {
            self.framing = Framing::Chunks;
            self.read_chunks(stream);
        } else if let Some(length) = self.field("content-length") {
            self.body.resize(length.parse().unwrap(), 0);
            self.framing = Framing::Length;
            stream.read_exact(&mut self.body).unwrap();
        } else if ends_with_connection {
            self.framing = Framing::Close;
            stream.read_to_end(&mut self.body).unwrap();
        }
    }

    fn read_chunks(&mut self, stream: &mut Stream) {
        loop {
            let line = read_line(stream).unwrap();
            let length = line.split(';').next().unwrap();
            let length = usize::from_str_radix(length.trim(), 16).unwrap();
            if length == 0 {
                break;
            }
            let mut chunk = vec![0; length];
            stream.read_exact(&mut chunk).unwrap();
            self.body.extend(chunk);
            assert_eq!(read_line(stream).as_deref(), Some(""));
        }
        while let Some(line) = read_line(stream).filter(|line| !line.is_empty()) {
            self.trailers.push(line);
        }
    }

    /// The first value of a field.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn status(&self) -> u16 {
        let status = self.line.split(' ').nth(1);
        status.and_then(|status| status.parse().ok()).unwrap_or(0)
    }
}

/// A line without its end, one character for each byte.
fn read_line(stream: &mut Stream) -> Option<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).ok()?;
    let line = line.strip_suffix(b"\r\n")?;
    Some(line.iter().copied().map(char::from).collect())
}
