//! Tells systemd how the service is (sd_notify), if systemd has asked to be told.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Says nothing where nobody listens.
#[derive(Debug, Default)]
pub struct Notifier {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Notifier {
    /// From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    pub fn from_environment() -> Notifier {
        let read = |name: &str| std::env::var(name).ok();
        Notifier::new(
            read("NOTIFY_SOCKET").as_deref(),
            read("WATCHDOG_USEC").as_deref(),
            read("WATCHDOG_PID").as_deref(),
        )
    }

    fn new(path: Option<&str>, period_us: Option<&str>, pid: Option<&str>) -> Notifier {
        let Some(socket) = path.and_then(connect) else {
            return Notifier::default();
        };
        let for_us = pid.is_none_or(|pid| pid == std::process::id().to_string());
        let period_us = period_us.filter(|_| for_us).and_then(|text| text.parse().ok());
        let watchdog = period_us.filter(|us| *us > 0).map(Duration::from_micros);
        Notifier { socket: Some(socket), watchdog }
    }

    /// How often systemd wants to hear from a service that is well: twice a period is advised.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        self.watchdog.map(|period| period / 2)
    }

    pub fn ready(&self, status: &str) {
        self.send(&format!("READY=1\nSTATUS={status}"));
    }

    pub fn stopping(&self) {
        self.send("STOPPING=1\nSTATUS=closing");
    }

    pub fn is_well(&self) {
        self.send("WATCHDOG=1");
    }

    /// A service manager that does not listen is its own problem.
    fn send(&self, state: &str) {
        if let Some(socket) = &self.socket {
            let _ = socket.send(state.as_bytes());
        }
    }
}

fn connect(path: &str) -> Option<UnixDatagram> {
    let address = match path.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name).ok()?,
        None => SocketAddr::from_pathname(path).ok()?,
    };
    let socket = UnixDatagram::unbound().ok()?;
    socket.connect_addr(&address).ok()?;
    Some(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_hears_of_start_health_and_stop() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let listener = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::new(path.to_str(), Some("3000000"), None);
        assert_eq!(notifier.watchdog_interval(), Some(Duration::from_millis(1500)));
        notifier.ready("2 shards");
        notifier.is_well();
        notifier.stopping();
        let mut heard = Vec::new();
        for _ in 0..3 {
            let mut bytes = [0; 100];
            let length = listener.recv(&mut bytes).unwrap();
            heard.push(String::from_utf8(bytes[..length].to_vec()).unwrap());
        }
        let said = ["READY=1\nSTATUS=2 shards", "WATCHDOG=1", "STOPPING=1\nSTATUS=closing"];
        assert_eq!(heard, said);
    }

    #[test]
    fn without_systemd_nothing_is_said() {
        assert!(Notifier::new(None, Some("1"), None).watchdog_interval().is_none());
        Notifier::default().ready("");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let _listener = UnixDatagram::bind(&path).unwrap();
        let other = Notifier::new(path.to_str(), Some("1000000"), Some("1"));
        assert!(other.watchdog_interval().is_none());
    }
}
