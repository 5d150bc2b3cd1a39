//! The checks, by part of the machine. Each looks at files of the kernel and judges; none changes
//! any.

mod cpu;
mod disk;
mod limits;
mod memory;
mod network;
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
    use std::fs;
    use std::path::Path;

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
        Subject { host: Host::below(root), cores: vec![0, 1], data: root.to_path_buf() }
    }

    #[test]
    fn a_bare_machine_is_judged_and_only_its_shards_cores_are_changed() {
        let root = tempfile::tempdir().unwrap();
        let findings = run(&bare_machine(root.path()));
        let find = |id: &str| findings.iter().find(|finding| finding.id == id).unwrap();
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
}
