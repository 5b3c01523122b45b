//! A browser's connection, as lean as possible: what it costs is not the server's time, but it is the same processor.

use crate::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection that is kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Answer {
    /// The status as a number.
    pub status: u16,
    /// Bytes on the wire, headers included.
    pub transferred: usize,
    /// The body as it came, chunk marks removed.
    pub body: Vec<u8>,
    /// Its encoding.
    pub encoding: Option<String>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The header line that asks for compression.
pub const COMPRESSED: &str = "accept-encoding: br, gzip\r\n";

impl Connection {
    /// Connects.
    pub async fn open(port: u16) -> Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(256 * 1024) })
    }

    /// Asks for a path. `headers` are whole lines.
    pub async fn get(&mut self, path: &str, headers: &str) -> Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/html,*/*\r\naccept-language: es\r\n{headers}\r\n"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head_end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n", 0) {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("no status")?;
        let header = |name: &str| {
            head.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(|value| value.trim().to_owned())
        };
        let body = if header("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            self.chunks(head_end).await?
        } else {
            let length: usize = header("content-length").unwrap_or_default().parse().unwrap_or(0);
            while self.buffer.len() < head_end + length {
                self.more().await?;
            }
            self.buffer[head_end..head_end + length].to_vec()
        };
        Ok(Answer { status, transferred: self.buffer.len(), body, encoding: header("content-encoding") })
    }

    async fn chunks(&mut self, mut at: usize) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line_end = loop {
                if let Some(end) = find(&self.buffer, b"\r\n", at) {
                    break end;
                }
                self.more().await?;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&self.buffer[at..line_end])?.trim(), 16)?;
            let (from, to) = (line_end + 2, line_end + 2 + size);
            while self.buffer.len() < to + 2 {
                self.more().await?;
            }
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&self.buffer[from..to]);
            at = to + 2;
        }
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|window| window == what).map(|at| from + at)
}
