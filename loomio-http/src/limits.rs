//! How often somebody may ask: changes by address and hour, and codes by account.
//!
//! Source: `config/initializers/rack_attack.rb`. Counting goes by the address a
//! request comes from; a header names it only when a trusted proxy wrote it.

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};
use std::{net::IpAddr, num::NonZeroU32, time::Duration};

/// Paths and how many changes below each an address may ask for in an hour; three
/// times as many in a day.
const BY_PATH: [(&str, u32); 25] = [
    ("/api/v1/trials", 10),
    ("/api/v1/announcements", 100),
    ("/api/v1/groups", 20),
    ("/api/v1/templates", 10),
    ("/api/v1/login_tokens", 10),
    ("/api/v1/membership_requests", 100),
    ("/api/v1/memberships", 100),
    ("/api/v1/identities", 10),
    ("/api/v1/discussions", 100),
    ("/api/v1/polls", 100),
    ("/api/v1/outcomes", 100),
    ("/api/v1/stances", 100),
    ("/api/v1/profile", 100),
    ("/api/v1/comments", 100),
    ("/api/v1/reactions", 100),
    ("/api/v1/link_previews", 100),
    ("/api/v1/registrations", 10),
    ("/api/v1/sessions", 10),
    ("/api/v1/contact_messages", 10),
    ("/api/v1/contact_requests", 10),
    ("/api/v1/discussion_readers", 1000),
    ("/rails/active_storage/direct_uploads", 20),
    // The original leaves these open to whoever guesses keys or fills the disk.
    ("/api/b2", 1000),
    ("/api/b3", 1000),
    ("/direct_uploads", 100),
];

/// How many addresses are remembered before those long quiet are forgotten.
const MOST_REMEMBERED: usize = 100_000;

type Counter<K> = DefaultKeyedRateLimiter<K>;

/// The counters of one process.
pub struct Limits {
    enabled: bool,
    rules: Vec<Rule>,
    codes: Counter<String>,
}

struct Rule {
    path: &'static str,
    hour: Counter<String>,
    day: Counter<String>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

/// So many in a period, all at once if need be.
fn quota(most: u32, period: Duration) -> Quota {
    let most = NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(period / most.get()).unwrap_or(Quota::per_hour(most)).allow_burst(most)
}

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86400);

impl Limits {
    /// Counters that have seen nothing; `multiplier` raises what is allowed by address.
    #[must_use]
    pub fn new(enabled: bool, multiplier: u32) -> Self {
        let rules = BY_PATH
            .iter()
            .map(|(path, most)| Rule {
                path,
                hour: RateLimiter::keyed(quota(most.saturating_mul(multiplier), HOUR)),
                day: RateLimiter::keyed(quota(most.saturating_mul(3).saturating_mul(multiplier), DAY)),
            })
            .collect();
        Self { enabled, rules, codes: RateLimiter::keyed(quota(loomio_auth::login_code::MOST_ATTEMPTS, DAY)) }
    }

    /// Counts a change asked for by an address. When it is one too many: how long
    /// to wait.
    #[must_use]
    pub fn wait(&self, path: &str, address: &str) -> Option<Duration> {
        if !self.enabled {
            return None;
        }
        let path = squeezed(path);
        let clock = governor::clock::DefaultClock::default();
        let key = address.to_owned();
        self.rules.iter().filter(|rule| path.starts_with(rule.path)).find_map(|rule| {
            [&rule.hour, &rule.day].into_iter().find_map(|counter| {
                forget_the_quiet(counter);
                counter.check_key(&key).err().map(|no| no.wait_time_from(clock.now()))
            })
        })
    }

    /// Counts an attempt to sign in to an account by code; whether it may be made.
    #[must_use]
    pub fn may_try_code(&self, email: &str) -> bool {
        forget_the_quiet(&self.codes);
        self.codes.check_key(&email.trim().to_lowercase()).is_ok()
    }
}

fn forget_the_quiet(counter: &Counter<String>) {
    if counter.len() > MOST_REMEMBERED {
        counter.retain_recent();
    }
}

/// A path without doubled slashes, behind which a limit could be walked around.
fn squeezed(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if !(c == '/' && out.ends_with('/')) {
            out.push(c);
        }
    }
    out
}

/// A range of addresses, such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl std::str::FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (base, bits) = text.split_once('/').map_or((text, None), |(b, n)| (b, Some(n)));
        let base: IpAddr = base.trim().parse().map_err(|_| ())?;
        let longest = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(longest), |n| n.trim().parse().map_err(|_| ()))?;
        if bits <= longest { Ok(Self { base, bits }) } else { Err(()) }
    }
}

impl Network {
    /// Whether an address is in the range.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => self.bits == 0 || (a.to_bits() ^ b.to_bits()) >> (32 - u32::from(self.bits)) == 0,
            (IpAddr::V6(a), IpAddr::V6(b)) => self.bits == 0 || (a.to_bits() ^ b.to_bits()) >> (128 - u32::from(self.bits)) == 0,
            _ => false,
        }
    }
}

/// Rails trusts proxies on the same machine and in private networks.
pub const PRIVATE_NETWORKS: &str = "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7";

/// Where a request comes from: the last address in the chain that is no trusted
/// proxy. What stands before it may be made up.
#[must_use]
pub fn client_address(peer: IpAddr, forwarded: &[IpAddr], trusted: &[Network]) -> IpAddr {
    let is_trusted = |a: IpAddr| trusted.iter().any(|n| n.contains(a));
    if !is_trusted(peer) {
        return peer;
    }
    forwarded.iter().rev().copied().find(|a| !is_trusted(*a)).or_else(|| forwarded.first().copied()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted() -> Vec<Network> {
        PRIVATE_NETWORKS.split(',').filter_map(|n| n.parse().ok()).collect()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let check = |peer: &str, forwarded: &[&str], expected: &str| {
            let read = |a: &str| a.parse().unwrap_or(IpAddr::from([0, 0, 0, 0]));
            let forwarded: Vec<IpAddr> = forwarded.iter().map(|a| read(a)).collect();
            assert_eq!(client_address(read(peer), &forwarded, &trusted()), read(expected), "{peer} {forwarded:?}");
        };
        check("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("127.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("10.1.2.3", &["1.1.1.1", "198.51.100.1", "10.0.0.7"], "198.51.100.1");
        check("127.0.0.1", &[], "127.0.0.1");
        check("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1");
    }

    #[test]
    fn the_eleventh_sign_in_waits() {
        let limits = Limits::new(true, 1);
        for n in 0..10 {
            assert_eq!(limits.wait("/api/v1/sessions", "198.51.100.1"), None, "{n}");
        }
        assert!(limits.wait("/api//v1/sessions", "198.51.100.1").is_some());
        assert_eq!(limits.wait("/api/v1/sessions", "198.51.100.2"), None, "others are not kept waiting");
        assert_eq!(Limits::new(false, 1).wait("/api/v1/sessions", "198.51.100.1"), None);
    }

    #[test]
    fn codes_are_counted_by_account() {
        let limits = Limits::new(false, 1);
        assert!((0..10).all(|_| limits.may_try_code("ana@example.org")));
        assert!(!limits.may_try_code(" ANA@example.org"));
        assert!(limits.may_try_code("ben@example.org"));
    }
}
