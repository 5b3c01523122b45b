//! Which addresses push messages may go to. Browsers tell us the address, so anybody can tell us any: it must not lead
//! into our own network.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Whether an address may be kept and called. `local` also takes what runs on this machine, without encryption.
pub(super) fn is_acceptable(url: &Url, local: bool) -> bool {
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return false,
    };
    match url.scheme() {
        "https" if local => true,
        "http" => local && is_loopback,
        "https" => {
            let public = match url.host() {
                Some(Host::Ipv4(ip)) => is_public(ip.into()),
                Some(Host::Ipv6(ip)) => is_public(ip.into()),
                // A name without a dot is one of our own network's.
                Some(Host::Domain(name)) => name.contains('.') && !name.ends_with(".localhost"),
                None => false,
            };
            public && url.port_or_known_default() == Some(443)
        }
        _ => false,
    }
}

/// Resolves names to addresses of the open Internet only.
pub(super) struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(std::io::Error::other("no address of the open Internet").into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the open Internet (RFC 6890 lists what does not).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let special = a == 0 || a >= 240 || (a, b, c) == (192, 0, 0) || (a == 198 && (b == 18 || b == 19));
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || shared
        || special)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let segments = ip.segments();
    // Only 2000::/3 is given out; in it, the ranges for documentation and for tunnels to anywhere are none of ours.
    let given_out = segments[0] & 0xe000 == 0x2000;
    let documentation = segments[0] == 0x2001 && segments[1] == 0x0db8;
    let tunnel = segments[0] == 0x2002 || (segments[0] == 0x2001 && segments[1] == 0);
    given_out && !documentation && !tunnel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_production_only_the_open_internet_over_https_is_taken() {
        let acceptable = |url: &str, local| is_acceptable(&url.parse().unwrap(), local);
        for good in ["https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/x"]
        {
            assert!(acceptable(good, false) && acceptable(good, true), "{good}");
        }
        for bad in [
            "http://fcm.googleapis.com/x",
            "https://127.0.0.1/x",
            "https://10.1.2.3/x",
            "https://192.168.0.1/x",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/x",
            "https://0.0.0.0/x",
            "https://[::1]/x",
            "https://[fd00::1]/x",
            "https://[fe80::1]/x",
            "https://[::ffff:10.0.0.1]/x",
            "https://localhost/x",
            "https://intranet/x",
            "https://a.localhost/x",
            "https://push.example:8443/x",
            "https://user@push.example/x",
            "ftp://push.example/x",
        ] {
            assert!(!acceptable(bad, false), "{bad}");
        }
        assert!(acceptable("http://127.0.0.1:9000/x", true) && acceptable("http://localhost:9000/x", true));
        assert!(!acceptable("http://push.example/x", true) && !acceptable("http://10.0.0.1/x", true));
    }
}
