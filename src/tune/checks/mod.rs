//! The checks, by part of the machine. Each looks at files of the kernel and judges; none changes
//! any.

mod cpu;
mod disk;
mod limits;
mod memory;
mod network;
mod placement;
mod system;

use super::Subject;
use super::finding::Finding;

/// All findings, in the order of the report.
pub fn run(subject: &Subject) -> Vec<Finding> {
    let mut findings = system::check(subject);
    findings.extend(cpu::check(subject));
    findings.extend(memory::check(subject));
    findings.extend(disk::check(subject));
    findings.extend(network::check(subject));
    findings.extend(placement::check(subject));
    findings.extend(limits::check());
    findings
}

/// A number of the kernel that should be at least or at most so much.
pub(super) struct Bound {
    pub id: &'static str,
    pub path: &'static str,
    pub wanted: i64,
    pub why: &'static str,
}

impl Bound {
    pub fn at_least(&self, subject: &Subject) -> Finding {
        self.judge(subject, format!(">= {}", self.wanted), |found| found >= self.wanted)
    }

    pub fn at_most(&self, subject: &Subject) -> Finding {
        self.judge(subject, format!("<= {}", self.wanted), |found| found <= self.wanted)
    }

    fn judge(&self, subject: &Subject, wanted: String, fits: impl Fn(i64) -> bool) -> Finding {
        let finding = Finding::new(self.id, wanted, self.why);
        match subject.host.number(self.path) {
            None => finding.unseen(format!("{} is not there", self.path)),
            Some(found) if fits(found) => finding.good(found.to_string()),
            Some(found) => {
                let change = subject.host.change(self.path, &self.wanted.to_string());
                finding.change(found.to_string(), change.into_iter().collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tune::finding::Status;
    use crate::tune::host::Host;
    use crate::tune::machine::Machine;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use storage::disk::probe::{Direct, DiskReport, ProbeError};

    fn file(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A bare machine of four cores, two of them for shards, as its maker delivers it.
    fn bare_machine(root: &Path) -> Subject {
        for core in 0..4 {
            let cpu = format!("sys/devices/system/cpu/cpu{core}");
            file(root, &format!("{cpu}/cpufreq/scaling_governor"), "powersave\n");
            file(root, &format!("{cpu}/topology/thread_siblings_list"), &format!("{core}\n"));
            for (state, latency_us) in [("state0", 1), ("state1", 350)] {
                file(root, &format!("{cpu}/cpuidle/{state}/latency"), &latency_us.to_string());
                file(root, &format!("{cpu}/cpuidle/{state}/disable"), "0\n");
            }
        }
        file(root, "sys/devices/system/cpu/online", "0-3\n");
        file(root, "sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
        file(root, "proc/sys/vm/swappiness", "60\n");
        file(root, "proc/sys/kernel/osrelease", "5.10.0-28-amd64\n");
        file(root, "sys/class/net/eth0/device/msi_irqs/41", "msi\n");
        file(root, "proc/irq/41/smp_affinity_list", "0-3\n");
        for queue in ["tx-0", "tx-1"] {
            file(root, &format!("sys/class/net/eth0/queues/{queue}/xps_cpus"), "00\n");
        }
        file(root, "sys/class/net/eth0/device/numa_node", "1\n");
        for (node, cores) in [("node0", "0-1\n"), ("node1", "2-3\n")] {
            file(root, &format!("sys/devices/system/node/{node}/cpulist"), cores);
        }
        let (host, data) = (Host::below(root), root.to_path_buf());
        let direct = Direct::Works { memory_align: None, position_align: None };
        let kernel = String::new();
        let disk = Ok(DiskReport { kernel, flags: Vec::new(), direct, free_bytes: 0 });
        Subject { host, cores: vec![0, 1], data, machine: Machine::default(), disk }
    }

    fn find<'a>(findings: &'a [Finding], id: &str) -> &'a Finding {
        findings.iter().find(|finding| finding.id == id).expect("a finding")
    }

    #[test]
    fn a_bare_machine_is_judged_and_only_its_shards_cores_are_changed() {
        let root = tempfile::tempdir().unwrap();
        let findings = run(&bare_machine(root.path()));
        let find = |id: &str| find(&findings, id);
        let paths = |id: &str| -> Vec<String> {
            find(id).changes.iter().map(|c| format!("{}={}", c.path.display(), c.value)).collect()
        };
        let cpu = "/sys/devices/system/cpu/cpu";
        assert_eq!(
            paths("cpu.governor"),
            [0, 1].map(|n| format!("{cpu}{n}/cpufreq/scaling_governor=performance"))
        );
        assert_eq!(paths("cpu.idle"), [0, 1].map(|n| format!("{cpu}{n}/cpuidle/state1/disable=1")));
        assert_eq!(find("memory.huge_pages").found, "always");
        assert_eq!(find("system.kernel").status, Status::Advice);
        assert_eq!(paths("network.interrupts"), ["/proc/irq/41/smp_affinity_list=2-3"]);
        assert_eq!(find("network.accept_queue").status, Status::Unseen);
        let xps = |queue: &str| format!("/sys/class/net/eth0/queues/{queue}/xps_cpus");
        let spread = [("tx-0", "05"), ("tx-1", "0a")].map(|(q, mask)| format!("{}={mask}", xps(q)));
        assert_eq!(paths("network.transmit_queues"), spread);
        assert_eq!(find("cpu.numa").found, "shards of node0: 2");
        let card = find("network.numa");
        assert_eq!((card.status, card.found.as_str()), (Status::Advice, "eth0: node1"));
        assert!(card.hint.contains("2-3"), "{}", card.hint);
        assert_eq!(find("system.io_uring").found, "allowed");
        assert_eq!(find("system.machine").found, "bare metal");
    }

    #[test]
    fn a_machine_that_was_set_right_has_nothing_to_change() {
        let root = tempfile::tempdir().unwrap();
        let subject = bare_machine(root.path());
        for change in run(&subject).iter().flat_map(|finding| &finding.changes) {
            if change.path.starts_with("/sys/block") || change.path.starts_with("/sys/dev") {
                continue;
            }
            fs::write(subject.host.path(&change.path), &change.value).unwrap();
        }
        let left: Vec<_> = run(&subject).into_iter().filter(|f| !f.changes.is_empty()).collect();
        assert_eq!(left, []);
    }

    #[test]
    fn what_is_of_no_use_or_of_no_concern_is_no_alarm() {
        let root = tempfile::tempdir().unwrap();
        let mut subject = bare_machine(root.path());
        file(root.path(), "proc/swaps", "Filename Type Size Used Priority\n");
        subject.cores = vec![2, 3];
        let findings = run(&subject);
        assert_eq!(find(&findings, "memory.swappiness").found, "60, and no swap");
        assert!(find(&findings, "memory.swappiness").is_fine());
        assert!(find(&findings, "network.numa").is_fine(), "the card is at these cores' node");

        assert!(find(&findings, "memory.monitoring").is_fine());
        let kdamonds = root.path().join("sys/kernel/mm/damon/admin/kdamonds");
        file(&kdamonds, "nr_kdamonds", "2\n");
        file(&kdamonds, "0/state", "off\n");
        file(&kdamonds, "1/state", "on\n");
        file(root.path(), "sys/module/damon_stat/parameters/enabled", "Y\n");
        let findings = run(&subject);
        let watch = find(&findings, "memory.monitoring");
        assert_eq!((watch.status, watch.found.as_str()), (Status::Advice, "2 running"));
        assert!(watch.hint.contains("kdamonds/1/state; echo N > /sys"), "{}", watch.hint);

        // A container whose profile forbids rings, on a file system without direct I/O.
        subject.disk = Err(ProbeError::Forbidden { kernel: "6.1".into() });
        let findings = run(&subject);
        let ring = find(&findings, "system.io_uring");
        assert_eq!(ring.status, Status::Advice);
        assert!(ring.hint.contains("seccomp"), "{}", ring.hint);
        assert_eq!(find(&findings, "disk.direct_io").status, Status::Unseen);
        file(root.path(), "proc/sys/kernel/io_uring_disabled", "2\n");
        assert_eq!(find(&run(&subject), "system.io_uring").status, Status::Change);
    }

    #[test]
    fn disks_are_found_below_volumes_and_partitions() {
        let root = tempfile::tempdir().unwrap();
        let block = root.path().join("sys/block");
        file(&block, "nvme0n1/queue/scheduler", "[none] kyber\n");
        file(&block, "nvme1n1/queue/scheduler", "[none] kyber\n");
        file(&block, "nvme0n1/nvme0n1p2/partition", "2\n");
        fs::create_dir_all(block.join("dm-0/slaves")).unwrap();
        let part = block.join("nvme0n1/nvme0n1p2");
        std::os::unix::fs::symlink(part, block.join("dm-0/slaves/nvme0n1p2")).unwrap();
        let whole = block.join("nvme1n1");
        std::os::unix::fs::symlink(whole, block.join("dm-0/slaves/nvme1n1")).unwrap();
        let subject = bare_machine(root.path());
        let found = |device: &str| disk::below(&subject, &Path::new("/sys/block").join(device));
        let queue = |disk: &str| Path::new("/sys/block").join(disk).join("queue");
        assert_eq!(found("nvme0n1/nvme0n1p2"), [queue("nvme0n1")]);
        assert_eq!(found("dm-0"), [queue("nvme0n1"), queue("nvme1n1")]);
        assert_eq!(found("nowhere"), [""; 0].map(queue));
    }

    #[test]
    fn a_scheduler_goes_and_undo_restores_what_the_disk_forgets_with_it() {
        let root = tempfile::tempdir().unwrap();
        let disk = "sys/devices/virtual/sda";
        let text = |path: &str, text: &str| file(root.path(), &format!("{disk}/{path}"), text);
        text("queue/scheduler", "none [mq-deadline]\n");
        text("queue/nr_requests", "100\n");
        text("queue/iosched/read_expire", "300\n");
        text("mq/0/nr_tags", "32\n");
        let subject = bare_machine(root.path());
        let device = fs::metadata(&subject.data).unwrap();
        let (major, minor) = (libc::major(device.dev()), libc::minor(device.dev()));
        let numbers = root.path().join("sys/dev/block");
        fs::create_dir_all(&numbers).unwrap();
        let link = numbers.join(format!("{major}:{minor}"));
        std::os::unix::fs::symlink(root.path().join(disk), link).unwrap();

        let findings = run(&subject);
        let [change] = &find(&findings, "disk.scheduler").changes[..] else { panic!("one") };
        let queue = Path::new("/").join(disk).join("queue");
        assert_eq!((change.before.as_str(), change.value.as_str()), ("mq-deadline", "none"));
        let resets = [("nr_requests", "100"), ("iosched/read_expire", "300")];
        assert_eq!(change.resets, resets.map(|(name, was)| (queue.join(name), was.to_owned())));

        // Without a scheduler the disk's own queue is all there is: no change could make it deeper.
        text("queue/scheduler", "[none] mq-deadline\n");
        text("queue/nr_requests", "32\n");
        let findings = run(&subject);
        let depth = find(&findings, "disk.queue_depth");
        assert_eq!((depth.status, depth.found.as_str()), (Status::Good, "32, all of the disk's"));
        text("mq/0/nr_tags", "1024\n");
        let findings = run(&subject);
        assert_eq!(find(&findings, "disk.queue_depth").changes[0].value, "64");
    }

    #[test]
    fn a_guest_polls_before_it_halts_where_its_kernel_can() {
        let root = tempfile::tempdir().unwrap();
        let subject = bare_machine(root.path());
        let parameter = "sys/module/haltpoll/parameters/guest_halt_poll_ns";
        file(root.path(), parameter, "0\n");
        let idle = "sys/devices/system/cpu/cpuidle";
        file(root.path(), &format!("{idle}/current_driver"), "haltpoll\n");
        file(root.path(), &format!("{idle}/current_governor"), "menu\n");
        let status = |findings: &[Finding]| find(findings, "cpu.halt_poll").status;
        assert_eq!(status(&run(&subject)), Status::Unseen, "the governor does not poll");
        file(root.path(), &format!("{idle}/current_governor"), "haltpoll\n");
        let findings = run(&subject);
        let [change] = &find(&findings, "cpu.halt_poll").changes[..] else { panic!("one") };
        assert_eq!((change.before.as_str(), change.value.as_str()), ("0", "200000"));
        file(root.path(), parameter, "200000\n");
        assert_eq!(status(&run(&subject)), Status::Good);
    }

    #[test]
    fn the_settings_that_come_with_us_leave_nothing_to_change() {
        let root = tempfile::tempdir().unwrap();
        let subject = bare_machine(root.path());
        for line in include_str!("../../../tuning/sysctl.conf").lines() {
            if let Some((name, value)) = line.split_once(" = ") {
                file(root.path(), &format!("proc/sys/{}", name.replace('.', "/")), value);
            }
        }
        let findings = run(&subject);
        let ids = ["system.aio", "memory.swappiness", "memory.dirty_background", "memory.dirty"];
        let network = ["accept_queue", "syn_queue", "receive_buffer", "send_buffer"];
        let network = network.map(|name| format!("network.{name}"));
        for id in ids.iter().copied().chain(network.iter().map(String::as_str)) {
            let finding = find(&findings, id);
            assert_eq!(finding.status, Status::Good, "{finding:?}");
        }
    }
}
