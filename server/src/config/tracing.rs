//! Where spans go: settings with the names of OpenTelemetry's specification.

use super::{ConfigError, Reader, Secret};
use percent_encoding::percent_decode_str;
use std::time::Duration;
use url::Url;

/// The setting of the headers.
const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";

/// A collector that takes spans.
#[derive(Clone, Debug)]
pub struct TraceExport {
    /// Its base address.
    pub endpoint: Url,
    /// What we show it.
    pub headers: Vec<(String, Secret)>,
    /// What we are called there.
    pub service: String,
    /// How long it may take for an answer.
    pub timeout: Duration,
}

impl TraceExport {
    /// All of them; nothing when there is no collector.
    pub(super) fn read(from: &mut Reader) -> Result<Option<TraceExport>, ConfigError> {
        let endpoint = from.url(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "Collector that takes traces (OpenTelemetry, OTLP over HTTP with protobuf; /v1/traces is added); empty: none are made",
        )?;
        let headers = from
            .secret(HEADERS, "Headers the collector wants to see: name=value, separated by commas, percent-encoded");
        let headers = headers.as_ref().map_or(Ok(Vec::new()), read_headers)?;
        let service = from.text("OTEL_SERVICE_NAME", "caas", "What the traces call this platform");
        let timeout: u32 = from.value(
            "OTEL_EXPORTER_OTLP_TIMEOUT",
            "10000",
            "Milliseconds the collector may take for an answer; nobody waits for it",
        )?;
        if timeout == 0 {
            return Err(ConfigError::wrong("OTEL_EXPORTER_OTLP_TIMEOUT", "at least 1 is needed"));
        }
        let timeout = Duration::from_millis(timeout.into());
        Ok(endpoint.map(|endpoint| TraceExport { endpoint, headers, service, timeout }))
    }

    /// Where traces are sent: the path of the specification, behind the base address's own.
    pub fn address(&self) -> String {
        let mut address = self.endpoint.clone();
        if let Ok(mut path) = address.path_segments_mut() {
            path.pop_if_empty().extend(["v1", "traces"]);
        }
        address.into()
    }
}

/// As the W3C's Baggage is written. What is wrong is not repeated: it is a secret.
fn read_headers(text: &Secret) -> Result<Vec<(String, Secret)>, ConfigError> {
    let pairs = text.reveal().split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let read = pairs.map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        http::HeaderName::try_from(name.trim()).ok()?;
        http::HeaderValue::try_from(value.as_ref()).ok()?;
        Some((name.trim().to_owned(), Secret::new(value)))
    });
    read.collect::<Option<_>>().ok_or_else(|| ConfigError::wrong(HEADERS, "it must be name=value, separated by commas"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<const N: usize>(pairs: [(&str, &str); N]) -> Result<Option<TraceExport>, ConfigError> {
        TraceExport::read(&mut Reader::of(pairs))
    }

    #[test]
    fn without_an_address_nothing_is_exported() {
        assert!(read([]).unwrap().is_none());
        assert!(read([("OTEL_SERVICE_NAME", "x"), (HEADERS, "a=b")]).unwrap().is_none());
    }

    #[test]
    fn the_path_stands_behind_the_address() {
        for (base, address) in [
            ("http://c.example:4318", "http://c.example:4318/v1/traces"),
            ("https://c.example/", "https://c.example/v1/traces"),
            ("https://c.example/otlp/", "https://c.example/otlp/v1/traces"),
        ] {
            let export = read([("OTEL_EXPORTER_OTLP_ENDPOINT", base)]).unwrap().unwrap();
            assert_eq!(export.address(), address);
            assert_eq!((export.service.as_str(), export.timeout), ("caas", Duration::from_secs(10)));
        }
    }

    #[test]
    fn headers_are_decoded_and_never_shown() {
        let pairs =
            [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c.example"), (HEADERS, "authorization=Bearer%20hunter2, x=y")];
        let mut reader = Reader::of(pairs);
        let export = TraceExport::read(&mut reader).unwrap().unwrap();
        let headers: Vec<_> = export.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect();
        assert_eq!(headers, [("authorization", "Bearer hunter2"), ("x", "y")]);
        let shown: String = reader.listed().iter().map(ToString::to_string).collect();
        assert!(!format!("{export:?}{shown}").contains("hunter2"), "{shown}");
        for wrong in ["hunter2", "a b=hunter2", "a=hunter2%0A"] {
            let line = read([(HEADERS, wrong)]).unwrap_err().to_string();
            assert!(line.starts_with(HEADERS) && !line.contains("hunter2"), "{line}");
        }
    }
}
