//! What the machine has, as this process may use it: cores under the cgroup quota, memory under the cgroup limit, page
//! size and CPU features.
//!
//! Everything is read, nothing is guessed: what cannot be read is absent. The start-up log and `guitai check` print a
//! [`Hardware`]; the sizing of pools and models starts from [`Hardware::usable_cores`] and
//! [`Hardware::usable_memory_bytes`]. No table, no configuration, no invariants beyond that.

mod cgroup;
mod features;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

/// The machine as this process sees it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Hardware {
    /// The instruction set, as the compiler names it: `x86_64`, `aarch64`.
    pub architecture: &'static str,
    /// The processor's own name, where the kernel tells it (most Arm kernels do not).
    pub cpu_model: Option<String>,
    /// Logical processors that are online in the machine.
    pub online_cpus: usize,
    /// Logical processors this process may be scheduled on (affinity, cpuset).
    pub allowed_cpus: usize,
    /// The tightest CPU quota of the cgroups around the process, in cores; absent when there is none.
    pub cpu_quota_cores: Option<f64>,
    /// Physical memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// The tightest memory limit of the cgroups around the process, in bytes; absent when there is none.
    pub memory_limit_bytes: Option<u64>,
    /// The size of a memory page, in bytes: 4,096 on x86-64, often 65,536 on Kylin for Arm.
    pub page_bytes: Option<u64>,
    /// The instruction set extensions our kernels and the inference engine care about, that are present.
    pub cpu_features: Vec<&'static str>,
}

impl Hardware {
    /// Reads `/proc` and `/sys` of this machine. Blocking, well under a millisecond.
    pub fn detect() -> Self {
        Self::detect_under(Path::new("/"))
    }

    /// As [`Hardware::detect`], with `/proc` and `/sys` taken from below `root`, which is how tests show it other machines.
    fn detect_under(root: &Path) -> Self {
        let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
        let cpuinfo = read("proc/cpuinfo").unwrap_or_default();
        let meminfo = read("proc/meminfo").unwrap_or_default();
        let status = read("proc/self/status").unwrap_or_default();
        let online = read("sys/devices/system/cpu/online").and_then(|list| count_cpus(&list));
        let allowed = field(&status, "Cpus_allowed_list").and_then(count_cpus);
        let limits = cgroup::Limits::read(root);
        let online_cpus = online.or(allowed).unwrap_or(1);
        Hardware {
            architecture: std::env::consts::ARCH,
            cpu_model: field(&cpuinfo, "model name").map(str::to_owned),
            online_cpus,
            // The affinity list may name processors that are not there (`0-127` on a machine of two).
            allowed_cpus: allowed.unwrap_or(online_cpus).min(online_cpus),
            cpu_quota_cores: limits.cpu_cores,
            memory_bytes: field(&meminfo, "MemTotal").and_then(kib),
            memory_limit_bytes: limits.memory_bytes,
            page_bytes: page_bytes(root),
            cpu_features: features::present(),
        }
    }

    /// How many threads of computation keep the machine busy without being throttled; at least one.
    ///
    /// A quota is rounded up: of 1.5 cores, two threads can use all.
    pub fn usable_cores(&self) -> usize {
        let quota = self.cpu_quota_cores.map_or(usize::MAX, |cores| cores.ceil() as usize);
        self.allowed_cpus.min(quota).max(1)
    }

    /// How much memory the process may come to use before the kernel ends it, in bytes; absent when neither is known.
    pub fn usable_memory_bytes(&self) -> Option<u64> {
        match (self.memory_bytes, self.memory_limit_bytes) {
            (Some(total), Some(limit)) => Some(total.min(limit)),
            (total, limit) => total.or(limit),
        }
    }

    /// Whether an extension is present, by the name Rust's `is_*_feature_detected!` uses for it.
    pub fn has(&self, feature: &str) -> bool {
        self.cpu_features.contains(&feature)
    }
}

/// One line for the start-up log.
impl fmt::Display for Hardware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.architecture, self.cpu_model.as_deref().unwrap_or("unnamed processor"))?;
        write!(f, ", {} of {} cores", self.usable_cores(), self.online_cpus)?;
        if let Some(quota) = self.cpu_quota_cores {
            write!(f, " (quota {quota:.2})")?;
        }
        if let Some(bytes) = self.usable_memory_bytes() {
            write!(f, ", {} MiB", bytes >> 20)?;
        }
        if let Some(bytes) = self.page_bytes {
            write!(f, ", pages of {} KiB", bytes >> 10)?;
        }
        write!(f, ", {}", self.cpu_features.join(" "))
    }
}

/// The value of a `Name: value` line of a `/proc` file.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

/// Bytes of a `123 kB` value; the kernel writes kB and means KiB.
fn kib(value: &str) -> Option<u64> {
    value.strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// How many processors a kernel list such as `0-3,8` names.
fn count_cpus(list: &str) -> Option<usize> {
    let mut count = 0usize;
    for part in list.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        count = count.checked_add(last.checked_sub(first)?.checked_add(1)?)?;
    }
    Some(count)
}

/// The page size from the auxiliary vector the kernel gives each program (AT_PAGESZ, getauxval(3)).
fn page_bytes(root: &Path) -> Option<u64> {
    const AT_PAGESZ: u64 = 6;
    let vector = std::fs::read(root.join("proc/self/auxv")).ok()?;
    vector.as_chunks::<16>().0.iter().find_map(|entry| {
        let (key, value) = entry.split_at(8);
        let key = u64::from_ne_bytes(key.try_into().ok()?);
        (key == AT_PAGESZ).then(|| value.try_into().ok().map(u64::from_ne_bytes)).flatten()
    })
}
