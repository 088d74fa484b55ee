//! Two machines in one: network namespaces with nothing between them but a wire.
//!
//! They have no name and no file: they are gone when the last process in them is, however the tests end. Making them takes root (or
//! `CAP_SYS_ADMIN` and `CAP_NET_ADMIN`) and `ip`; without these a test fails and says so, it is never skipped.

use std::fs::File;
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;

use nix::sched::{CloneFlags, setns, unshare};

/// The two ends of the wire, in addresses that are nobody's (RFC 5737).
pub const APPLIANCE: &str = "192.0.2.1";
pub const BANK: &str = "192.0.2.2";
/// The wire's name at the bank's end, where it is listened to.
pub const WIRE: &str = "wire1";

const NEEDED: &str = "network namespaces are needed: run the tests as root, in a container with --cap-add SYS_ADMIN --cap-add NET_ADMIN, \
                      with iproute2 installed (make setup)";

/// The network of one of the two machines.
pub struct Net(File);

/// The appliance's and the bank's.
pub fn two_machines() -> (Net, Net) {
    let (appliance, _) = Net::fresh();
    let (bank, thread_id) = Net::fresh();
    appliance.enter(|| {
        ip(&["link", "add", "wire0", "type", "veth", "peer", "name", WIRE, "netns", &thread_id.id.to_string()]);
        set_up("wire0", APPLIANCE);
    });
    bank.enter(|| set_up(WIRE, BANK));
    drop(thread_id);
    (appliance, bank)
}

/// A thread that stays in a network until this is dropped, so that `ip` can find it by a number.
struct Stay {
    id: i32,
    _until: std::sync::mpsc::Sender<()>,
}

impl Net {
    fn fresh() -> (Self, Stay) {
        let (made, until) = (channel(), channel::<()>());
        thread::spawn(move || {
            let net = unshare(CloneFlags::CLONE_NEWNET).map(|()| File::open("/proc/thread-self/ns/net"));
            made.0.send((net, nix::unistd::gettid().as_raw())).expect("the test waits");
            // An error says that the other end is gone, which is what is waited for.
            until.1.recv().expect_err("nothing is ever sent");
        });
        let (net, id) = made.1.recv().expect("the thread answers");
        let net = net.unwrap_or_else(|e| panic!("{NEEDED} ({e})")).expect("the thread's own network");
        (Self(net), Stay { id, _until: until.0 })
    }

    /// Does this in the network: threads, sockets and programs that it starts are there too.
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        thread::scope(|threads| {
            let there = threads.spawn(|| {
                setns(&self.0, CloneFlags::CLONE_NEWNET).unwrap_or_else(|e| panic!("{NEEDED} ({e})"));
                work()
            });
            there.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// As [`Net::enter`], for async work.
    pub fn block_on<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        self.enter(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("a runtime").block_on(work)
        })
    }
}

fn set_up(device: &str, address: &str) {
    ip(&["link", "set", "lo", "up"]);
    ip(&["addr", "add", &format!("{address}/24"), "dev", device]);
    ip(&["link", "set", device, "up"]);
}

fn ip(arguments: &[&str]) {
    let out = Command::new("ip").args(arguments).output().unwrap_or_else(|e| panic!("{NEEDED} (ip: {e})"));
    assert!(out.status.success(), "{NEEDED} (ip {arguments:?}: {})", String::from_utf8_lossy(&out.stderr));
}
