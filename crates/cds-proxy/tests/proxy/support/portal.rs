//! A portal that keeps what it is sent, byte for byte.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustix::fd::OwnedFd;
use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::DEADLINE;

/// A server that answers every request with what it was made with.
pub(crate) struct Portal {
    pub(crate) address: SocketAddr,
    requests: Receiver<Request>,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

type Answer = dyn Fn(&Request) -> Vec<u8> + Send + Sync;

/// A response with a length.
pub(crate) fn ok(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A port that nobody listens on, and that nobody else can take meanwhile.
pub(crate) struct Vacancy {
    socket: OwnedFd,
    pub(crate) address: SocketAddr,
}

impl Vacancy {
    pub(crate) fn new() -> Self {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = getsockname(&socket).unwrap().try_into().unwrap();
        Self { socket, address }
    }

    /// Has a portal listen there from now on.
    pub(crate) fn open(
        self,
        answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
    ) -> Portal {
        listen(&self.socket, 128).unwrap();
        Portal::on(self.socket.into(), answer)
    }
}

impl Portal {
    pub(crate) fn new() -> Self {
        Self::answering(|_| ok("portal"))
    }

    /// Answers with the bytes that `answer` gives; the connection is closed when there are none.
    pub(crate) fn answering(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    /// The same, by TLS.
    pub(crate) fn secure(
        config: Arc<ServerConfig>,
        answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::over(listener, answer, move |stream| {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            StreamOwned::new(session, stream)
        })
    }

    /// The same, on a socket that is there already.
    pub(crate) fn on(
        listener: TcpListener,
        answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::over(listener, answer, |stream| stream)
    }

    fn over<S: Read + Write + Send + 'static>(
        listener: TcpListener,
        answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
        greet: impl Fn(TcpStream) -> S + Send + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        let answer: Arc<Answer> = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, sender) = (Arc::clone(&answer), sender.clone());
                let stream = greet(stream);
                thread::spawn(move || converse(stream, &*answer, &sender));
            }
        });
        Self { address, requests }
    }

    /// The next request that arrived.
    pub(crate) fn request(&self) -> Request {
        self.requests
            .recv_timeout(DEADLINE)
            .expect("no request arrived")
    }

    /// Whether there was no request other than those taken.
    pub(crate) fn is_untouched(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn converse(stream: impl Read + Write, answer: &Answer, requests: &Sender<Request>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream) {
        let _ = requests.send(request.clone());
        let bytes = answer(&request);
        if bytes.is_empty() || stream.get_mut().write_all(&bytes).is_err() {
            return;
        }
    }
}

fn read(stream: &mut BufReader<impl Read>) -> Option<Request> {
    let mut request = Request {
        line: line(stream)?,
        fields: Vec::new(),
        body: Vec::new(),
    };
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ")?;
        request
            .fields
            .push((name.to_ascii_lowercase(), value.to_owned()));
    }
    if let Some(length) = request.field("content-length") {
        request.body.resize(length.parse().ok()?, 0);
        stream.read_exact(&mut request.body).ok()?;
    } else if request.field("transfer-encoding").is_some() {
        loop {
            let length = usize::from_str_radix(&line(stream)?, 16).ok()?;
            let mut chunk = vec![0; length];
            stream.read_exact(&mut chunk).ok()?;
            request.body.extend(chunk);
            line(stream)?;
            if length == 0 {
                break;
            }
        }
    }
    Some(request)
}

fn line(stream: &mut BufReader<impl Read>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
    Some(line.trim_end_matches("\r\n").to_owned())
}

impl Request {
    /// All values of a field.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.fields.iter().filter(|(field, _)| field == name);
        fields.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }
}
