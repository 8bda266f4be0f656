//! Listening sockets on their way from one process to the next, over a Unix socket.

use std::io::{self, BufRead as _, BufReader, IoSlice, IoSliceMut, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};

/// What is handed over besides the sockets.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Letter {
    /// What each socket is called.
    pub(super) sockets: Vec<String>,
    /// The sites that are served.
    pub(super) sites: Vec<String>,
}

/// How many descriptors a message can have (unix(7): `SCM_MAX_FD`).
const MOST: usize = 253;

/// Sends sockets, and the letter that says what they are.
///
/// # Errors
///
/// When there are too many, or the other side is gone.
pub(super) fn send(
    stream: &UnixStream,
    letter: &Letter,
    sockets: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let mut text = serde_json::to_vec(letter)?;
    text.push(b'\n');

    let mut space = vec![MaybeUninit::uninit(); cmsg_space!(ScmRights(MOST))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let fits = ancillary.push(SendAncillaryMessage::ScmRights(sockets));
    // There is a little more space than the system allows.
    if !fits || sockets.len() > MOST {
        return Err(io::Error::other(format!("more than {MOST} listeners")));
    }
    let sent = sendmsg(
        stream,
        &[IoSlice::new(&text)],
        &mut ancillary,
        SendFlags::empty(),
    )?;
    let mut stream = stream;
    stream.write_all(text.get(sent..).unwrap_or_default())
}

/// Receives them.
///
/// # Errors
///
/// When the other side is gone, or is no predecessor of ours.
pub(super) fn receive(stream: &UnixStream) -> io::Result<(Letter, Vec<OwnedFd>)> {
    let mut space = vec![MaybeUninit::uninit(); cmsg_space!(ScmRights(MOST))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut text = vec![0; 64 << 10];
    let received = recvmsg(
        stream,
        &mut [IoSliceMut::new(&mut text)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    text.truncate(received.bytes);
    let mut sockets = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            sockets.extend(descriptors);
        }
    }
    if text.last() != Some(&b'\n') {
        BufReader::new(stream).read_until(b'\n', &mut text)?;
    }
    let letter: Letter = serde_json::from_slice(&text)?;
    if letter.sockets.len() != sockets.len() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok((letter, sockets))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd as _;

    use super::*;

    fn letter(names: &[&str]) -> Letter {
        Letter {
            sockets: names.iter().map(|name| (*name).to_owned()).collect(),
            sites: vec!["cds".to_owned()],
        }
    }

    #[test]
    fn a_socket_arrives_with_its_letter_and_listens_on() {
        let (here, there) = UnixStream::pair().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        send(&here, &letter(&["one"]), &[listener.as_fd()]).unwrap();
        drop(listener);
        let (received, sockets) = receive(&there).unwrap();
        assert_eq!((received, sockets.len()), (letter(&["one"]), 1));
        assert!(TcpStream::connect(address).is_ok());
        drop(sockets);
        assert!(TcpStream::connect(address).is_err());
    }

    #[test]
    fn many_sockets_with_long_names_arrive_too() {
        let (here, there) = UnixStream::pair().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let name = "n".repeat(1000);
        let (names, sockets) = ([name.as_str(); 200], [listener.as_fd(); 200]);
        std::thread::scope(|scope| {
            scope.spawn(|| send(&here, &letter(&names), &sockets).unwrap());
            assert_eq!(receive(&there).unwrap().1.len(), 200);
        });
    }

    #[test]
    fn who_is_gone_or_someone_else_is_an_error() {
        let (here, there) = UnixStream::pair().unwrap();
        drop(here);
        assert!(receive(&there).is_err());
        let (mut here, there) = UnixStream::pair().unwrap();
        here.write_all(b"{\"sockets\": [\"one\"], \"sites\": []}\n")
            .unwrap();
        assert!(receive(&there).is_err());
    }
}
