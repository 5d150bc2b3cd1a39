//! The way of an operation into the kernel and back.
#![allow(unsafe_code)]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::enter;
use super::flight::{Flight, Step};
use super::jobs::{Job, JobDone, JobEnd, Lane, lane_of};
use super::{RingDisk, RingFlags, WaitingJob};
use crate::disk::memory::{check_read, check_write};
use crate::disk::{Completion, Done, FileId, Op, Token};
use crate::limits::RING_ENTRIES;

/// How long a wait sleeps before it looks again, in case a wake-up was lost or there are two places
/// to look at.
const WAIT_STEP: Duration = Duration::from_millis(1);

impl RingDisk {
    pub(super) fn submit_op(&mut self, token: Token, op: Op) {
        match op {
            Op::Write { file, position, bufs, sync } => {
                check_write(position, &bufs);
                let handle = self.fly(file);
                let flight = Flight::write(token, file.slot, handle, position, bufs, sync);
                self.queue(flight);
            }
            Op::Read { file, position, len, into } => {
                check_read(position, len, &into);
                let handle = self.fly(file);
                self.queue(Flight::read(token, file.slot, handle, position, len, into));
            }
            Op::Sync { file } => {
                let handle = self.fly(file);
                self.queue(Flight::sync(token, file.slot, handle));
            }
            Op::Close { file, truncate_to } => {
                let handle = self.file(file).clone();
                let slot = &mut self.files[file.slot as usize];
                slot.closing = true;
                let (job, lane) = (Job::Close { file: handle, truncate_to }, slot.lane);
                let file_slot = Some(file.slot);
                self.waiting_jobs.push_back(WaitingJob { token, job, lane, file_slot });
            }
            other => {
                let lane = self.lane(&other);
                let job = self.job(other);
                self.waiting_jobs.push_back(WaitingJob { token, job, lane, file_slot: None });
            }
        }
    }

    fn lane(&self, op: &Op) -> Lane {
        match op.file() {
            Some(file) => self.files[file.slot as usize].lane,
            None => op.folder().map_or(0, lane_of),
        }
    }

    fn job(&self, op: Op) -> Job {
        match op {
            Op::Create { path, allocate_bytes, leave_bytes } => {
                Job::Create { path, allocate_bytes, leave_bytes }
            }
            Op::CreateFolder { path, allocate_bytes, leave_bytes, beside } => {
                Job::CreateFolder { path, allocate_bytes, leave_bytes, beside }
            }
            Op::Open { path, mode } => Job::Open { path, mode },
            Op::Allocate { file, len, leave_bytes } => {
                Job::Allocate { file: self.file(file).clone(), len, leave_bytes }
            }
            Op::Truncate { file, len } => Job::Truncate { file: self.file(file).clone(), len },
            Op::WriteFile { path, bytes } => Job::WriteFile { path, bytes },
            Op::ReadFile { path } => Job::ReadFile { path },
            Op::Rename { from, to } => Job::Rename { from, to },
            Op::RemoveFiles { paths } => Job::RemoveFiles { paths },
            Op::RemoveDirAll { path } => Job::RemoveDirAll { path },
            Op::Write { .. } | Op::Read { .. } | Op::Sync { .. } | Op::Close { .. } => {
                unreachable!("taken by the caller")
            }
        }
    }

    fn fly(&mut self, file: FileId) -> Arc<std::fs::File> {
        let handle = self.file(file).clone();
        self.files[file.slot as usize].in_flight += 1;
        handle
    }

    fn queue(&mut self, flight: Flight) {
        let flight = Some(Box::new(flight));
        let slot = match self.free_flights.pop() {
            Some(slot) => {
                self.flights[slot as usize] = flight;
                slot
            }
            None => {
                self.flights.push(flight);
                self.flights.len() as u32 - 1
            }
        };
        self.queued.push_back(slot);
    }

    pub(super) fn push_to_kernel(&mut self) -> io::Result<()> {
        self.start_jobs()?;
        loop {
            self.fill_submission_queue();
            if self.ring.submission().is_empty() {
                return Ok(());
            }
            match self.ring.submit() {
                Ok(_) if self.queued.is_empty() || self.in_kernel >= RING_ENTRIES => return Ok(()),
                Ok(_) => {}
                Err(error) => match error.raw_os_error() {
                    Some(libc::EINTR) => {}
                    // No memory now, or completions to be taken first: the next flush tries again.
                    Some(libc::EAGAIN | libc::EBUSY) => return Ok(()),
                    _ => return Err(error),
                },
            }
        }
    }

