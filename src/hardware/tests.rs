use super::*;
use std::fs;

/// A machine made of files.
fn machine(files: &[(&str, &str)]) -> (tempfile::TempDir, Hardware) {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let hardware = Hardware::detect_under(root.path());
    (root, hardware)
}

const TWO_CPUS: [(&str, &str); 3] = [
    ("sys/devices/system/cpu/online", "0-1\n"),
    ("proc/self/status", "Name:\tguitai\nCpus_allowed_list:\t0-127\n"),
    ("proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n"),
];

#[test]
fn reads_this_machine() {
    let here = Hardware::detect();
    // The standard library rounds a quota down where we round up.
    let std_says = std::thread::available_parallelism().unwrap().get();
    assert!((std_says..=std_says + 1).contains(&here.usable_cores()), "{here:?}");
    assert!(here.usable_memory_bytes().unwrap() > 64 << 20);
    let page = here.page_bytes.unwrap();
    assert!(page.is_power_of_two() && page >= 4096, "{page}");
    assert!(here.online_cpus >= here.allowed_cpus);
    #[cfg(target_arch = "x86_64")]
    assert_eq!(here.has("avx2"), std::arch::is_x86_feature_detected!("avx2"));
    assert!(here.to_string().contains(std::env::consts::ARCH));
}

#[test]
fn affinity_names_no_more_than_is_online() {
    let (_root, m) = machine(&TWO_CPUS);
    assert_eq!((m.online_cpus, m.allowed_cpus, m.usable_cores()), (2, 2, 2));
    assert_eq!(m.usable_memory_bytes(), Some(16 << 20));
    assert_eq!((m.cpu_quota_cores, m.memory_limit_bytes), (None, None));
}

#[test]
fn the_tightest_limit_of_version_2_counts() {
    let (_root, m) = machine(&[
        TWO_CPUS[0],
        TWO_CPUS[1],
        TWO_CPUS[2],
        ("proc/self/cgroup", "0::/a.slice/b.service\n"),
        ("sys/fs/cgroup/a.slice/cpu.max", "50000 100000\n"),
        ("sys/fs/cgroup/a.slice/memory.max", "max\n"),
        ("sys/fs/cgroup/a.slice/b.service/cpu.max", "150000 100000\n"),
        ("sys/fs/cgroup/a.slice/b.service/memory.max", "8388608\n"),
    ]);
    assert_eq!((m.cpu_quota_cores, m.usable_cores()), (Some(0.5), 1));
    assert_eq!(m.usable_memory_bytes(), Some(8 << 20));
}

#[test]
fn a_container_reads_its_own_root() {
    // The path named is the host's and does not exist here.
    let (_root, m) = machine(&[
        TWO_CPUS[0],
        ("proc/self/cgroup", "0::/host.slice/x.scope\n"),
        ("sys/fs/cgroup/cpu.max", "150000 100000\n"),
    ]);
    assert_eq!((m.cpu_quota_cores, m.usable_cores()), (Some(1.5), 2));
}

#[test]
fn version_1_says_no_limit_with_its_own_numbers() {
    let v1 = |quota, limit| {
        machine(&[
            TWO_CPUS[0],
            ("proc/self/cgroup", "4:memory:/x\n1:cpu,cpuacct:/y\n0::/\n"),
            ("sys/fs/cgroup/cpu,cpuacct/y/cpu.cfs_quota_us", quota),
            ("sys/fs/cgroup/cpu,cpuacct/y/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/memory/x/memory.limit_in_bytes", limit),
        ])
        .1
    };
    let free = v1("-1\n", "9223372036854771712\n");
    assert_eq!((free.cpu_quota_cores, free.memory_limit_bytes), (None, None));
    let tight = v1("100000\n", "4096\n");
    assert_eq!((tight.cpu_quota_cores, tight.memory_limit_bytes), (Some(1.0), Some(4096)));
}

#[test]
fn cpu_lists() {
    for (list, count) in [("0", Some(1)), ("0-3,8", Some(5)), ("0-1,4-5\n", Some(4)), ("", None), ("3-1", None)] {
        assert_eq!(count_cpus(list), count, "{list:?}");
    }
}

#[test]
fn an_unreadable_machine_is_not_guessed() {
    let (_root, m) = machine(&[]);
    assert_eq!((m.memory_bytes, m.page_bytes, m.cpu_model.as_deref()), (None, None, None));
    assert_eq!(m.usable_cores(), 1);
}
