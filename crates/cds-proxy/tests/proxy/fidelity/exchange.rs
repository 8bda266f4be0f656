//! One exchange, with the portal alone or through the proxy.

use std::io::{BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::super::support::DEADLINE;
use super::cases::{Case, Sending};
use super::wire::{Message, Stream};

/// What either side has seen of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// What the portal received.
    pub(super) request: Message,
    /// What the client received before the answer.
    pub(super) interim: Vec<Message>,
    /// What the client received at the end.
    pub(super) answer: Message,
}

/// A portal that answers every request on a connection of its own with the bytes of a case, and
/// says what it was asked.
pub(super) fn portal() -> (SocketAddr, impl Fn(&Case), Receiver<Message>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (to_answer, answers) = channel::<Vec<u8>>();
    let (sender, requests) = channel();
    thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut stream = buffered(stream);
            let mut request = Message::read_head(&mut stream).unwrap();
            if request.field("expect").is_some() {
                let go_on = b"HTTP/1.1 100 Continue\r\n\r\n";
                stream.get_mut().write_all(go_on).unwrap();
            }
            request.read_body(&mut stream, false);
            stream.get_mut().write_all(&answer).unwrap();
            sender.send(request).unwrap();
        }
    });
    let prepare = move |case: &Case| to_answer.send(case.answer.clone()).unwrap();
    (address, prepare, requests)
}

/// Has the exchange, at this address.
pub(super) fn have(case: &Case, address: SocketAddr, requests: &Receiver<Message>) -> Seen {
    let mut stream = buffered(TcpStream::connect(address).unwrap());
    let mut interim = Vec::new();
    match case.sending {
        Sending::AtOnce => stream.get_mut().write_all(&case.request).unwrap(),
        Sending::ThenClose => {
            stream.get_mut().write_all(&case.request).unwrap();
            stream.get_mut().shutdown(Shutdown::Write).unwrap();
        }
        Sending::WhenToldTo => {
            let end = case.request.windows(4).position(|end| end == b"\r\n\r\n");
            let (head, body) = case.request.split_at(end.unwrap() + 4);
            stream.get_mut().write_all(head).unwrap();
            interim.push(Message::read_head(&mut stream).unwrap());
            stream.get_mut().write_all(body).unwrap();
        }
    }
    let answer = loop {
        let mut message = Message::read_head(&mut stream).unwrap();
        if (100..200).contains(&message.status()) {
            interim.push(message);
            continue;
        }
        let has_body =
            !case.request.starts_with(b"HEAD ") && ![204, 304].contains(&message.status());
        if has_body {
            message.read_body(&mut stream, true);
        }
        break message;
    };
    Seen {
        request: requests.recv_timeout(DEADLINE).unwrap(),
        interim,
        answer,
    }
}

fn buffered(stream: TcpStream) -> Stream {
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    BufReader::new(stream)
}
