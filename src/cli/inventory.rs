//! `guitai crypto inventory`: the list of cryptography in use (密码应用清单) that an assessor asks for (control D4).
//!
//! What is stored in tables comes from `sql/columns.toml`, which a test holds against the schema, so no sealed column is
//! missing here; keys are counted where they stand.

use serde::Serialize;
use uuid::Uuid;

use super::open::configuration;
use super::{Answer, Installation, Outcome, print, print_json};
use crate::app;
use crate::crypto::sm4::Kernel;
use crate::db::catalogue::{self, Column};
use crate::db::{KeyCensus, key_census};

const PER_VALUE: &str = "数据密钥，每个会话、客户、工单、录音等一把 / data key";
const DERIVED: &str = "由根密钥派生，按用途分开 / derived from the root key, one per purpose";

/// One use of cryptography.
#[derive(Debug, Serialize, PartialEq, Eq)]
struct Use {
    data: String,
    /// C1 to C3 of JR/T 0171-2020, where it holds personal financial information.
    class: Option<String>,
    algorithm: &'static str,
    mode: &'static str,
    key: &'static str,
}

#[derive(Debug, Serialize)]
struct Provider {
    name: &'static str,
    /// False: 非认证, not a certified product.
    certified: bool,
    root_key_id: Uuid,
    root_key_version: u32,
    /// The suite of new data keys, and whether its algorithms are national ones (AES costs points in 密评).
    suite: &'static str,
    suite_is_national: bool,
    /// Crypto devices and how each is.
    devices: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Inventory {
    provider: Provider,
    /// The instructions that SM4 runs on here.
    sm4_kernel: &'static str,
    uses: Vec<Use>,
    #[serde(flatten)]
    keys: KeyCensus,
}

pub async fn run(installation: &Installation, json: bool) -> Outcome {
    let base = app::base(configuration(installation)?).await?;
    let transactions = &base.transactions;
    let mut conn = transactions.db().connection().await?;
    let provider = transactions.keys().keyring().provider();
    let (root_key_id, root_key_version) = provider.root_id();
    let suite = transactions.keys().suite();
    let inventory = Inventory {
        provider: Provider {
            name: provider.name(),
            certified: provider.certified(),
            root_key_id,
            root_key_version,
            suite: suite.name(),
            suite_is_national: suite.is_national(),
            devices: provider.devices(),
        },
        sm4_kernel: Kernel::best().name(),
        uses: uses(),
        keys: key_census(&mut conn).await?,
    };
    if json {
        print_json(&inventory)?;
    } else {
        show(&inventory);
    }
    Ok(Answer::Yes)
}

/// Every use, those of table columns first.
fn uses() -> Vec<Use> {
    let protected = |column: &Column| {
        let (algorithm, mode, key) = protection(column.protection)?;
        let class = Some(column.class.to_owned()).filter(|class| class != "plain");
        Some(Use { data: format!("{}.{}", column.table, column.name), class, algorithm, mode, key })
    };
    let mut uses: Vec<Use> = catalogue::columns().iter().filter_map(protected).collect();
    let elsewhere = |data: &str, class: Option<&str>, algorithm, mode, key| Use {
        data: data.to_owned(),
        class: class.map(str::to_owned),
        algorithm,
        mode,
        key,
    };
    const GCM: &str = "GCM，64 KiB 分块，块序号绑定 / GCM, 64 KiB chunks bound to their place";
    uses.extend([
        elsewhere("录音、附件文件 / recording and attachment files", Some("C2"), "SM4", GCM, PER_VALUE),
        elsewhere(
            "录音摘要 / digest of a recording",
            None,
            "SM3",
            "分块摘要之摘要 / digest of the chunks' digests",
            "–",
        ),
        elsewhere(
            "录音签名 / signature of a recording",
            None,
            "SM2",
            "GB/T 32918.2",
            "签名密钥 recording / signing key",
        ),
        elsewhere(
            "录音暂存 / spool of the recorder's folder",
            Some("C2"),
            "SM4",
            GCM,
            "每个文件一把，由根密钥派生 / derived per file",
        ),
        elsewhere("检索索引 / search index", Some("C2"), "SM4", GCM, "数据密钥，每个索引 / data key per index"),
        elsewhere("事件（Kafka）/ events in Kafka", Some("C2"), "SM4", "GCM", PER_VALUE),
        elsewhere("审计日志 / audit log", None, "SM3", "Merkle 树，RFC 6962 之形 / Merkle tree", "–"),
        elsewhere(
            "审计树头 / heads of the audit log",
            None,
            "SM2",
            "GB/T 32918.2",
            "签名密钥 audit_head / signing key",
        ),
        elsewhere(
            "网络 / network",
            None,
            "TLS 1.3",
            "AES-GCM, ChaCha20-Poly1305（非国密 / not SM）",
            "服务器证书 / server certificate",
        ),
    ]);
    uses
}

/// Algorithm, mode and key of a kind of protection; nothing where a column is in clear.
fn protection(kind: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match kind {
        "sm4" => ("SM4", "GCM，96 位随机数，128 位标签，绑定表、列、行、密钥版本 / GCM bound to its place", PER_VALUE),
        "wrapped" => ("SM4", "GCM，密钥封装 / GCM, key wrapping", "根密钥、类密钥或数据密钥 / the key one tier up"),
        "blind" => ("HMAC-SM3", "盲索引 / blind index", DERIVED),
        "mac" => ("HMAC-SM3", "整行 / over the row", DERIVED),
        "verifier" => ("HMAC-SM3", "PBKDF2-HMAC-SM3 之上 / over PBKDF2-HMAC-SM3", DERIVED),
        "digest" => ("SM3", "256 位随机令牌的摘要 / of a random token", "–"),
        _ => return None,
    })
}