    fn fill_submission_queue(&mut self) {
        let mut submission = self.ring.submission();
        while self.in_kernel < RING_ENTRIES && !submission.is_full() {
            let Some(slot) = self.queued.pop_front() else {
                break;
            };
            let flight = self.flights[slot as usize].as_mut().expect("queued flights exist");
            let entry = flight.entry().user_data(u64::from(slot));
            // SAFETY: the entry points into the boxed flight and the chunks it owns, which stay
            // until its completion.
            unsafe { submission.push(&entry) }.expect("not full, as just seen");
            self.in_kernel += 1;
        }
    }

    /// Takes what has ended out of the kernel and the job thread.
    pub(super) fn collect(&mut self) -> io::Result<()> {
        if self.in_kernel > 0 {
            self.enter_if_due()?;
            self.collect_ring();
        }
        while let Some(end) = self.jobs.try_end() {
            self.end_job(end);
        }
        if !self.waiting_jobs.is_empty() {
            self.start_jobs()?;
        }
        Ok(())
    }

    /// Lets the kernel post completions that it keeps until it is asked.
    fn enter_if_due(&mut self) -> io::Result<()> {
        let submission = self.ring.submission();
        let due = submission.taskrun() || submission.cq_overflow();
        drop(submission);
        // Without these flags the kernel posts by itself.
        if !due || self.flags == RingFlags::Plain {
            return Ok(());
        }
        enter::post(&mut self.ring)
    }

    fn collect_ring(&mut self) {
        let mut again = false;
        loop {
            let Some(completion) = self.ring.completion().next() else {
                break;
            };
            self.in_kernel -= 1;
            let slot = completion.user_data() as u32;
            let place = &mut self.flights[slot as usize];
            let flight = place.as_mut().expect("the kernel completes what it has, once");
            match flight.step(completion.result()) {
                Step::Again => {
                    self.queued.push_back(slot);
                    again = true;
                }
                Step::Over(result) => {
                    let flight = place.take().expect("just seen");
                    self.free_flights.push(slot);
                    self.land(flight.file_slot);
                    self.ended.push(Completion { token: flight.token, result });
                }
            }
        }
        if again || (!self.queued.is_empty() && self.in_kernel < RING_ENTRIES) {
            // An error here is met again, and reported, by the next flush.
            let _ = self.push_to_kernel();
        }
    }

    fn land(&mut self, file_slot: u32) {
        let slot = &mut self.files[file_slot as usize];
        slot.in_flight -= 1;
        if slot.in_flight == 0 && slot.close_silently {
            self.free_file(file_slot);
        }
    }

    /// Sends jobs to their threads, in order; a close waits for its file, and the others behind it.
    fn start_jobs(&mut self) -> io::Result<()> {
        while let Some(front) = self.waiting_jobs.front() {
            if let Some(slot) = front.file_slot
                && self.files[slot as usize].in_flight > 0
            {
                return Ok(());
            }
            self.jobs.start(front.lane)?;
            let WaitingJob { token, job, lane, file_slot } =
                self.waiting_jobs.pop_front().expect("just seen");
            if let Some(slot) = file_slot {
                self.free_file(slot);
            }
            self.jobs.send(lane, token, job);
        }
        Ok(())
    }

    fn end_job(&mut self, end: JobEnd) {
        let JobEnd { token, lane, result } = end;
        let result = result.map(|done| match done {
            JobDone::Opened(file) => Done::Opened(self.add_file(file, lane)),
            JobDone::Bytes(bytes) => Done::Bytes(bytes),
            JobDone::Unit => Done::Unit,
        });
        self.ended.push(Completion { token, result });
    }

    pub(super) fn wait_for_any(&mut self) -> io::Result<()> {
        self.push_to_kernel()?;
        loop {
            self.collect()?;
            if !self.ended.is_empty() {
                return Ok(());
            }
            let in_jobs = self.jobs.in_flight();
            match (self.in_kernel > 0, in_jobs > 0) {
                (false, false) if self.queued.is_empty() && self.waiting_jobs.is_empty() => {
                    return Ok(());
                }
                (false, false) => {
                    std::thread::sleep(WAIT_STEP);
                    self.push_to_kernel()?;
                }
                _ if self.wake.is_some() => {
                    let step = WAIT_STEP.as_millis() as i32;
                    self.wake.as_ref().expect("just seen").wait(step);
                }
                (true, false) => enter::wait(&mut self.ring, WAIT_STEP)?,
                (_, true) => {
                    if let Some(end) = self.jobs.wait_end(WAIT_STEP) {
                        self.end_job(end);
                    }
                }
            }
        }
    }
}
