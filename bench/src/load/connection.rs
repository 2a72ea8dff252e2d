//! One kept-alive HTTP/1.1 connection: a request that is already bytes, an answer that is read whole.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An open connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// A complete answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer<'c> {
    /// 200, 401, ...
    pub(crate) status: u16,
    /// All of it.
    pub(crate) body: &'c [u8],
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(4 * 1024),
        })
    }

    /// Sends a request and reads its answer to the end.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let (status, body) = loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                bail!("the server closed the connection before the end of its answer");
            }
            if let Some(found) = whole(&self.received)? {
                break found;
            }
        };
        if self.received.len() > body.end {
            bail!("the server sent more than one answer to one request");
        }
        Ok(Answer {
            status,
            body: &self.received[body],
        })
    }
}

/// Status and place of the body, once all of it is there.
fn whole(bytes: &[u8]) -> anyhow::Result<Option<(u16, std::ops::Range<usize>)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let head = match response
        .parse(bytes)
        .context("the server's answer is not HTTP/1.1")?
    {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => return Ok(None),
    };
    let status = response.code.context("an answer has a status")?;
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .context("the server's answer does not tell its length")?;
    let length: usize = std::str::from_utf8(length.value)?.trim().parse()?;
    let end = head + length;
    Ok((bytes.len() >= end).then_some((status, head..end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_once_all_of_it_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nokay";
        for cut in 0..answer.len() {
            let found = whole(&answer[..cut]).expect("a beginning is no error");
            assert!(found.is_none(), "cut after {cut} bytes");
        }
        let (status, body) = whole(answer).expect("fine").expect("whole");
        assert_eq!((status, &answer[body]), (200, &b"okay"[..]));
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        assert!(whole(b"SSH-2.0-OpenSSH\r\n").is_err());
        assert!(whole(b"HTTP/1.1 200 OK\r\n\r\n").is_err(), "no length");
    }
}
