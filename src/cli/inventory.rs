//! `guitai crypto inventory`: the list of cryptography in use (密码应用清单) that an assessor asks for (control D4).
//!
//! What is stored in tables comes from `sql/columns.toml`, which a test holds against the schema, so no sealed column is
//! missing here; keys are counted where they stand.

use serde::Serialize;
use uuid::Uuid;

use super::open::configuration;
use super::{Answer, Installation, Outcome, print, print_json};
use crate::app;
use crate::crypto::Suite;
use crate::crypto::provider::NOT_CERTIFIED;
use crate::crypto::sm4::Kernel;
use crate::db::catalogue::{self, Column};
use crate::db::{KeyCensus, key_census};

const PER_VALUE: &str = "数据密钥，每个会话、客户、工单、录音等一把 / data key";
const PASSPHRASE: &str = "口令，经 PBKDF2-HMAC-SM3 / a passphrase through PBKDF2-HMAC-SM3";
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
    /// Where it is computed.
    by: &'static str,
}

/// What data and keys are sealed with from now on. A key keeps the suite that it was made with, and each stored value names it.
#[derive(Clone, Copy)]
struct Sealing {
    suite: Suite,
    /// Whether the root key is in crypto devices.
    in_devices: bool,
    /// Whether they sign.
    devices_sign: bool,
}

const HERE: &str = "本程序，非认证 / this program, not certified";
const DEVICES: &str = "密码设备 / the crypto devices";

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
        uses: uses(Sealing {
            suite,
            in_devices: !provider.devices().is_empty(),
            devices_sign: provider.signing().is_some(),
        }),
        keys: key_census(&mut conn).await?,
    };
    if json {
        print_json(&inventory)?;
    } else {
        show(&inventory);
    }
    Ok(Answer::Yes)
}

impl Sealing {
    /// Algorithm and mode of what is sealed under a data key, and who computes it.
    fn data(self) -> (&'static str, &'static str, &'static str) {
        match self.suite {
            Suite::Sm4Gcm => ("SM4", "GCM，96 位随机数，128 位标签，绑定存放位置 / GCM bound to its place", HERE),
            Suite::Sm4CtrHmac => {
                ("SM4, HMAC-SM3", "CTR，先加密后鉴别，绑定存放位置 / encrypt, then authenticate", HERE)
            }
            Suite::Aes256Gcm => ("AES-256（非国密 / not SM）", "GCM，绑定存放位置 / GCM bound to its place", HERE),
            Suite::Sm4InDevice => {
                ("SM4, HMAC-SM3", "CTR，先加密后鉴别，绑定存放位置 / encrypt, then authenticate", DEVICES)
            }
        }
    }

    /// How a class key is wrapped under the root key, and who does it.
    fn root(self) -> (&'static str, &'static str, &'static str) {
        if self.in_devices {
            ("SM4, HMAC-SM3", "CTR，先加密后鉴别，密钥封装 / key wrapping", DEVICES)
        } else {
            ("SM4", "GCM，密钥封装 / GCM, key wrapping", HERE)
        }
    }

    fn signer(self) -> &'static str {
        if self.devices_sign { DEVICES } else { HERE }
    }

    /// Algorithm, mode, key and place of a kind of protection; nothing where a column is in clear.
    fn protection(self, column: &Column) -> Option<(&'static str, &'static str, &'static str, &'static str)> {
        Some(match column.protection {
            "sm4" => {
                let (algorithm, mode, by) = self.data();
                (algorithm, mode, PER_VALUE, by)
            }
            "wrapped" if column.table == "class_keys" => {
                let (algorithm, mode, by) = self.root();
                (algorithm, mode, "根密钥 / root key", by)
            }
            "wrapped" => ("SM4", "GCM，密钥封装 / GCM, key wrapping", "类密钥或数据密钥 / the key one tier up", HERE),
            "blind" => ("HMAC-SM3", "盲索引 / blind index", DERIVED, HERE),
            "mac" => ("HMAC-SM3", "整行 / over the row", DERIVED, HERE),
            "verifier" => ("HMAC-SM3", "PBKDF2-HMAC-SM3 之上 / over PBKDF2-HMAC-SM3", DERIVED, HERE),
            "digest" => ("SM3", "256 位随机令牌的摘要 / of a random token", "–", HERE),
            _ => return None,
        })
    }
}

