//! File systems for a test: small, read-only, or without direct I/O. Root only.

use super::command::{Output, run};
use super::files::TestDir;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A mounted file system, gone at the end of the test.
pub struct Mount {
    pub path: PathBuf,
    _dir: TestDir,
}

fn root_command(arguments: &[&str]) -> Output {
    let mut command = Command::new(arguments[0]);
    command.args(&arguments[1..]);
    run(command, b"", Duration::from_secs(30))
}

/// Why this machine cannot mount what a test needs.
pub type Why = String;

fn must(arguments: &[&str]) -> Result<(), Why> {
    if !super::is_root() {
        return Err("only root can mount".to_owned());
    }
    let output = root_command(arguments);
    if output.code == 0 { Ok(()) } else { Err(format!("{output}")) }
}

impl Mount {
    fn new(
        test: &str,
        mount: impl FnOnce(&TestDir, &str) -> Result<(), Why>,
    ) -> Result<Mount, Why> {
        let dir = TestDir::new(&format!("{test}-mount"));
        let path = dir.join("mounted");
        std::fs::create_dir_all(&path).expect("a mount point");
        mount(&dir, path.to_str().expect("a UTF-8 path"))?;
        Ok(Mount { path, _dir: dir })
    }

    /// ext4 of `mib` MiB in a file.
    pub fn small(test: &str, mib: u64) -> Result<Mount, Why> {
        Mount::new(test, |dir, path| {
            let image = dir.join("image");
            let file = std::fs::File::create(&image).expect("an image");
            file.set_len(mib << 20).expect("a sparse image");
            let image = image.to_str().expect("a UTF-8 path");
            must(&["mkfs.ext4", "-q", "-F", "-m", "0", image])?;
            must(&["mount", "-o", "loop", image, path])
        })
    }

    /// ramfs: its files cannot be opened with O_DIRECT.
    pub fn without_direct_io(test: &str) -> Result<Mount, Why> {
        Mount::new(test, |_, path| must(&["mount", "-t", "ramfs", "ramfs", path]))
    }

    pub fn read_only(test: &str) -> Result<Mount, Why> {
        Mount::new(test, |_, path| {
            must(&["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", path])
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let path = self.path.to_str().expect("a UTF-8 path").to_owned();
        // A broker that was killed a moment ago may still hold it.
        for _ in 0..50 {
            if root_command(&["umount", &path]).code == 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        root_command(&["umount", "-l", &path]);
    }
}
