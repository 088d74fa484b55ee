//! The configuration files of the private cluster. They are ours: written anew at every start, never edited by hand.

use std::path::Path;

use super::account::Account;
use super::{APP_ROLE, PORT, SUPERUSER};

/// What decides the settings.
pub(super) struct Settings<'a> {
    pub durable: bool,
    pub socket_dir: &'a Path,
    /// Memory this process may use, in bytes, when known.
    pub memory_bytes: Option<u64>,
}

impl Settings<'_> {
    /// `postgresql.conf`. Valid for PostgreSQL 14 to 17.
    pub(super) fn postgresql_conf(&self) -> String {
        let socket_dir = self.socket_dir.display().to_string().replace('\'', "''");
        // A small box also runs models, so the cluster stays modest: 1/32 of the memory, 64 to 256 MiB.
        let shared_mib = (self.memory_bytes.unwrap_or(0) >> 25).clamp(64, 256);
        let mut conf = format!(
            "# Written by guitai at every start; changes are lost.
listen_addresses = ''
port = {PORT}
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
ssl = off

max_connections = {max_connections}
shared_buffers = {shared_mib}MB
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = {cache_mib}MB
huge_pages = off
jit = off
max_parallel_workers_per_gather = 0

timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'ISO, YMD'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'

# Values of columns reach the server log through statements, parameters, the DETAIL of a violated constraint and the
# text of ordinary errors. None of these is written; what remains is the server's own life (levels LOG, FATAL, PANIC).
log_destination = 'stderr'
logging_collector = off
log_min_messages = log
log_error_verbosity = terse
log_statement = none
log_duration = off
log_min_duration_statement = -1
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_temp_files = -1
log_lock_waits = off
log_line_prefix = '%m [%p] '
",
            max_connections = if self.durable { 100 } else { 300 },
            cache_mib = shared_mib * 4,
        );
        conf.push_str(if self.durable { DURABLE } else { FOR_TESTS });
        conf
    }
}

const DURABLE: &str = "
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = replica
max_wal_size = 1GB
";

/// Nothing survives a crash of the machine, which a test's data need not. Autovacuum would only make `CREATE DATABASE …
/// TEMPLATE` wait for it.
const FOR_TESTS: &str = "
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 256MB
autovacuum = off
";

/// `pg_hba.conf`: the socket alone, and the kernel's word for who connects.
pub(super) const PG_HBA: &str = "# Written by guitai at every start; changes are lost.
local all all peer map=guitai
";

/// `pg_ident.conf`: the system users who may be our two roles: the cluster's own and, as it can anyway, root.
pub(super) fn pg_ident_conf(account: &Account) -> String {
    let mut conf = String::from("# Written by guitai at every start; changes are lost.\n");
    let mut users = vec![account.name.as_str()];
    if account.name != "root" {
        users.push("root");
    }
    for user in users {
        for role in [APP_ROLE, SUPERUSER] {
            conf.push_str(&format!("guitai \"{user}\" {role}\n"));
        }
    }
    conf
}