/// Every use, those of table columns first.
fn uses(sealing: Sealing) -> Vec<Use> {
    let protected = |column: &Column| {
        let (algorithm, mode, key, by) = sealing.protection(column)?;
        let class = Some(column.class.to_owned()).filter(|class| class != "plain");
        Some(Use { data: format!("{}.{}", column.table, column.name), class, algorithm, mode, key, by })
    };
    let mut uses: Vec<Use> = catalogue::columns().iter().filter_map(protected).collect();
    let mut elsewhere = |data: &str, class: &str, (algorithm, mode, by), key| {
        let class = Some(class.to_owned()).filter(|class| !class.is_empty());
        uses.push(Use { data: data.to_owned(), class, algorithm, mode, key, by });
    };
    let data = sealing.data();
    let signature = ("SM2", "GB/T 32918.2，SM3 / with SM3", sealing.signer());
    let under_passphrase = ("SM4", "GCM", HERE);
    elsewhere("录音、附件文件，64 KiB 分块 / recording and attachment files in chunks", "C2", data, PER_VALUE);
    elsewhere(
        "录音摘要 / digest of a recording",
        "",
        ("SM3", "分块摘要之摘要 / digest of the chunks' digests", HERE),
        "–",
    );
    elsewhere("录音签名 / signature of a recording", "", signature, "签名密钥 recording / signing key");
    elsewhere(
        "录音暂存 / spool of the recorder's folder",
        "C2",
        ("SM4", "GCM", HERE),
        "每个文件一把，派生 / derived per file",
    );
    elsewhere(
        "检索索引，16 KiB 分块 / search index in chunks",
        "C2",
        data,
        "数据密钥，每段一把 / data key per segment",
    );
    elsewhere("事件（Kafka）/ events in Kafka", "C2", data, PER_VALUE);
    elsewhere("审计日志 / audit log", "", ("SM3", "Merkle 树，RFC 6962 之形 / Merkle tree", HERE), "–");
    elsewhere("审计树头 / heads of the audit log", "", signature, "签名密钥 audit_head / signing key");
    elsewhere("销毁日志 / erasure journal", "", ("HMAC-SM3", "逐行相连 / each line over those before", HERE), DERIVED);
    if sealing.in_devices {
        elsewhere(
            "根密钥文件 / root key file",
            "C3",
            ("SM4", "设备密钥加密密钥封装 / under the device's KEK", DEVICES),
            "设备密钥加密密钥 / the device's KEK",
        );
    } else {
        elsewhere("根密钥文件 / root key file", "C3", under_passphrase, PASSPHRASE);
    }
    elsewhere("根密钥分量（三取二）/ custodians' shares, two of three", "C3", under_passphrase, PASSPHRASE);
    elsewhere(
        "密钥仪式记录 / records of key ceremonies",
        "",
        ("SM2", "GB/T 32918.2，SM3 / with SM3", HERE),
        "保管人签名密钥 / the custodians' signing keys",
    );
    elsewhere(
        "网络 / network",
        "",
        ("TLS 1.3", "AES-GCM, ChaCha20-Poly1305（非国密 / not SM）", HERE),
        "服务器证书，双方均为本行时另有客户端证书 / server certificate, and a client's where both ends are ours",
    );
    uses
}

fn show(inventory: &Inventory) {
    let Provider { name, certified, root_key_id, root_key_version, suite, suite_is_national, devices } =
        &inventory.provider;
    let mark = if *certified { "认证产品 / certified" } else { NOT_CERTIFIED };
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
    print("\n数据 / data\t级别 / class\t算法 / algorithm\t模式 / mode\t密钥 / key\t由谁计算 / computed by");
    for u in &inventory.uses {
        let class = u.class.as_deref().unwrap_or("–");
        print(&format!("{}\t{class}\t{}\t{}\t{}\t{}", u.data, u.algorithm, u.mode, u.key, u.by));
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
        let here = Sealing { suite: Suite::Sm4Gcm, in_devices: false, devices_sign: false };
        let (mut protected, listed) = (0, uses(here));
        for column in catalogue::columns() {
            let name = format!("{}.{}", column.table, column.name);
            let in_clear = column.protection == "none";
            protected += usize::from(!in_clear);
            assert_eq!(listed.iter().any(|u| u.data == name), !in_clear, "{name}");
        }
        assert!(protected > 20 && listed.len() > protected);
        let body = listed.iter().find(|u| u.data == "messages.body").unwrap();
        assert_eq!((body.algorithm, body.class.as_deref(), body.by), ("SM4", Some("C2"), HERE));
    }

    #[test]
    fn what_is_sealed_in_devices_or_without_national_algorithms_says_so() {
        let of = |suite, in_devices, data: &str| {
            let listed = uses(Sealing { suite, in_devices, devices_sign: in_devices });
            let found = listed.iter().find(|u| u.data.starts_with(data)).unwrap();
            (found.algorithm, found.by)
        };
        assert_eq!(of(Suite::Sm4InDevice, true, "messages.body"), ("SM4, HMAC-SM3", DEVICES));
        assert_eq!(of(Suite::Sm4Gcm, true, "messages.body"), ("SM4", HERE));
        assert_eq!(of(Suite::Sm4Gcm, true, "class_keys.wrapped"), ("SM4, HMAC-SM3", DEVICES));
        assert_eq!(of(Suite::Sm4Gcm, true, "审计树头"), ("SM2", DEVICES));
        assert!(of(Suite::Aes256Gcm, false, "事件").0.contains("非国密"));
    }
}
