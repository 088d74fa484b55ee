//! The closed list of auditable acts. A route that is not mapped to one of these is a build failure (control U1).

macro_rules! actions {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)*) => {
        /// What was done or attempted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($name,)* }

        impl Action {
            /// Every action, in the order of the catalogue.
            pub const ALL: &[Action] = &[$(Action::$name,)*];

            /// The stable, dotted code that is stored and queried.
            pub const fn code(self) -> &'static str {
                match self { $(Action::$name => $code,)* }
            }

            /// Plain words for the query screen: Chinese, English.
            pub const fn text(self) -> (&'static str, &'static str) {
                match self { $(Action::$name => ($zh, $en),)* }
            }
        }
    };
}

actions! {
    ServiceStart = "service.start", "服务启动", "service started";
    ServiceStop = "service.stop", "服务停止", "service stopped";
    SignIn = "session.sign_in", "登录", "signed in";
    SignOut = "session.sign_out", "退出登录", "signed out";
    SessionEnd = "session.end", "会话被终止", "session ended";
    SessionList = "session.list", "查看登录会话", "listed sessions";
    PasswordChange = "account.password_change", "修改口令", "changed password";
    PasswordReset = "account.password_reset", "重置口令", "reset password";
    AccountCreate = "account.create", "创建账号", "created account";
    AccountList = "account.list", "查看账号清单", "listed accounts";
    OrganisationCreate = "organisation.create", "创建机构", "created organisation";
    RolesTampered = "account.roles_tampered", "角色记录校验失败", "a role record failed its integrity check";
    AccountDisable = "account.disable", "停用账号", "disabled account";
    AccountEnable = "account.enable", "启用账号", "enabled account";
    RolesChange = "account.roles_change", "变更角色", "changed roles";
    AgentStateChange = "agent.state_change", "坐席状态变更", "changed agent state";
    QueueCreate = "queue.create", "创建队列", "created queue";
    QueueList = "queue.list", "查看队列", "listed queues";
    ConversationOpen = "conversation.open", "客户发起会话", "customer opened conversation";
    ConversationList = "conversation.list", "查看会话列表", "listed conversations";
    ConversationRead = "conversation.read", "查看会话内容", "read conversation";
    MessagePost = "conversation.message", "发送消息", "posted message";
    AttachmentPost = "conversation.attachment_post", "发送附件", "posted an attachment";
    AttachmentRead = "conversation.attachment_read", "查看附件", "read an attachment";
    BotAnswer = "bot.answer", "机器人答复", "bot answered";
    BotRefuse = "bot.refuse", "机器人无法答复", "bot could not answer";
    ConversationHandOff = "conversation.hand_off", "转人工", "handed over to a person";
    ConversationAssign = "conversation.assign", "分配坐席", "assigned to an agent";
    ConversationClose = "conversation.close", "结束会话", "closed conversation";
    TicketCreate = "ticket.create", "创建工单", "created ticket";
    TicketList = "ticket.list", "查看工单列表", "listed tickets";
    TicketRead = "ticket.read", "查看工单", "read ticket";
    TicketTransition = "ticket.transition", "工单流转", "moved ticket";
    TicketComment = "ticket.comment", "工单备注", "commented ticket";
    TicketAssign = "ticket.assign", "工单指派", "assigned ticket";
    RecordingImport = "recording.import", "导入录音", "imported recording";
    RecordingTranscribe = "recording.transcribe", "录音转写", "transcribed recording";
    RecordingList = "recording.list", "查看录音列表", "listed recordings";
    RecordingRead = "recording.read", "查看录音信息", "read recording";
    TranscriptRead = "recording.transcript_read", "查看转写文本", "read transcript";
    RecordingPlay = "recording.play", "播放录音", "played recording";
    InspectionCreate = "inspection.create", "智能质检", "inspected";
    InspectionList = "inspection.list", "查看质检列表", "listed inspections";
    InspectionRead = "inspection.read", "查看质检结果", "read inspection";
    InspectionClaim = "inspection.claim", "领取质检任务", "claimed inspection task";
    InspectionConfirm = "inspection.confirm", "确认质检结果", "confirmed inspection";
    InspectionRuleCreate = "inspection.rule_create", "新建质检规则", "created inspection rules";
    InspectionRuleList = "inspection.rule_list", "查看质检规则", "listed inspection rules";
    ApprovalRequest = "approval.request", "提交审批申请", "requested approval";
    ApprovalDecide = "approval.decide", "审批", "decided approval";
    ApprovalExpire = "approval.expire", "审批过期", "approval expired";
    ApprovalList = "approval.list", "查看审批列表", "listed approvals";
    ArticleList = "knowledge.list", "查看知识列表", "listed articles";
    ArticleRead = "knowledge.read", "查看知识", "read article";
    ArticleCreate = "knowledge.create", "新建知识", "created article";
    ArticleRevise = "knowledge.revise", "修订知识", "revised article";
    ArticlePublish = "knowledge.publish", "发布知识", "published article";
    ArticleRetire = "knowledge.retire", "停用知识", "retired article";
    ContentSearch = "search.query", "全文检索", "searched content";
    SearchRebuild = "search.rebuild", "重建检索索引", "rebuilt search index";
    AuditQuery = "audit.query", "查询审计记录", "queried the audit ledger";
    AuditRead = "audit.read", "查看审计记录", "read an audit record";
    AuditHeads = "audit.heads", "查看审计签名树头", "listed the signed heads of the audit ledger";
    AuditVerify = "audit.verify", "核验审计日志", "verified the audit ledger";
    AuditExport = "audit.export", "导出审计记录", "exported audit records";
    KeyRotate = "key.rotate", "轮换数据密钥", "rotated data keys";
    ClassKeyRotate = "key.class_rotate", "轮换类密钥", "rotated a class key";
    RootKeyRotate = "key.root_rotate", "轮换根密钥", "rotated the root key";
    ClassKeyDestroy = "key.class_destroy", "销毁被取代的类密钥", "destroyed superseded class keys";
    FormerKeysDestroy = "key.former_destroy", "销毁到期的旧版本密钥", "destroyed former versions of data keys";
    KeyProviderAway = "key.provider_away", "密码设备失联，停止加密", "lost the provider of the root key: nothing new is sealed";
    KeyProviderBack = "key.provider_back", "密码设备恢复", "found the provider of the root key again";
    KeyCeremony = "key.ceremony", "登记密钥仪式", "recorded a key ceremony";
    CryptoProve = "crypto.prove", "存储加密自证", "proved that stored data is sealed";
    KeyErasureReplay = "key.erasure_replay", "恢复后重新销毁密钥", "destroyed keys again after a restore";
    DemoSeed = "demo.seed", "装载演示数据", "loaded demo data";
}
