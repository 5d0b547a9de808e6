//! Opening a file, and setting it aside.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use ::redb::backends::FileBackend;
use ::redb::{Builder, Database};

use super::tables;
use super::trouble::{Trouble, guarded, is_full};
use crate::engine::FaultKind;

/// Why a file was not opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it, or another engine of this one.
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is something else, as a directory.
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// The system does not let it be made, read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is damaged, and could not be set aside.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What the system says.
        source: io::Error,
    },
}

impl OpenError {
    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Self::Io { source, .. } if is_full(source) => FaultKind::Full,
            Self::InUse { .. } | Self::NotAFile { .. } | Self::Io { .. } => FaultKind::Down,
            Self::Damaged { .. } => FaultKind::Damaged,
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { path } => write!(
                f,
                "another process, or another engine of this one, has the store's file `{}` open: clone the engine within a process, \
                 and for several processes at a time use `Redis`, or a file for each",
                path.display()
            ),
            Self::NotAFile { path } => {
                write!(f, "the store's file `{}` is no file: say where one is, or may be made", path.display())
            }
            Self::Io { path, source } => write!(
                f,
                "the store's file `{}` cannot be opened: {source}; its directory has to be there, and both have to be writable",
                path.display()
            ),
            Self::Damaged { path, why, source } => write!(
                f,
                "the store's file `{}` is damaged ({why}) and cannot be renamed: {source}; delete it, it has nothing that cannot be \
                 computed again",
                path.display()
            ),
        }
    }
}

impl From<OpenError> for std::io::Error {
    fn from(error: OpenError) -> Self {
        Self::other(error)
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::InUse { .. } | Self::NotAFile { .. } => None,
            Self::Io { source, .. } | Self::Damaged { source, .. } => Some(source),
        }
    }
}

/// A file that is open, and was found to be whole.
pub(super) struct Opened {
    pub(super) database: Database,
    /// The same one, to tell it from another that has its name by now.
    pub(super) file: File,
    /// There was another, which is set aside.
    pub(super) in_place_of_another: bool,
}

/// So much of what was read or is to be written redb keeps in memory.
const CACHE: usize = 64 << 20;
/// A file of fewer bytes is not worth compacting.
const SMALL: u64 = 4 << 20;

/// Opens a file, or makes it. One that is damaged is set aside. `lapse`: holds may have been lost.
pub(super) fn open(path: &Path, lapse: bool) -> Result<Opened, OpenError> {
    let failed = |source| OpenError::Io { path: path.to_owned(), source };
    let mut in_place_of_another = false;
    loop {
        let file = touch(path)?;
        let trouble = match guarded(|| open_database(&file, lapse)) {
            Ok(database) => return Ok(Opened { database, file, in_place_of_another }),
            Err(trouble) => trouble,
        };
        match trouble {
            Trouble::Redb(error) if is_in_use(&error) => return Err(OpenError::InUse { path: path.to_owned() }),
            Trouble::Redb(error) if matches!(&*error, ::redb::Error::Io(error) if is_full(error)) => {
                return Err(failed(io::Error::other(error)));
            }
            // The new one is no better.
            trouble if in_place_of_another => return Err(failed(io::Error::other(trouble.to_string()))),
            trouble => set_aside(path, &file, &trouble.to_string())?,
        }
        in_place_of_another = true;
    }
}

/// The file of this name. What goes wrong here says nothing of what is in it.
fn touch(path: &Path) -> Result<File, OpenError> {
    // Before it is opened: opening some of what is no file has effects.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(OpenError::NotAFile { path: path.to_owned() });
    }
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
    file.map_err(|source| OpenError::Io { path: path.to_owned(), source })
}

fn open_database(file: &File, lapse: bool) -> Result<Database, Trouble> {
    let backend = FileBackend::new(file.try_clone().map_err(::redb::StorageError::from)?)?;
    let mut database = Builder::new()
        .set_cache_size(CACHE)
        // Later nothing checks what is read, and what is damaged would panic then.
        .set_check_integrity_on_open(true)
        .create_with_backend(backend)?;
    let writing = database.begin_write()?;
    tables::make(&writing, lapse)?;
    let stats = writing.stats()?;
    writing.commit()?;
    let used = stats.allocated_pages().saturating_mul(stats.page_size() as u64);
    let size = file.metadata().map_err(::redb::StorageError::from)?.len();
    if size > SMALL && size / 2 > used {
        database.compact()?;
    }
    Ok(database)
}

fn is_in_use(error: &::redb::Error) -> bool {
    matches!(error, ::redb::Error::DatabaseAlreadyOpen | ::redb::Error::LockProtocolMismatch)
}

/// Where damaged files go.
fn aside(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, ToOwned::to_owned);
    name.push(".damaged");
    path.with_file_name(name)
}

/// Renames a file. One that was set aside before is replaced.
///
/// Another process may have found the same damage, and have made a new file: that one stays.
pub(super) fn set_aside(path: &Path, file: &File, why: &str) -> Result<(), OpenError> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path: path.to_owned() }),
        // A system without locks: nobody is kept out by one.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    if !is_still(path, file) {
        return Ok(());
    }
    fs::rename(path, aside(path)).map_err(|source| OpenError::Damaged {
        path: path.to_owned(),
        why: why.to_owned(),
        source,
    })
}

#[cfg(unix)]
fn is_still(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same =
        |there: fs::Metadata| file.metadata().is_ok_and(|ours| (ours.dev(), ours.ino()) == (there.dev(), there.ino()));
    fs::metadata(path).is_ok_and(same)
}

/// The standard library does not tell files apart here.
#[cfg(not(unix))]
fn is_still(path: &Path, _: &File) -> bool {
    path.exists()
}
