//! The closed set of error codes and the one error type that crosses module seams.
//!
//! A code is a promise to users and scripts: its text never changes meaning. [`CATALOGUE`] holds, for each, the HTTP
//! status and what happened and what to do, in Chinese and English; it is printed as the operator's manual and
//! snapshotted by a test. A 5xx never carries its cause to the client: the cause is logged once, at the edge.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// The result of everything fallible in the program.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is printed for one code.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Entry {
    pub code: &'static str,
    pub status: u16,
    /// What happened, Chinese then English.
    pub what_zh: &'static str,
    pub what_en: &'static str,
    /// What to do about it, Chinese then English.
    pub remedy_zh: &'static str,
    pub remedy_en: &'static str,
}

macro_rules! catalogue {
    ($($name:ident = $code:literal, $status:literal, $what_zh:literal, $what_en:literal, $remedy_zh:literal, $remedy_en:literal;)*) => {
        /// Every way in which the program says no.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($name,)* }

        /// The error catalogue, in order of code.
        pub const CATALOGUE: &[Entry] = &[$(Entry {
            code: $code, status: $status,
            what_zh: $what_zh, what_en: $what_en, remedy_zh: $remedy_zh, remedy_en: $remedy_en,
        },)*];

        impl ErrorCode {
            /// The catalogue's entry for this code.
            pub const fn entry(self) -> Entry {
                match self { $(ErrorCode::$name => Entry {
                    code: $code, status: $status,
                    what_zh: $what_zh, what_en: $what_en, remedy_zh: $remedy_zh, remedy_en: $remedy_en,
                },)* }
            }
        }
    };
}

// Grouped by the part that raises them. Keep one line per code; the catalogue's test keeps codes unique.
catalogue! {
    // request: what was sent is not well formed
    InvalidJson = "request.invalid_json", 400, "请求内容不是合法的 JSON", "the body is not the JSON that was expected", "按接口文档检查字段名和类型", "check field names and types against the API document";
    InvalidParameter = "request.invalid_parameter", 400, "参数不合法", "a parameter is not valid", "按提示改正后重试", "correct it as the detail says";
    BodyTooLarge = "request.body_too_large", 413, "请求内容过大", "the body is larger than this route accepts", "减小内容后重试", "send less";
    UnsupportedMediaType = "request.unsupported_media_type", 415, "内容类型不受支持", "the content type is not accepted here", "使用接口文档中的内容类型", "use the content type from the API document";
    NotFound = "request.not_found", 404, "没有找到", "there is no such thing here", "检查编号，或刷新列表", "check the id, or refresh the list";
    Conflict = "request.conflict", 409, "与当前状态冲突", "it conflicts with the present state", "刷新后重试", "refresh and try again";
    IdempotencyMismatch = "request.idempotency_mismatch", 409, "同一幂等键用于了不同的请求", "the idempotency key was used for another request", "换一个新的幂等键", "use a new key";
    RangeNotSatisfiable = "request.range_not_satisfiable", 416, "请求的字节范围超出内容", "the byte range lies outside the content", "去掉 Range 头，或按内容长度重新请求", "leave the Range header out, or ask within the length";
    TimedOut = "request.timed_out", 408, "请求内容未在限时内传完", "the body did not arrive in time", "检查网络后重试", "check the network and try again";
    RateLimited = "request.rate_limited", 429, "请求过于频繁", "too many requests", "稍候重试", "wait and try again";
    // identity and access
    NotSignedIn = "identity.not_signed_in", 401, "未登录或会话已失效", "not signed in, or the session has ended", "请重新登录", "sign in again";
    BadCredentials = "identity.bad_credentials", 401, "用户名或口令不正确，或账号已锁定", "wrong login or password, or the account is locked", "核对后重试；多次失败会锁定账号", "check and retry; repeated failures lock the account";
    PasswordRefused = "identity.password_refused", 422, "口令不符合策略", "the password breaks the policy", "按提示换一个口令", "choose another as the detail says";
    PasswordChangeRequired = "identity.password_change_required", 403, "首次登录须修改口令", "the password must be changed first", "请先修改口令", "change the password";
    RolesExclude = "identity.roles_exclude", 422, "这些角色互斥，不能授予同一人", "these roles exclude each other", "把其中一个角色授予另一人", "give one of them to another person";
    Forbidden = "access.forbidden", 403, "没有权限", "you may not do this", "需要时请向安全管理员申请", "ask the security administrator";
    GrantRequired = "access.grant_required", 403, "需要他人批准后才能进行", "a second person must approve this first", "提交审批申请并等待批准", "request an approval and wait for it";
    // state
    TransitionNotAllowed = "state.transition_not_allowed", 409, "当前状态不允许这样流转", "the present state does not allow this transition", "刷新后查看允许的操作", "refresh and look at the allowed actions";
    ConversationClosed = "conversation.closed", 409, "会话已结束", "the conversation is closed", "开始一个新的会话", "start a new conversation";
    WorkerLost = "job.worker_lost", 500, "执行任务的进程多次中断", "the process that ran the job ended again and again", "在日志中按任务编号查找中断原因；任务保持失败状态，不再自动重试", "find in the log, by the job's id, why it ended; the job stays failed and is not tried again";
    // files
    WavRefused = "recording.wav_refused", 422, "录音文件不符合要求", "the recording is not a WAV file that can be taken", "提供 8 kHz 双声道 WAV（每声道一位说话人）", "provide stereo WAV, one speaker per channel";
    CdrRefused = "recording.cdr_refused", 422, "话单不符合要求", "the call detail record is not valid", "按接口文档检查话单字段", "check its fields against the API document";
    AttachmentRefused = "attachment.refused", 422, "附件不能接收", "the attachment cannot be taken", "检查附件类型和大小", "check its type and size";
    // cryptography
    DataAltered = "crypto.data_altered", 500, "数据校验失败，未予显示", "stored data failed its integrity check and is not shown", "联系运维，保留现场", "call operations and leave the system as it is";
    KeyDestroyed = "crypto.key_destroyed", 410, "数据密钥已销毁，内容不可恢复", "the data key was destroyed; the content is gone", "无", "none";
    KeyUnavailable = "crypto.key_unavailable", 503, "密钥当前不可用", "a key is not available right now", "联系运维检查密钥来源", "call operations to check the key source";
    SelfTestFailed = "crypto.self_test_failed", 500, "密码算法自检失败，拒绝启动", "the cryptographic self-test failed; the program does not start", "停用本机，联系厂商；不要绕过自检", "take the machine out of service and call the vendor; do not bypass the test";
    // dependencies that are away
    PeerRefused = "dependency.peer_refused", 503, "对端未通过 TLS 1.3 验证，已拒绝连接", "the other end failed verification (TLS 1.3, certificate, host name) and was told nothing", "检查对端证书、CA 文件和主机名；验证不能关闭", "check its certificate, the CA file and the host name; verification cannot be switched off";
    DatabaseUnavailable = "dependency.database", 503, "数据库暂时不可用，操作未保存", "the database is away; nothing was saved", "稍候重试，客户端会自动重发", "wait; the client sends again by itself";
    AuditUnavailable = "dependency.audit", 503, "审计记录暂时无法写入，操作未执行", "the audit record cannot be written; nothing was done", "稍候重试；联系运维检查数据库", "wait and try again; call operations to check the database";
    EventLogUnavailable = "dependency.event_log", 503, "事件日志暂时不可用", "the event log is away", "联系运维检查 Kafka", "call operations to check Kafka";
    SearchRebuilding = "dependency.search_rebuilding", 503, "全文索引正在重建", "the full-text index is being rebuilt", "稍候重试；列表和历史不受影响", "wait; lists and history still work";
    EngineUnavailable = "dependency.engine", 503, "推理引擎暂时不可用", "the inference engine is away", "稍候重试；任务会自动继续", "wait; the work goes on by itself";
    EngineTimedOut = "dependency.engine_timed_out", 504, "推理未在限时内完成", "the inference engine did not finish in time", "稍候重试；任务会自动继续", "wait; the work goes on by itself";
    LeaseLost = "dependency.lease_lost", 503, "此项工作已由另一节点接管", "another node has taken this work over", "无须处理，另一节点会继续", "nothing; the other node goes on with it";
    Overloaded = "dependency.overloaded", 503, "系统繁忙", "the system is busy", "稍候重试", "wait and try again";
    StorageUnavailable = "dependency.storage", 503, "存储不可读写或空间不足", "the storage cannot be read or written, or is full", "联系运维检查磁盘", "call operations to check the disk";
    // installation
    ModelRefused = "model.refused", 422, "模型不能使用", "the model cannot be used", "按提示检查模型文件与清单，必要时重新导入", "check its files against its manifest as the detail says; import it again";
    ConfigInvalid = "config.invalid", 500, "配置有误", "the configuration is not valid", "按列出的各项改正", "correct every fault that is listed";
    HostUnfit = "config.host_unfit", 500, "本机缺少所需条件", "this machine lacks something that is needed", "按提示安装或调整后重试", "install or adjust as the detail says, then try again";
    Internal = "internal", 500, "内部错误", "something went wrong inside", "把追踪号提供给运维", "give operations the trace id";
}

