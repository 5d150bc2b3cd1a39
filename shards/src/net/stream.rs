//! A connected socket, read and written from different tasks of one thread.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::task::{Context, Poll, ready};

use socket2::SockRef;

use crate::limits::READS_PER_TURN;
use crate::runtime::reactor::{Kind, Source, Way};

/// See the module.
pub struct Stream {
    source: Source,
    /// Reads that went through since others had their turn.
    reads: Cell<u32>,
}

impl Stream {
    pub fn new(socket: impl Into<OwnedFd>) -> Self {
        Self { source: Source::new(socket.into(), Kind::Socket), reads: Cell::new(0) }
    }

    /// Polls for bytes; 0 is the end. A client that sends without a pause is read a few times, then
    /// the shard's other tasks have their turn.
    pub fn poll_read(&self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        if self.reads.get() >= READS_PER_TURN {
            self.reads.set(0);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            if self.source.poll_ready(Way::Read, cx).is_pending() {
                self.reads.set(0);
                return Poll::Pending;
            }
            match self.receive(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.source.would_block(Way::Read);
                }
                Ok(bytes) => {
                    if bytes < into.len() {
                        self.source.read_short();
                    }
                    self.reads.set(self.reads.get() + 1);
                    return Poll::Ready(Ok(bytes));
                }
                failed => return Poll::Ready(failed),
            }
        }
    }

    fn receive(&self, into: &mut [u8]) -> io::Result<usize> {
        let fd = self.source.as_fd().as_raw_fd();
        // SAFETY: the bytes may be written to; the socket is open.
        let got =
            unsafe { libc::recv(fd, into.as_mut_ptr().cast(), into.len(), libc::MSG_DONTWAIT) };
        usize::try_from(got).map_err(|_| io::Error::last_os_error())
    }

    /// Writes as much of the pieces as the socket takes now, at least a byte. The first piece is
    /// not empty.
    pub async fn write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        poll_fn(|cx| {
            loop {
                ready!(self.source.poll_ready(Way::Write, cx));
                match self.send(pieces) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        self.source.would_block(Way::Write);
                    }
                    sent => return Poll::Ready(sent),
                }
            }
        })
        .await
    }

    fn send(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        // SAFETY: all zeros is a value of this plain struct.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        // `IoSlice` has the layout of `iovec`, and the kernel only reads from it.
        message.msg_iov = pieces.as_ptr().cast_mut().cast();
        message.msg_iovlen = pieces.len();
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        // SAFETY: the message and the pieces it points to outlive the call; the socket is open.
        let sent =
            unsafe { libc::sendmsg(self.source.as_fd().as_raw_fd(), &raw const message, flags) };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// Ends reading, writing or both; whoever waits for the socket is woken.
    pub fn shutdown(&self, how: Shutdown) {
        // It may be closed by the peer already.
        let _ = SockRef::from(&self.source).shutdown(how);
    }

    /// No delay for small answers, and buffers of the configured sizes (−1: the kernel's own).
    pub fn set_options(&self, send_bytes: i32, receive_bytes: i32) -> io::Result<()> {
        let socket = SockRef::from(&self.source);
        socket.set_tcp_nodelay(true)?;
        socket.set_keepalive(true)?;
        if let Ok(bytes) = usize::try_from(send_bytes) {
            socket.set_send_buffer_size(bytes)?;
        }
        if let Ok(bytes) = usize::try_from(receive_bytes) {
            socket.set_recv_buffer_size(bytes)?;
        }
        Ok(())
    }
}
