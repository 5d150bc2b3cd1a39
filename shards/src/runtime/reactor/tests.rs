//! The reactor under an executor of its own, with real sockets and threads.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{IoSlice, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::{Kind, Source, Way};
use crate::net::stream::Stream;
use crate::runtime::{self, Executor, oneshot};

const MS: Duration = Duration::from_millis(1);

/// Runs `main` on a thread with a reactor, to its end.
fn on_shard<T: Send + 'static, F: Future<Output = T> + 'static>(
    main: impl FnOnce() -> F + Send + 'static,
) -> T {
    let executor = Executor::start("test", None, main).expect("a thread with a reactor");
    executor.join().expect("its end")
}

async fn read(stream: &Stream, into: &mut [u8]) -> usize {
    poll_fn(|cx| stream.poll_read(cx, into)).await.expect("bytes or the end")
}

#[test]
fn sleeps_end_in_the_order_of_their_times_and_not_before() {
    let woken = on_shard(|| async {
        let woken = Rc::new(RefCell::new(Vec::new()));
        for ms in [30, 10, 20, 0, 10] {
            let (woken, start) = (Rc::clone(&woken), Instant::now());
            runtime::spawn(async move {
                runtime::sleep(ms * MS).await;
                assert!(start.elapsed() >= ms * MS);
                woken.borrow_mut().push(ms);
            });
        }
        runtime::sleep(60 * MS).await;
        woken.take()
    });
    assert_eq!(woken, [0, 10, 10, 20, 30]);
}

#[test]
fn a_sleep_that_is_given_up_leaves_nothing_behind() {
    on_shard(|| async {
        for _ in 0..1000 {
            let ready = runtime::timeout(Duration::from_secs(1000), async { 7 }).await;
            assert_eq!(ready, Some(7));
        }
        assert_eq!(runtime::timeout(MS, std::future::pending::<()>()).await, None);
        assert_eq!(super::Reactor::current().timers.borrow().next_due(), None);
    });
}

#[test]
fn bytes_come_whole_and_in_order_through_a_socket_that_is_slow_both_ways() {
    const LEN: usize = 3_000_000;
    let (ours, mut theirs) = UnixStream::pair().expect("a pair");
    let client = std::thread::spawn(move || {
        let sent: Vec<u8> = (0..LEN).map(|at| (at / 251) as u8).collect();
        let mut reader = theirs.try_clone().expect("a second handle");
        let echo = std::thread::spawn(move || {
            let mut got = Vec::new();
            reader.read_to_end(&mut got).expect("all that was echoed");
            got
        });
        for piece in sent.chunks(70_001) {
            theirs.write_all(piece).expect("a piece");
            std::thread::sleep(MS / 4);
        }
        theirs.shutdown(Shutdown::Write).expect("the end");
        assert!(echo.join().expect("the echo") == sent, "what came back is what went out");
    });
    on_shard(move || async move {
        let stream = Stream::new(ours);
        let mut buffer = vec![0; 100_000];
        loop {
            let count = read(&stream, &mut buffer).await;
            if count == 0 {
                break;
            }
            let mut left = &buffer[..count];
            while !left.is_empty() {
                let sent = stream.write(&[IoSlice::new(left)]).await.expect("room");
                left = &left[sent..];
            }
        }
        stream.shutdown(Shutdown::Both);
    });
    client.join().expect("the client");
}

#[test]
fn the_end_that_comes_with_the_last_bytes_is_seen() {
    for _ in 0..200 {
        let (ours, mut theirs) = UnixStream::pair().expect("a pair");
        let (said, hear) = std::sync::mpsc::channel();
        let client = std::thread::spawn(move || {
            hear.recv().expect("the reader waits");
            theirs.write_all(b"last").expect("bytes");
        });
        on_shard(move || async move {
            let stream = Stream::new(ours);
            let mut buffer = [0; 100];
            let mut read = Box::pin(read(&stream, &mut buffer));
            assert!(futures_lite::future::poll_once(&mut read).await.is_none());
            said.send(()).expect("the client");
            assert_eq!(read.await, 4);
            assert_eq!(super::tests::read(&stream, &mut [0; 100]).await, 0);
        });
        client.join().expect("the client");
    }
}

#[test]
fn a_dropped_socket_is_closed_though_it_was_waited_for() {
    let (ours, mut theirs) = UnixStream::pair().expect("a pair");
    on_shard(move || async move {
        let stream = Stream::new(ours);
        let waited = runtime::timeout(MS, read(&stream, &mut [0; 10])).await;
        assert_eq!(waited, None);
        drop(stream);
        // The reactor goes on: it is not its end that closes the socket.
        theirs.set_read_timeout(Some(5000 * MS)).expect("a time-out");
        while super::Reactor::current().sources.borrow().len() > 1 {
            runtime::sleep(MS).await;
        }
        assert_eq!(theirs.read(&mut [0; 10]).expect("the end, in time"), 0);
    });
}

#[test]
fn descriptors_come_and_go_without_being_mixed_up() {
    on_shard(|| async {
        for round in 0..300u32 {
            let (ours, mut theirs) = UnixStream::pair().expect("a pair");
            let stream = Stream::new(ours);
            let told = round.to_be_bytes();
            runtime::spawn(async move {
                runtime::sleep(MS / 10).await;
                theirs.write_all(&told).expect("bytes");
            });
            let mut got = [0; 4];
            assert_eq!((read(&stream, &mut got).await, got), (4, told));
        }
    });
}

#[test]
fn values_cross_threads_both_ways_without_a_lost_wake_up() {
    const ROUNDS: usize = 20_000;
    type Ball = (usize, oneshot::Sender<usize>);
    let (serve, serves) = std::sync::mpsc::channel::<Ball>();
    let other = std::thread::spawn(move || {
        for (value, answer) in serves {
            answer.send(value + 1);
        }
    });
    let sum = on_shard(move || async move {
        let mut sum = 0;
        for round in 0..ROUNDS {
            let (answer, answered) = oneshot::channel();
            serve.send((round, answer)).expect("the other thread");
            sum += answered.receive().await.expect("an answer");
        }
        sum
    });
    assert_eq!(sum, ROUNDS * (ROUNDS + 1) / 2);
    other.join().expect("the other thread");
}

#[test]
fn tasks_that_never_rest_keep_neither_timers_nor_sockets_out() {
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    on_shard(move || async move {
        let is_over = Rc::new(Cell::new(false));
        let restless = Rc::clone(&is_over);
        runtime::spawn(async move {
            while !restless.get() {
                futures_lite::future::yield_now().await;
            }
        });
        let mut theirs = theirs;
        let stream = Stream::new(ours);
        runtime::spawn(async move {
            runtime::sleep(5 * MS).await;
            theirs.write_all(b"now").expect("bytes");
            runtime::sleep(MS).await;
        });
        assert_eq!(read(&stream, &mut [0; 8]).await, 3);
        is_over.set(true);
    });
}

#[test]
fn an_eventfd_that_nobody_reads_is_an_event_each_time() {
    let raise = rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).expect("an fd");
    let raised = raise.try_clone().expect("a second handle");
    on_shard(move || async move {
        let source = Source::new(raised, Kind::Event);
        source.would_block(Way::Read);
        for _ in 0..100 {
            let mut wait = Box::pin(poll_fn(|cx| source.poll_ready(Way::Read, cx)));
            assert!(futures_lite::future::poll_once(&mut wait).await.is_none());
            runtime::sleep(MS / 10).await;
            rustix::io::write(&raise, &1u64.to_ne_bytes()).expect("a raise");
            wait.await;
            source.would_block(Way::Read);
        }
    });
}
