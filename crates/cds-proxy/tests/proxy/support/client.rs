//! A client that sees every byte.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::DEADLINE;

/// A connection that requests are written to as they are.
pub(crate) struct Client<S: Read + Write = TcpStream> {
    stream: BufReader<S>,
}

/// A response, its body taken out of chunks.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) version: String,
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// One GET on a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str) -> Response {
    Client::connect(address).get(path)
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Self::over(stream)
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub(crate) fn stream(&self) -> &S {
        self.stream.get_ref()
    }

    pub(crate) fn get(&mut self, path: &str) -> Response {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    }

    pub(crate) fn ask(&mut self, request: &str) -> Response {
        self.send(request.as_bytes());
        let head_only = request.starts_with("HEAD ");
        self.response(head_only)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        // Where the other side has closed, the response says why.
        let _ = self.stream.get_mut().write_all(bytes);
    }

    pub(crate) fn response(&mut self, head_only: bool) -> Response {
        let status_line = self.line();
        let status = status_line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let mut response = Response {
            version: status_line.split(' ').next().unwrap_or_default().to_owned(),
            status: status.unwrap_or_else(|| panic!("no status in {status_line:?}")),
            fields: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.line();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap();
            response
                .fields
                .push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let bodiless = head_only || response.status == 204 || response.status == 304;
        if !bodiless {
            response.body = self.body(&response);
        }
        response
    }

    /// Reads until the bytes end so; whether they ever did.
    pub(crate) fn read_until(&mut self, end: &str) -> bool {
        let mut read = Vec::new();
        let mut byte = [0];
        while self.stream.read_exact(&mut byte).is_ok() {
            read.push(byte[0]);
            if read.ends_with(end.as_bytes()) {
                return true;
            }
        }
        false
    }

    /// Whether the other side has closed, with nothing more to read.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.stream.fill_buf() {
            Ok(rest) => rest.is_empty(),
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    fn body(&mut self, response: &Response) -> Vec<u8> {
        let mut body = Vec::new();
        if response.field("transfer-encoding") == Some("chunked") {
            loop {
                let length = usize::from_str_radix(&self.line(), 16).unwrap();
                let mut chunk = vec![0; length];
                self.stream.read_exact(&mut chunk).unwrap();
                body.extend(chunk);
                assert_eq!(self.line(), "");
                if length == 0 {
                    return body;
                }
            }
        }
        match response.field("content-length") {
            Some(length) => {
                body.resize(length.parse().unwrap(), 0);
                self.stream.read_exact(&mut body).unwrap();
            }
            None => drop(self.stream.read_to_end(&mut body).unwrap()),
        }
        body
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        assert!(line.ends_with("\r\n"), "the response broke off at {line:?}");
        line.trim_end_matches("\r\n").to_owned()
    }
}

impl Response {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(field, _)| field == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(
            values.next().is_none(),
            "{name} is there twice: {:?}",
            self.fields
        );
        value
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// That it is problem details, of its own status, that must not be stored.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.field("content-type"), Some("application/problem+json"));
        assert_eq!(self.field("cache-control"), Some("no-store"));
        assert_eq!(self.field("server"), None);
        assert_eq!(self.json()["status"], status);
    }
}
