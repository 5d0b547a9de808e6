//! What may go wrong in a file, and what is to be done then.

use std::any::Any;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::engine::{Fault, FaultKind};

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Boxed, since it is long.
    Redb(Box<::redb::Error>),
    /// It panicked inside redb.
    Panic(String),
    /// The file holds what we do not write.
    Foreign(String),
    /// The entries have so many bytes.
    Full(u64),
}

/// What is to be done about the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cure {
    Nothing,
    /// redb does nothing more after a failed read or write.
    OpenAgain,
    SetAside,
}

impl Trouble {
    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Self::Redb(error) => match &**error {
                ::redb::Error::Io(error) if is_damage(error) => FaultKind::Damaged,
                ::redb::Error::Io(error) if is_full(error) => FaultKind::Full,
                ::redb::Error::ValueTooLarge(_) => FaultKind::Full,
                ::redb::Error::Io(_)
                | ::redb::Error::Backend(_)
                | ::redb::Error::PreviousIo
                | ::redb::Error::DatabaseClosed
                | ::redb::Error::DatabaseAlreadyOpen
                | ::redb::Error::LockProtocolMismatch => FaultKind::Down,
                _ => FaultKind::Damaged,
            },
            Self::Panic(_) | Self::Foreign(_) => FaultKind::Damaged,
            Self::Full(_) => FaultKind::Full,
        }
    }

    pub(super) fn cure(&self) -> Cure {
        match self {
            Self::Full(_) => Cure::Nothing,
            Self::Redb(error) if matches!(**error, ::redb::Error::ValueTooLarge(_)) => Cure::Nothing,
            _ if self.kind() == FaultKind::Damaged => Cure::SetAside,
            _ => Cure::OpenAgain,
        }
    }

    pub(super) fn into_fault(self) -> Fault {
        Fault::new(self.kind(), self.to_string())
    }
}

/// redb says so of what is no file of its own.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

/// Runs what calls redb, which panics on some damage.
pub(super) fn guarded<T>(run: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    // What it leaves half done is a file that is not used any more.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(Trouble::Panic(message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redb(error) => write!(f, "{error}"),
            Self::Panic(message) => write!(f, "redb panicked: {message}"),
            Self::Foreign(what) => f.write_str(what),
            Self::Full(bytes) => write!(f, "{bytes} bytes are taken"),
        }
    }
}

macro_rules! from_redb {
    ($($error:ident),*) => {$(
        impl From<::redb::$error> for Trouble {
            fn from(error: ::redb::$error) -> Self {
                Self::Redb(Box::new(error.into()))
            }
        }
    )*};
}

from_redb!(StorageError, TableError, TransactionError, CommitError, SetDurabilityError, DatabaseError, CompactionError);
