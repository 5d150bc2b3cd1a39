//! Addresses as people write them: a host name or an IP address, and a port.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

/// `HOST:PORT`; an IPv6 address stands in brackets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPort {
    pub host: String,
    pub port: u16,
}

impl HostPort {
    /// Reads `HOST:PORT`, or `HOST` if there is a port to assume.
    pub fn parse(text: &str, default_port: Option<u16>) -> Result<HostPort, String> {
        let text = text.trim();
        let (host, port) = split(text)?;
        let port = match (port, default_port) {
            (Some(port), _) => match port.parse::<u16>() {
                Ok(port) if port > 0 => port,
                _ => return Err(format!("{port:?} is not a port: it must be 1 to 65535")),
            },
            (None, Some(port)) => port,
            (None, None) => return Err(format!("{text:?} has no port: write HOST:PORT")),
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(format!("{text:?} has no host: write HOST:PORT, such as 127.0.0.1:9092"));
        }
        Ok(HostPort { host: host.to_owned(), port })
    }

    /// The IP address, if the host is one and not a name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The host as it stands before a port.
    pub fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }

    pub fn resolve(&self) -> std::io::Result<Vec<SocketAddr>> {
        Ok((self.host.as_str(), self.port).to_socket_addrs()?.collect())
    }
}

fn split(text: &str) -> Result<(&str, Option<&str>), String> {
    if let Some(rest) = text.strip_prefix('[') {
        let Some((host, rest)) = rest.split_once(']') else {
            return Err(format!("{text:?} lacks the closing bracket of an IPv6 address"));
        };
        return match (rest, rest.strip_prefix(':')) {
            ("", _) => Ok((host, None)),
            (_, Some(port)) => Ok((host, Some(port))),
            _ => Err(format!("{text:?} is not HOST:PORT")),
        };
    }
    match text.matches(':').count() {
        0 => Ok((text, None)),
        1 => Ok(text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))),
        _ => Err(format!("{text:?}: an IPv6 address stands in brackets, such as [::1]:9092")),
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.bracketed(), self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for text in ["127.0.0.1:9092", "[::1]:9092", "broker-1.example:1", "[fe80::1%eth0]:65535"] {
            assert_eq!(HostPort::parse(text, None).unwrap().to_string(), text);
        }
        let short = HostPort::parse("[::1]", Some(9092)).unwrap();
        assert_eq!((short.host.as_str(), short.port), ("::1", 9092));
        assert_eq!(HostPort::parse("kafka", Some(9092)).unwrap().to_string(), "kafka:9092");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_way_to_write_it() {
        for (text, says) in [
            ("localhost", "write HOST:PORT"),
            (":9092", "has no host"),
            ("a b:1", "has no host"),
            ("::1:9092", "brackets"),
            ("[::1:9092", "closing bracket"),
            ("[::1]9092", "not HOST:PORT"),
            ("host:0", "1 to 65535"),
            ("host:65536", "1 to 65535"),
            ("host:http", "1 to 65535"),
        ] {
            let error = HostPort::parse(text, None).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
