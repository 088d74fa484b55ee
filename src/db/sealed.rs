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

/// A sealed value in a row. One that is to be written comes from [`crate::crypto::DataKey::seal`], or was stored before.
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

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::sql_types::Nullable;
    use std::marker::PhantomData;

    /// Whether the compiler takes a value for a sealed column: an inherent constant, where its bound holds, comes before a trait's.
    struct Takes<T>(PhantomData<T>);

    trait Refused {
        const VALUE: bool = false;
    }

    impl<T> Refused for Takes<T> {}

    impl<T: AsExpression<Envelope>> Takes<T> {
        const VALUE: bool = true;
    }

    /// The same for a column that may be empty. There diesel puts the question off until the value is written.
    struct TakesOption<T>(PhantomData<T>);

    impl<T> Refused for TakesOption<T> {}

    impl<T> TakesOption<T>
    where
        Option<T>: ToSql<Nullable<Envelope>, Pg>,
    {
        const VALUE: bool = true;
    }

    macro_rules! taken {
        ($($value:ty),*) => { [$(Takes::<$value>::VALUE, TakesOption::<$value>::VALUE),*] };
    }

    #[test]
    fn nothing_but_a_sealed_value_compiles_into_a_sealed_column() {
        assert_eq!(taken!(SealedBytes, &SealedBytes), [true; 4]);
        let plain = taken!(String, &str, &String, Vec<u8>, &[u8], &Vec<u8>, [u8; 4], serde_json::Value);
        assert_eq!(plain, [false; 16]);
    }
}
