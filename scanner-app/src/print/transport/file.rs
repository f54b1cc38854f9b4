//! No printer: the job as a file, whole or not at all.

use std::io::Write as _;
use std::path::Path;

use tempfile::NamedTempFile;

use super::Failure;
use crate::print::job::Handed;
use crate::print::trouble::Trouble;

pub(super) async fn hand_over(bytes: &[u8], path: &Path) -> Result<Handed, Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let written = NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    });
    match written {
        Ok(()) => Ok(Handed::Printed),
        Err(error) => Err(Failure::before(Trouble::File(error.to_string()))),
    }
}
