//! A connected socket, read and written from different tasks of one thread.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::os::fd::{AsRawFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_lite::{AsyncRead, AsyncWrite};
use glommio::net::TcpStream;
use socket2::SockRef;

/// See the module. glommio's stream wants `&mut` for both ways; here it is borrowed for each poll.
pub struct Stream {
    inner: RefCell<TcpStream>,
    fd: RawFd,
}

impl Stream {
    pub fn new(inner: TcpStream) -> Self {
        let fd = inner.as_raw_fd();
        Self { inner: RefCell::new(inner), fd }
    }

    /// Polls for bytes; 0 is the end.
    pub fn poll_read(&self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.inner.borrow_mut()).poll_read(cx, into)
    }

    /// Writes as much of the pieces as the socket takes now, at least a byte. The first piece is
    /// not empty.
    pub async fn write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        poll_fn(|cx| {
            match self.send(pieces) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                sent => return Poll::Ready(sent),
            }
            // glommio has no vectored write; its plain one knows how to wait.
            Pin::new(&mut *self.inner.borrow_mut()).poll_write(cx, &pieces[0])
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
        let sent = unsafe { libc::sendmsg(self.fd, &raw const message, flags) };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// Ends reading, writing or both; whoever waits for the socket is woken.
    pub fn shutdown(&self, how: Shutdown) {
        // SAFETY: the descriptor is open for as long as `inner` lives, which is as long as `self`.
        let fd = unsafe { std::os::fd::BorrowedFd::borrow_raw(self.fd) };
        // It may be closed by the peer already.
        let _ = SockRef::from(&fd).shutdown(how);
    }

    /// No delay for small answers, and buffers of the configured sizes (−1: the kernel's own).
    pub fn set_options(&self, send_bytes: i32, receive_bytes: i32) -> io::Result<()> {
        // SAFETY: as in `shutdown`.
        let fd = unsafe { std::os::fd::BorrowedFd::borrow_raw(self.fd) };
        let socket = SockRef::from(&fd);
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