fn show(inventory: &Inventory) {
    let Provider { name, certified, root_key_id, root_key_version, suite, suite_is_national, devices } =
        &inventory.provider;
    let mark = if *certified { "认证产品 / certified" } else { "非认证 / not certified" };
    print(&format!("密码服务 / provider: {name}，{mark}；根密钥 / root key {root_key_id} v{root_key_version}"));
    for device in devices {
        print(&format!("密码设备 / device {device}"));
    }
    let points = if *suite_is_national {
        ""
    } else {
        "（非国密算法，密评扣分 / no national algorithm, costs points）"
    };
    print(&format!("数据加密 / data: {suite}{points}；SM4: {}", inventory.sm4_kernel));
    print("\n数据 / data\t级别 / class\t算法 / algorithm\t模式 / mode\t密钥 / key");
    for u in &inventory.uses {
        let class = u.class.as_deref().unwrap_or("–");
        print(&format!("{}\t{class}\t{}\t{}\t{}", u.data, u.algorithm, u.mode, u.key));
    }
    print("\n根密钥 / root keys\t状态 / state\t启用 / since");
    for k in &inventory.keys.root_keys {
        print(&format!("{} v{}\t{}\t{}", k.id, k.version, k.state, k.activated_at.to_rfc3339()));
    }
    print("\n类密钥 / class keys\t月份 / month\t状态 / state\t标识 / id");
    for k in &inventory.keys.class_keys {
        print(&format!("{}\t{}\t{}\t{} v{}", k.class, k.month, k.state, k.id, k.version));
    }
    print("\n数据密钥 / data keys\t状态 / state\t数量 / keys");
    for k in &inventory.keys.data_keys {
        print(&format!("{}\t{}\t{}", k.scope, k.state, k.keys));
    }
    for k in &inventory.keys.other_versions {
        print(&format!("{}\t{}（其他版本 / other versions）\t{}", k.scope, k.state, k.keys));
    }
    print("\n签名密钥 / signing keys\t状态 / state\t保管 / held in\t标识 / id");
    for k in &inventory.keys.signing_keys {
        print(&format!("{}\t{}\t{}\t{}", k.purpose, k.state, k.held_in, k.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protected_column_is_listed_and_no_other() {
        let (mut protected, listed) = (0, uses());
        for column in catalogue::columns() {
            let name = format!("{}.{}", column.table, column.name);
            let in_clear = column.protection == "none";
            protected += usize::from(!in_clear);
            assert_eq!(listed.iter().any(|u| u.data == name), !in_clear, "{name}");
        }
        assert!(protected > 20 && listed.len() > protected);
        let body = listed.iter().find(|u| u.data == "messages.body").unwrap();
        assert_eq!((body.algorithm, body.class.as_deref()), ("SM4", Some("C2")));
    }
}
