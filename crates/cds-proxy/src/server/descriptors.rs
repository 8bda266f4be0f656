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

/// How many descriptors a message can have (unix(7): `SCM_MAX_FD`).
const MOST: usize = 253;

/// Sends sockets with what each is called.
///
/// # Errors
///
/// When there are too many, or the other side is gone.
pub(super) fn send(stream: &UnixStream, sockets: &[(String, BorrowedFd<'_>)]) -> io::Result<()> {
    let names: Vec<&str> = sockets.iter().map(|(name, _)| name.as_str()).collect();
    let descriptors: Vec<BorrowedFd<'_>> = sockets.iter().map(|(_, socket)| *socket).collect();
    let mut text = serde_json::to_vec(&names)?;
    text.push(b'\n');

    let mut space = vec![MaybeUninit::uninit(); cmsg_space!(ScmRights(MOST))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(&descriptors)) {
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
pub(super) fn receive(stream: &UnixStream) -> io::Result<Vec<(String, OwnedFd)>> {
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
    let names: Vec<String> = serde_json::from_slice(&text)?;
    if names.len() != sockets.len() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(names.into_iter().zip(sockets).collect())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd as _;

    use super::*;

    #[test]
    fn a_socket_arrives_with_its_name_and_listens_on() {
        let (here, there) = UnixStream::pair().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        send(&here, &[("one".to_owned(), listener.as_fd())]).unwrap();
        drop(listener);
        let mut sockets = receive(&there).unwrap();
        let (name, socket) = sockets.pop().unwrap();
        assert_eq!((name.as_str(), sockets.len()), ("one", 0));
        assert!(TcpStream::connect(address).is_ok());
        drop(socket);
        assert!(TcpStream::connect(address).is_err());
    }

    #[test]
    fn many_sockets_with_long_names_arrive_too() {
        let (here, there) = UnixStream::pair().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let name = "n".repeat(1000);
        let all: Vec<_> = (0..200).map(|_| (name.clone(), listener.as_fd())).collect();
        std::thread::scope(|scope| {
            scope.spawn(|| send(&here, &all).unwrap());
            assert_eq!(receive(&there).unwrap().len(), 200);
        });
    }

    #[test]
    fn who_is_gone_or_someone_else_is_an_error() {
        let (here, there) = UnixStream::pair().unwrap();
        drop(here);
        assert!(receive(&there).is_err());
        let (mut here, there) = UnixStream::pair().unwrap();
        here.write_all(b"[\"one\"]\n").unwrap();
        assert!(receive(&there).is_err());
    }
}
