//! A small file system for the stores of one member, that can be filled and emptied again.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system of its own in memory; unmounted when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// Mounts one; says loudly if that is not allowed here.
    #[must_use]
    pub fn mount(at: &Path, mebibytes: u32) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a directory");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"]).arg(at);
        if mount.output().is_ok_and(|output| output.status.success()) {
            return Some(Self { at: at.to_owned() });
        }
        println!("SKIPPED: no small file system can be mounted here, so no disk is filled");
        None
    }

    /// Leaves so little space that no store takes anything.
    pub fn fill(&self) {
        let free = |mebibytes: u32| {
            let mut fill = Command::new("fallocate");
            fill.args(["-l", &format!("{mebibytes}M")]).arg(self.ballast());
            fill.output().is_ok_and(|output| output.status.success())
        };
        // The largest that fits: what is free is not known exactly while a store writes.
        let mut size = 4096;
        while size > 0 && !free(size) {
            size /= 2;
        }
        for part in 0..64 {
            let mut fill = Command::new("fallocate");
            fill.args(["-l", "4M"]).arg(self.at.join(format!("ballast-{part}")));
            if !fill.output().is_ok_and(|output| output.status.success()) {
                break;
            }
        }
    }

    /// Gives the space back.
    pub fn empty(&self) {
        for file in std::fs::read_dir(&self.at).into_iter().flatten().flatten() {
            if file.file_name().to_string_lossy().starts_with("ballast") {
                let _ = std::fs::remove_file(file.path());
            }
        }
    }

    fn ballast(&self) -> PathBuf {
        self.at.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that was killed may still be on its way out.
        let _ = Command::new("umount").arg("-l").arg(&self.at).output();
    }
}
