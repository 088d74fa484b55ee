//! CPU quota and memory limit of the cgroups around this process, version 2 and version 1.
//!
//! A limit may stand on any level, so the whole path from the process's own group to the root is read and the tightest
//! value counts. Inside a container the path in `/proc/self/cgroup` often does not exist below the mount, because the
//! container sees its own group as the root; the levels that are missing are skipped and the root is read as well.

use std::path::{Path, PathBuf};

#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    pub cpu_cores: Option<f64>,
    pub memory_bytes: Option<u64>,
}

/// Where version 1 says "no limit": the largest multiple of the page size below 2^63.
const V1_UNLIMITED: u64 = 1 << 62;

impl Limits {
    pub(super) fn read(root: &Path) -> Self {
        let membership = std::fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
        let mut limits = Limits::default();
        for line in membership.lines() {
            // hierarchy-id:controllers:path; version 2 has id 0 and no controllers.
            let mut parts = line.splitn(3, ':');
            let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else { continue };
            let mount = root.join("sys/fs/cgroup");
            if controllers.is_empty() {
                for base in [mount.clone(), mount.join("unified")] {
                    limits.take_levels(&base, path, v2_cpu, v2_memory);
                }
                continue;
            }
            for controller in controllers.split(',') {
                // Both the single controller and the joint mount (`cpu,cpuacct`) are in use.
                for base in [mount.join(controller), mount.join(controllers)] {
                    match controller {
                        "cpu" => limits.take_levels(&base, path, v1_cpu, |_| None),
                        "memory" => limits.take_levels(&base, path, |_| None, v1_memory),
                        _ => {}
                    }
                }
            }
        }
        limits
    }

    fn take_levels(
        &mut self,
        mount: &Path,
        path: &str,
        cpu: fn(&Path) -> Option<f64>,
        memory: fn(&Path) -> Option<u64>,
    ) {
        let mut level: PathBuf = mount.join(path.trim_start_matches('/'));
        while level.starts_with(mount) {
            if let Some(cores) = cpu(&level) {
                self.cpu_cores = Some(self.cpu_cores.map_or(cores, |tightest| tightest.min(cores)));
            }
            if let Some(bytes) = memory(&level) {
                self.memory_bytes = Some(self.memory_bytes.map_or(bytes, |tightest| tightest.min(bytes)));
            }
            if !level.pop() {
                break;
            }
        }
    }
}

fn number<T: std::str::FromStr>(path: PathBuf) -> Option<T> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// `cpu.max` is `quota period` in microseconds, or `max period`.
fn v2_cpu(group: &Path) -> Option<f64> {
    let text = std::fs::read_to_string(group.join("cpu.max")).ok()?;
    let (quota, period) = text.trim().split_once(' ')?;
    cores(quota.parse().ok()?, period.parse().ok()?)
}

fn v2_memory(group: &Path) -> Option<u64> {
    number(group.join("memory.max"))
}

fn v1_cpu(group: &Path) -> Option<f64> {
    // A quota of -1 means none.
    cores(number(group.join("cpu.cfs_quota_us"))?, number(group.join("cpu.cfs_period_us"))?)
}

fn v1_memory(group: &Path) -> Option<u64> {
    number(group.join("memory.limit_in_bytes")).filter(|&bytes| bytes < V1_UNLIMITED)
}

fn cores(quota_us: i64, period_us: i64) -> Option<f64> {
    (quota_us > 0 && period_us > 0).then(|| quota_us as f64 / period_us as f64)
}
