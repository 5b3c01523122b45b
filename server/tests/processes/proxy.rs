//! A plain proxy: each connection goes to the next process, or to the one after it when that does not listen.

use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub struct Proxy {
    pub address: SocketAddr,
    listener: JoinHandle<()>,
}

impl Proxy {
    /// In front of the processes that listen there, or will.
    pub async fn start(processes: Vec<SocketAddr>) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = tokio::spawn(async move {
            for turn in 0.. {
                let (client, _) = listener.accept().await.unwrap();
                let mut in_turn = processes.clone();
                let count = in_turn.len();
                in_turn.rotate_left(turn % count);
                tokio::spawn(pass_on(client, in_turn));
            }
        });
        Proxy { address, listener }
    }
}

/// Nobody's words are read or kept: when the process dies, the client's connection is cut.
async fn pass_on(mut client: TcpStream, in_turn: Vec<SocketAddr>) {
    for process in in_turn {
        if let Ok(mut server) = TcpStream::connect(process).await {
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listener.abort();
    }
}
