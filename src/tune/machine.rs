//! What kind of machine this is: on some of them others decide.

use super::host::Host;

pub const BARE_METAL: &str = "bare metal";

/// Of virtual machines.
const MAKERS: [&str; 8] =
    ["QEMU", "KVM", "Amazon EC2", "Google", "VMware", "Xen", "Microsoft", "OpenStack"];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// Its maker and model where it is a virtual one; empty where they do not tell.
    pub hypervisor: Option<String>,
    pub is_container: bool,
}

impl Machine {
    pub fn of(host: &Host) -> Machine {
        Machine { hypervisor: hypervisor(host), is_container: is_container(host) }
    }

    pub fn is_virtual(&self) -> bool {
        self.hypervisor.is_some()
    }

    /// In words.
    pub fn kind(&self) -> String {
        let machine = match self.hypervisor.as_deref() {
            None => BARE_METAL.to_owned(),
            Some("") => "virtual machine".to_owned(),
            Some(name) => format!("virtual machine ({name})"),
        };
        if self.is_container { format!("container, {machine}") } else { machine }
    }
}

fn hypervisor(host: &Host) -> Option<String> {
    let dmi = |name: &str| host.read(format!("/sys/class/dmi/id/{name}")).unwrap_or_default();
    let (vendor, model) = (dmi("sys_vendor"), dmi("product_name"));
    let processors = host.read("/proc/cpuinfo").unwrap_or_default();
    let is_virtual = match processors.lines().find(|line| line.starts_with("flags")) {
        // Processors of x86 say it themselves; of the others' makers the name is known.
        Some(flags) => flags.split_whitespace().any(|flag| flag == "hypervisor"),
        None => MAKERS.iter().any(|maker| vendor.contains(maker)) && !model.ends_with(".metal"),
    };
    is_virtual.then(|| format!("{vendor} {model}").trim().to_owned())
}

fn is_container(host: &Host) -> bool {
    let marks = ["/.dockerenv", "/run/.containerenv", "/run/systemd/container"];
    let names = ["docker", "kubepods", "containerd", "lxc", "libpod"];
    let groups = host.read("/proc/1/cgroup").unwrap_or_default();
    marks.iter().any(|mark| host.is_there(mark)) || names.iter().any(|name| groups.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn machine(files: &[(&str, &str)]) -> Machine {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Machine::of(&Host::below(root.path()))
    }

    const VENDOR: &str = "sys/class/dmi/id/sys_vendor";

    #[test]
    fn a_processor_tells_that_it_is_a_virtual_one() {
        let flags = |flags| ("proc/cpuinfo", flags);
        assert_eq!(machine(&[flags("flags\t\t: fpu sse2\n")]).kind(), "bare metal");
        let of_microsoft = [flags("flags : fpu\n"), (VENDOR, "Microsoft Corporation\n")];
        assert_eq!(machine(&of_microsoft).kind(), "bare metal", "they make laptops too");
        let virtual_one = [flags("flags : fpu hypervisor\n"), (VENDOR, "QEMU\n")];
        assert_eq!(machine(&virtual_one).kind(), "virtual machine (QEMU)");
        let arm = [("proc/cpuinfo", "Features : fp asimd\n"), (VENDOR, "Amazon EC2\n")];
        assert_eq!(machine(&arm).kind(), "virtual machine (Amazon EC2)");
    }

    #[test]
    fn a_container_is_told() {
        assert!(machine(&[(".dockerenv", "")]).is_container);
        assert!(machine(&[("proc/1/cgroup", "0::/kubepods/pod1\n")]).is_container);
        let none = machine(&[("proc/1/cgroup", "0::/init.scope\n")]);
        assert_eq!((none.is_container, none.kind().as_str()), (false, "bare metal"));
    }
}
