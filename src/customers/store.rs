//! All SQL of customers, inside the caller's transaction.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{Customer, NewCustomer, normalise_phone};
use crate::crypto::{Aad, DataKey};
use crate::db::ids::{CustomerId, DataKeyId, OrgId};
use crate::db::schema::customers;
use crate::db::{RowResult, Scope, SealedBytes};
use crate::error::{ErrorCode, Result};
use crate::transaction::Tx;

/// The kind under which phone numbers stand in the blind index.
pub const PHONE_INDEX: &str = "phone";

/// The customer with this phone number, or a new one. Without a number every visitor is new.
pub async fn register(tx: &mut Tx, new: NewCustomer) -> Result<Customer> {
    let new = new.normalised()?;
    if let Some(phone) = &new.phone
        && let Some(id) = find_by_phone(tx, phone).await?
    {
        return load(tx, id).await;
    }
    let id = CustomerId::fresh();
    let key = tx.create_key(Scope::Customer).await?;
    let seal = |column: &'static str, value: &Option<String>| -> Result<Option<SealedBytes>> {
        let place = Aad { table: "customers", column, row: id.0 };
        value.as_ref().map(|v| key.seal(&place, v.as_bytes()).map(SealedBytes::from)).transpose()
    };
    let phone_index = new.phone.as_ref().map(|p| tx.keys().keyring().blind_index().of(PHONE_INDEX, p).to_vec());
    let row = (
        customers::id.eq(id),
        customers::org_id.eq(tx.caller().org_id),
        customers::data_key_id.eq(key.id()),
        customers::display_name.eq(seal("display_name", &new.display_name)?),
        customers::phone.eq(seal("phone", &new.phone)?),
        customers::phone_index.eq(phone_index),
        customers::created_at.eq(tx.now()),
    );
    diesel::insert_into(customers::table).values(row).execute(tx.conn()).await?;
    Ok(Customer { id, display_name: new.display_name, phone: new.phone, is_destroyed: false })
}

/// Who has this phone number in the caller's organisation.
pub async fn find_by_phone(tx: &mut Tx, phone: &str) -> Result<Option<CustomerId>> {
    let index = tx.keys().keyring().blind_index().of(PHONE_INDEX, &normalise_phone(phone)).to_vec();
    let org: OrgId = tx.caller().org_id;
    Ok(customers::table
        .filter(customers::org_id.eq(org))
        .filter(customers::phone_index.eq(index))
        .order(customers::created_at)
        .select(customers::id)
        .first(tx.conn())
        .await
        .optional()?)
}

/// One customer in clear.
pub async fn load(tx: &mut Tx, id: CustomerId) -> Result<Customer> {
    let org: OrgId = tx.caller().org_id;
    let (key_id, name, phone): (DataKeyId, Option<SealedBytes>, Option<SealedBytes>) = customers::table
        .filter(customers::id.eq(id))
        .filter(customers::org_id.eq(org))
        .select((customers::data_key_id, customers::display_name, customers::phone))
        .first(tx.conn())
        .await
        .or_not_found("customer")?;
    let Some(key) = tx.load_key_unless_destroyed(key_id).await? else {
        return Ok(Customer { id, display_name: None, phone: None, is_destroyed: true });
    };
    let display_name = open(&key, id, "display_name", name)?;
    Ok(Customer { id, display_name, phone: open(&key, id, "phone", phone)?, is_destroyed: false })
}

fn open(key: &DataKey, id: CustomerId, column: &'static str, stored: Option<SealedBytes>) -> Result<Option<String>> {
    let Some(stored) = stored else { return Ok(None) };
    let plain = key.open(&Aad { table: "customers", column, row: id.0 }, &stored)?;
    String::from_utf8(plain.to_vec()).map(Some).map_err(|e| ErrorCode::DataAltered.caused_by(e))
}
