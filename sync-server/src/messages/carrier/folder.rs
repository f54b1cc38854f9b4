//! Mails as files, one `.eml` each: for a developer's machine. A mail that is written twice is the same file. Nobody waits for
//! the disk: a power cut takes the last mails of somebody who only looks at them.

use std::io;
use std::path::{Path, PathBuf};

/// A mail as the bytes of its file.
pub(crate) struct File {
    pub(crate) id: i64,
    pub(crate) bytes: Vec<u8>,
}

/// Where the mails go.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

/// A mail is not in its folder.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteMailError {
    /// The folder does not take it.
    #[error("writing the mail into the folder of mails")]
    Write(#[source] io::Error),
    /// The task that wrote it ended half-way; whatever it wrote is written again.
    #[error("writing the mail: it was interrupted")]
    Stopped,
}

impl Folder {
    pub(crate) fn of(data_dir: &Path) -> Self {
        Self(data_dir.join("mail"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// What came of each.
    pub(crate) async fn take(&self, files: Vec<File>) -> Vec<Result<(), WriteMailError>> {
        let (folder, count) = (self.0.clone(), files.len());
        let written = tokio::task::spawn_blocking(move || write_all(&folder, &files)).await;
        written.unwrap_or_else(|_| (0..count).map(|_| Err(WriteMailError::Stopped)).collect())
    }
}

fn write_all(folder: &Path, files: &[File]) -> Vec<Result<(), WriteMailError>> {
    let write = |file: &File| {
        let name = format!("{:012}.eml", file.id);
        write_whole(folder, &name, &file.bytes).map_err(WriteMailError::Write)
    };
    files.iter().map(write).collect()
}

/// Whoever looks into the folder sees no half mail.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let partial = folder.join(format!(".{name}.partial"));
    std::fs::write(&partial, bytes)?;
    std::fs::rename(partial, folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        write_whole(folder.path(), "a.eml", b"one").unwrap();
        write_whole(folder.path(), "a.eml", b"two").unwrap();
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(names.len(), 1);
        assert_eq!(std::fs::read(folder.path().join("a.eml")).unwrap(), b"two");
    }
}
