//! Sealed values as columns: a type of their own in SQL and in rows, so that a plain string or plain bytes do not compile into a sealed column.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Binary, SqlType};

use crate::crypto::Sealed;

/// The SQL type of a column whose values are envelopes: `bytea` to PostgreSQL. `schema.rs` names it for every column that the data catalogue calls `sm4`; a
/// test holds the two together.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 17, array_oid = 1001))]
pub struct Envelope;

/// A sealed value in a row. One that is to be written comes from [`crate::crypto::DataKey::seal`] and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Envelope)]
pub struct SealedBytes(Sealed);

impl From<Sealed> for SealedBytes {
    fn from(sealed: Sealed) -> Self {
        Self(sealed)
    }
}

impl AsRef<[u8]> for SealedBytes {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl SealedBytes {
    /// The stored form, to be handed on as it is.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

impl ToSql<Envelope, Pg> for SealedBytes {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <[u8] as ToSql<Binary, Pg>>::to_sql(self.0.as_bytes(), out)
    }
}

impl FromSql<Envelope, Pg> for SealedBytes {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <Vec<u8> as FromSql<Binary, Pg>>::from_sql(value).map(|bytes| Self(Sealed::stored(bytes)))
    }
}
