//! The server's own side: where it keeps its files, and when it writes them.

use std::path::PathBuf;

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use super::pool::Connection;
use crate::error::Result;

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    setting: String,
}

/// The folder of the server's data, on the server's machine; nothing when this role may not know it (`pg_read_all_settings`).
pub async fn data_folder(conn: &mut Connection) -> Result<Option<PathBuf>> {
    let asked = diesel::sql_query("SELECT setting FROM pg_settings WHERE name = 'data_directory'");
    let found: Option<Setting> = asked.get_result(conn).await.optional()?;
    Ok(found.map(|row| PathBuf::from(row.setting)))
}

/// Has the server write every changed page to its files. Fails for a role that may not (`pg_checkpoint`).
pub async fn checkpoint(conn: &mut Connection) -> Result<()> {
    diesel::sql_query("CHECKPOINT").execute(conn).await?;
    Ok(())
}
