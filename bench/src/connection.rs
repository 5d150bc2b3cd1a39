//! A non-blocking connection that keeps requests in flight and matches their answers.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use crate::BenchError;
use crate::limits::READ_BUFFER_BYTES;

/// A request on the wire: since when its latency counts, and what the workload calls it.
#[derive(Clone, Copy)]
pub struct Pending {
    pub since: Instant,
    pub tag: usize,
}

/// One connection. Kafka answers a connection's requests in order, so a queue is enough to match.
pub struct Connection {
    stream: TcpStream,
    out: Vec<u8>,
    out_sent: usize,
    input: Vec<u8>,
    input_start: usize,
    input_end: usize,
    pending: VecDeque<Pending>,
    next_correlation: i32,
    first_correlation: i32,
}

impl Connection {
    pub fn connect(address: &str, registry: &Registry, token: usize) -> Result<Self, BenchError> {
        Self::with_buffer(address, registry, token, READ_BUFFER_BYTES)
    }

    /// With another read buffer; it grows where a response needs more.
    pub fn with_buffer(
        address: &str,
        registry: &Registry,
        token: usize,
        buffer_bytes: usize,
    ) -> Result<Self, BenchError> {
        let address: SocketAddr =
            address.parse().map_err(|_| BenchError::Usage(format!("{address} is no IP:PORT")))?;
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        registry.register(&mut stream, Token(token), Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            out: Vec::new(),
            out_sent: 0,
            input: vec![0; buffer_bytes],
            input_start: 0,
            input_end: 0,
            pending: VecDeque::new(),
            next_correlation: 0,
            first_correlation: 0,
        })
    }

    pub fn in_flight(&self) -> usize {
        self.pending.len()
    }

    /// The correlation id that the next request has to carry.
    pub fn next_correlation(&self) -> i32 {
        self.next_correlation
    }

    /// Queues a frame that already carries [`Self::next_correlation`].
    pub fn push(&mut self, frame: &[u8], pending: Pending) {
        self.out.extend_from_slice(frame);
        self.pending.push_back(pending);
        self.next_correlation = self.next_correlation.wrapping_add(1);
    }

    /// Writes what the socket takes.
    pub fn flush(&mut self) -> Result<(), BenchError> {
        while self.out_sent < self.out.len() {
            match self.stream.write(&self.out[self.out_sent..]) {
                Ok(written) => self.out_sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.out.clear();
        self.out_sent = 0;
        Ok(())
    }

    fn make_room(&mut self) {
        if self.input_start == self.input_end {
            (self.input_start, self.input_end) = (0, 0);
        } else if self.input_end == self.input.len() {
            self.input.copy_within(self.input_start..self.input_end, 0);
            (self.input_start, self.input_end) = (0, self.input_end - self.input_start);
            if self.input_end == self.input.len() {
                self.input.resize(self.input.len() * 2, 0);
            }
        }
    }

    /// Reads what has arrived and hands every whole response (without its length) to `each`.
    pub fn receive(
        &mut self,
        mut each: impl FnMut(Pending, &[u8]) -> Result<(), BenchError>,
    ) -> Result<(), BenchError> {
        while self.receive_some(usize::MAX, &mut each)? {}
        Ok(())
    }

    /// Reads once, at most `most_bytes`, so that a busy connection does not keep the others
    /// waiting. Whether there was something.
    pub fn receive_some(
        &mut self,
        most_bytes: usize,
        mut each: impl FnMut(Pending, &[u8]) -> Result<(), BenchError>,
    ) -> Result<bool, BenchError> {
        self.make_room();
        let end = self.input.len().min(self.input_end.saturating_add(most_bytes));
        match self.stream.read(&mut self.input[self.input_end..end]) {
            Ok(0) => return Err(BenchError::Wire("the broker closed the connection".into())),
            Ok(read) => self.input_end += read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
        self.take_frames(&mut each)?;
        Ok(true)
    }

    fn take_frames(
        &mut self,
        each: &mut impl FnMut(Pending, &[u8]) -> Result<(), BenchError>,
    ) -> Result<(), BenchError> {
        loop {
            let have = &self.input[self.input_start..self.input_end];
            let Some((length, rest)) = have.split_first_chunk::<4>() else {
                return Ok(());
            };
            let length = u32::from_be_bytes(*length) as usize;
            let Some(frame) = rest.get(..length) else {
                return Ok(());
            };
            let pending = self
                .pending
                .pop_front()
                .ok_or_else(|| BenchError::Wire("an answer to nothing".into()))?;
            let expected = self.first_correlation.to_be_bytes();
            if frame.get(..4) != Some(&expected[..]) {
                return Err(BenchError::Wire("answers are out of request order".into()));
            }
            self.first_correlation = self.first_correlation.wrapping_add(1);
            each(pending, frame)?;
            self.input_start += 4 + length;
        }
    }
}
