//! SQLSTATE → error code. A query error never becomes `None` or a default; absence comes through [`OptionalRow`] alone.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::error::{Error, ErrorCode, Result};

impl From<DieselError> for Error {
    fn from(e: DieselError) -> Self {
        match &e {
            DieselError::NotFound => ErrorCode::NotFound.caused_by(e),
            DieselError::DatabaseError(kind, _) => match kind {
                DatabaseErrorKind::UniqueViolation => ErrorCode::Conflict.caused_by(e),
                // Two transactions met; the caller repeats the whole request.
                DatabaseErrorKind::SerializationFailure => ErrorCode::Overloaded.caused_by(e),
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                    ErrorCode::DatabaseUnavailable.caused_by(e)
                }
                _ => ErrorCode::Internal.caused_by(e),
            },
            DieselError::BrokenTransactionManager => ErrorCode::DatabaseUnavailable.caused_by(e),
            _ => ErrorCode::Internal.caused_by(e),
        }
    }
}

impl From<diesel::ConnectionError> for Error {
    fn from(e: diesel::ConnectionError) -> Self {
        ErrorCode::DatabaseUnavailable.caused_by(e)
    }
}

/// Turns "no such row" into `None` and keeps every other error.
pub trait OptionalRow<T> {
    fn optional_row(self) -> Result<Option<T>>;
}

impl<T> OptionalRow<T> for Result<T, DieselError> {
    fn optional_row(self) -> Result<Option<T>> {
        match self {
            Ok(v) => Ok(Some(v)),
            Err(DieselError::NotFound) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }
}

/// Names what was not there.
pub trait RowResult<T> {
    /// `what` is the noun in the reader's words, for example `"ticket"`.
    fn or_not_found(self, what: &'static str) -> Result<T>;
}

impl<T> RowResult<T> for Result<T, DieselError> {
    fn or_not_found(self, what: &'static str) -> Result<T> {
        self.optional_row()?.ok_or_else(|| ErrorCode::NotFound.because(what))
    }
}
