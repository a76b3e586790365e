//! Requests to addresses that people enter: chat rooms, pages to preview.
//!
//! Such an address must not lead into the network behind this server. The name is
//! therefore resolved first, every address it has must be public, and the request
//! goes to exactly these; redirects are not followed. Hosts of one's own network
//! can be allowed by name (`ALLOWED_PRIVATE_HOSTS=chat.lan,10.0.0.5`).
//!
//! Addresses that stand in the settings were chosen by whoever runs the server and
//! may be of their own network.

use crate::Settings;
use anyhow::Context;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use url::{Host, Url};

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a request is not made.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The address is no web address.
    #[error("this is not a web address")]
    NotWeb,
    /// The address leads to no public place.
    #[error("this address is not on the public internet")]
    Private,
    /// Nobody knows the name.
    #[error("this host is not known")]
    Unknown,
    /// The request cannot be made at all.
    #[error("the request could not be prepared")]
    Client,
}

/// A client that can reach the host of this address and, through it, nothing else.
///
/// # Errors
/// When the address is not allowed or leads nowhere.
pub async fn client_for(settings: &Settings, address: &str) -> Result<(reqwest::Client, Url), Refused> {
    let is_listed = |host: &str| settings.var("ALLOWED_PRIVATE_HOSTS").is_some_and(|list| list.split(',').any(|name| name.trim().eq_ignore_ascii_case(host)));
    client(address, is_listed).await
}

/// The same for an address that stands in the settings, be it of the own network.
///
/// # Errors
/// When the address is no web address or leads nowhere.
pub async fn client_for_configured(address: &str) -> Result<(reqwest::Client, Url), Refused> {
    client(address, |_| true).await
}

async fn client(address: &str, may_be_private: impl Fn(&str) -> bool) -> Result<(reqwest::Client, Url), Refused> {
    let url = Url::parse(address.trim()).map_err(|_| Refused::NotWeb)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refused::NotWeb);
    }
    let host = url.host().ok_or(Refused::NotWeb)?.to_owned();
    let port = url.port_or_known_default().ok_or(Refused::NotWeb)?;
    let allowed = may_be_private(&host.to_string());
    let addresses: Vec<SocketAddr> = match &host {
        Host::Ipv4(ip) => vec![(*ip, port).into()],
        Host::Ipv6(ip) => vec![(*ip, port).into()],
        Host::Domain(name) => match tokio::time::timeout(PATIENCE, tokio::net::lookup_host((name.as_str(), port))).await {
            Ok(Ok(found)) => found.collect(),
            _ => return Err(Refused::Unknown),
        },
    };
    if addresses.is_empty() {
        return Err(Refused::Unknown);
    }
    if !allowed && !addresses.iter().all(|a| is_public(a.ip())) {
        return Err(Refused::Private);
    }
    #[expect(clippy::disallowed_methods, reason = "this is the guarded client")]
    let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).no_proxy();
    if let Host::Domain(name) = &host {
        builder = builder.resolve_to_addrs(name, &addresses);
    }
    Ok((builder.build().map_err(|_| Refused::Client)?, url))
}

/// An answer's body of at most `most` bytes; `None` when it is longer or breaks off.
pub async fn body(mut answer: reqwest::Response, most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > most {
            return None;
        }
    }
    Some(bytes)
}

/// How often a file's address may lead to another.
const REDIRECTS: usize = 4;

/// Fetches a file of at most `most` bytes.
///
/// # Errors
/// When the address is not allowed, does not answer 200, or the file is larger.
pub async fn file(settings: &Settings, address: &str, most: usize) -> anyhow::Result<Vec<u8>> {
    let mut next = address.to_owned();
    for _ in 0..=REDIRECTS {
        let (client, url) = client_for(settings, &next).await?;
        let answer = client.get(url.clone()).send().await?;
        if answer.status().is_redirection() {
            let place = answer.headers().get("location").and_then(|l| l.to_str().ok()).unwrap_or_default();
            next = url.join(place)?.to_string();
            continue;
        }
        anyhow::ensure!(answer.status().as_u16() == 200, "the file's server answers {}", answer.status());
        return body(answer, most).await.with_context(|| format!("the file breaks off or is larger than {most} bytes"));
    }
    anyhow::bail!("the file's address leads from one to another")
}

/// Whether an address is one of the public internet.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        (0 | 10 | 127, ..) | (169, 254, _) | (192, 168, _) | (192, 0, 0 | 2) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        (100, b, _) => (64..128).contains(&b),
        (172, b, _) => (16..32).contains(&b),
        (a, ..) => a >= 224,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // Addresses that carry one of the older kind lead where that one leads.
    let carried = |high: u16, low: u16| is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match s {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => carried(high, low),
        [0x2001, 0x0db8 | 0, ..] => false,
        // Everything public so far begins with these three bits.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_reached() {
        let check = |ip: &str, public: bool| assert_eq!(is_public(ip.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))), public, "{ip}");
        for ip in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "2002:0808:0808::1"] {
            check(ip, true);
        }
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:0001::",
            "2001:db8::1",
        ] {
            check(ip, false);
        }
    }
}
