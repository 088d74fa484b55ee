//! Listening to a wire: every frame, put together again into what each side of each connection said.

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use nix::net::if_::if_nametoindex;
use nix::sys::socket::sockopt::{RcvBufForce, ReceiveTimeout};
use nix::sys::socket::{AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, setsockopt, socket};
use nix::sys::time::{TimeVal, TimeValLike};

use super::namespace::Net;

/// What one side said to the other on one connection.
pub struct Stream {
    pub from: SocketAddrV4,
    pub to: SocketAddrV4,
    /// Which connection of these two ports it was, in order.
    pub nth: usize,
    /// Whether it was the one to open the connection.
    pub is_client: bool,
    pub file: PathBuf,
}

impl Stream {
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.file).expect("what was heard")
    }
}

/// Everything that went over the wire.
pub struct Heard {
    pub streams: Vec<Stream>,
    /// Frames that are neither TCP nor ARP nor ICMP, in words.
    pub foreign: Vec<String>,
    pub frames: usize,
}

/// A tap that runs until [`Tap::finish`]. What it puts together lies in `folder` from the first byte on.
pub struct Tap {
    stop: Arc<AtomicBool>,
    listening: JoinHandle<Heard>,
}

impl Tap {
    pub fn on(net: &Net, device: &'static str, folder: &Path) -> Self {
        let (stop, folder) = (Arc::new(AtomicBool::new(false)), folder.to_owned());
        let until = Arc::clone(&stop);
        // The socket belongs to the network in which it is made, whoever reads from it.
        let (line, index) = net.enter(|| {
            let line = socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::EthAll)
                .expect("a raw socket: run the tests as root, or with CAP_NET_RAW");
            setsockopt(&line, RcvBufForce, &(64 << 20)).expect("room for what comes fast");
            setsockopt(&line, ReceiveTimeout, &TimeVal::milliseconds(50)).expect("a time-out");
            (line, if_nametoindex(device).expect("the wire") as usize)
        });
        let listening = std::thread::spawn(move || {
            let mut ear = Ear { folder, flows: HashMap::new(), counts: HashMap::new(), foreign: Vec::new(), frames: 0 };
            let mut frame = vec![0; 256 << 10];
            loop {
                match recvfrom::<LinkAddr>(line.as_raw_fd(), &mut frame) {
                    Ok((n, Some(from))) if from.ifindex() == index => ear.frame(&frame[..n]),
                    Ok(_) => {}
                    Err(nix::errno::Errno::EAGAIN) if until.load(Ordering::Relaxed) => return ear.done(),
                    Err(nix::errno::Errno::EAGAIN | nix::errno::Errno::EINTR) => {}
                    Err(e) => panic!("the tap broke: {e}"),
                }
            }
        });
        Self { stop, listening }
    }

    /// What was heard until now; panics when a byte of it is missing.
    pub fn finish(self) -> Heard {
        self.stop.store(true, Ordering::Relaxed);
        self.listening.join().expect("the tap heard everything")
    }
}

type Way = (SocketAddrV4, SocketAddrV4);

struct Ear {
    folder: PathBuf,
    flows: HashMap<Way, Vec<Flow>>,
    counts: HashMap<Way, usize>,
    foreign: Vec<String>,
    frames: usize,
}

struct Flow {
    stream: Stream,
    file: std::fs::File,
    /// The sequence number of the first byte.
    first: u32,
    /// Bytes that are there without a gap, and what came before its turn.
    length: u64,
    early: BTreeMap<u64, Vec<u8>>,
}

impl Ear {
    fn frame(&mut self, frame: &[u8]) {
        self.frames += 1;
        let kind = u16::from_be_bytes([frame[12], frame[13]]);
        let packet = &frame[14..];
        match kind {
            0x0800 if packet[9] == 6 => self.tcp(packet),
            0x0800 if packet[9] == 1 => {}
            0x0806 => {}
            // ICMPv6: an IPv6 stack says that it is there, and asks who else is.
            0x86dd if packet[6] == 58 || (packet[6] == 0 && packet[40] == 58) => {}
            0x0800 => self.foreign.push(format!("IPv4, protocol {}", packet[9])),
            0x86dd => self.foreign.push(format!("IPv6, next header {}", packet[6])),
            other => self.foreign.push(format!("ethertype {other:04x}")),
        }
    }

    /// RFC 791 and RFC 9293.
    fn tcp(&mut self, packet: &[u8]) {
        let header = usize::from(packet[0] & 0x0f) * 4;
        let total = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
        assert!(total > 0 && packet[6] & 0x3f == 0 && packet[7] == 0, "a fragment or a jumbo: not expected on a veth");
        let segment = &packet[header..total];
        let address = |at: usize| Ipv4Addr::new(packet[at], packet[at + 1], packet[at + 2], packet[at + 3]);
        let port = |at: usize| u16::from_be_bytes([segment[at], segment[at + 1]]);
        let way = (SocketAddrV4::new(address(12), port(0)), SocketAddrV4::new(address(16), port(2)));
        let sequence = u32::from_be_bytes([segment[4], segment[5], segment[6], segment[7]]);
        let content = &segment[usize::from(segment[12] >> 4) * 4..];
        if segment[13] & 2 != 0 {
            let flows = self.flows.entry(way).or_default();
            let first = sequence.wrapping_add(1);
            if flows.last().is_none_or(|flow| flow.first != first) {
                let nth = self.counts.entry(way).or_default();
                let file = self.folder.join(format!("{}-{}-{nth}.stream", way.0, way.1).replace(':', "_"));
                let is_client = segment[13] & 0x10 == 0;
                let stream = Stream { from: way.0, to: way.1, nth: *nth, is_client, file };
                *nth += 1;
                let file = std::fs::File::create_new(&stream.file).expect("a file for the stream");
                flows.push(Flow { stream, file, first, length: 0, early: BTreeMap::new() });
            }
            return;
        }
        let Some(flow) = self.flows.get_mut(&way).and_then(|flows| flows.last_mut()) else {
            // A reset answers what no connection is for.
            if segment[13] & 4 == 0 {
                self.foreign.push(format!("TCP from {} to {} without a beginning", way.0, way.1));
            }
            return;
        };
        flow.take(u64::from(sequence.wrapping_sub(flow.first)), content);
    }

    fn done(self) -> Heard {
        let mut streams = Vec::new();
        for flow in self.flows.into_values().flatten() {
            let Flow { stream, early, .. } = flow;
            assert!(early.is_empty(), "from {} to {} a part was not heard", stream.from, stream.to);
            streams.push(stream);
        }
        Heard { streams, foreign: self.foreign, frames: self.frames }
    }
}

impl Flow {
    fn take(&mut self, at: u64, content: &[u8]) {
        // Before the first byte: a keep-alive probe repeats the one before.
        if content.is_empty() || at > u64::from(u32::MAX) - (1 << 20) {
            return;
        }
        self.early.entry(at).or_insert_with(|| content.to_vec());
        while let Some((at, content)) = self.early.pop_first() {
            if at > self.length {
                self.early.insert(at, content);
                return;
            }
            let known = usize::try_from(self.length - at).expect("small");
            if let Some(fresh) = content.get(known..) {
                self.file.write_all_at(fresh, self.length).expect("written");
                self.length += fresh.len() as u64;
            }
        }
    }
}