/// An error on its way to an edge: a code, what exactly was wrong (shown to the client for 4xx), and its cause (never shown).
pub struct Error {
    code: ErrorCode,
    detail: Cow<'static, str>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl ErrorCode {
    /// The stable, dotted name.
    pub const fn code(self) -> &'static str {
        self.entry().code
    }

    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        self.entry().status
    }

    /// An error of this code that says what exactly was wrong. The detail reaches the client, so it never carries customer content.
    pub fn because(self, detail: impl Into<Cow<'static, str>>) -> Error {
        Error { code: self, detail: detail.into(), cause: None }
    }

    /// An error of this code caused by another, which is logged at the edge and never shown.
    pub fn caused_by(self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error { code: self, detail: Cow::Borrowed(""), cause: Some(cause.into()) }
    }
}

impl Error {
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What exactly was wrong; may be empty.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Adds what was being attempted, for the log and, below 500, for the client.
    pub fn context(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        self.detail = if self.detail.is_empty() { detail } else { format!("{detail}: {}", self.detail).into() };
        self
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Error { code, detail: Cow::Borrowed(""), cause: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.code(), self.code.entry().what_en)?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source();
        while let Some(c) = cause {
            write!(f, "; caused by: {c}")?;
            cause = c.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|c| c as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_complete() {
        let codes: HashSet<_> = CATALOGUE.iter().map(|e| e.code).collect();
        assert_eq!(codes.len(), CATALOGUE.len());
        for e in CATALOGUE {
            assert!((400..600).contains(&e.status), "{}", e.code);
            assert!(
                !e.what_zh.is_empty() && !e.what_en.is_empty() && !e.remedy_zh.is_empty() && !e.remedy_en.is_empty()
            );
        }
    }
}
