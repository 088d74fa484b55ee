// @generated automatically by Diesel CLI.

diesel::table! {
    account_roles (account_id, org_id, role) {
        account_id -> Uuid,
        org_id -> Uuid,
        role -> Text,
        granted_by -> Nullable<Uuid>,
        granted_at -> Timestamptz,
        mac -> Bytea,
    }
}

diesel::table! {
    accounts (id) {
        id -> Uuid,
        org_id -> Uuid,
        login -> Text,
        display_name -> Text,
        salt -> Bytea,
        iterations -> Int4,
        verifier -> Bytea,
        must_change_password -> Bool,
        one_time_expires_at -> Nullable<Timestamptz>,
        password_changed_at -> Timestamptz,
        locked_until -> Nullable<Timestamptz>,
        disabled_at -> Nullable<Timestamptz>,
        last_sign_in_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    agent_states (account_id) {
        account_id -> Uuid,
        org_id -> Uuid,
        queue_id -> Uuid,
        state -> Text,
        capacity -> Int4,
        since -> Timestamptz,
        last_assigned_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    approvals (id) {
        id -> Uuid,
        org_id -> Uuid,
        kind -> Text,
        object_kind -> Text,
        object_id -> Uuid,
        object_label -> Text,
        reason -> Envelope,
        requester_id -> Uuid,
        state -> Text,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        comment -> Nullable<Envelope>,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
        executed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    article_versions (id) {
        id -> Uuid,
        org_id -> Uuid,
        article_id -> Uuid,
        version -> Int4,
        title -> Envelope,
        body -> Envelope,
        state -> Text,
        author_id -> Nullable<Uuid>,
        published_by -> Nullable<Uuid>,
        effective_from -> Nullable<Timestamptz>,
        published_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    articles (id) {
        id -> Uuid,
        org_id -> Uuid,
        data_key_id -> Uuid,
        state -> Text,
        published_version -> Nullable<Int4>,
        last_version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    attachments (id) {
        id -> Uuid,
        org_id -> Uuid,
        conversation_id -> Uuid,
        message_id -> Uuid,
        data_key_id -> Uuid,
        media_type -> Text,
        bytes -> Int8,
        width -> Nullable<Int4>,
        height -> Nullable<Int4>,
        digest_sm3 -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    audit_heads (tree_size) {
        tree_size -> Int8,
        root_hash -> Bytea,
        frontier -> Bytea,
        signed_at -> Timestamptz,
        signing_key_id -> Uuid,
        signature -> Bytea,
        fence -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    audit_records (id) {
        id -> Uuid,
        org_id -> Uuid,
        at -> Timestamptz,
        node -> Text,
        software_version -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        actor_name -> Text,
        actor_roles -> Text,
        session_id -> Nullable<Uuid>,
        source_ip -> Nullable<Text>,
        action -> Text,
        object_kind -> Nullable<Text>,
        object_id -> Nullable<Uuid>,
        object_label -> Nullable<Text>,
        customer_id -> Nullable<Uuid>,
        outcome -> Text,
        code -> Nullable<Text>,
        reason -> Nullable<Envelope>,
        approval_id -> Nullable<Uuid>,
        trace_id -> Text,
        detail -> Text,
        mac_key_id -> Text,
        mac -> Bytea,
    }
}

diesel::table! {
    audit_seals (position) {
        position -> Int8,
        record_id -> Uuid,
        leaf_hash -> Bytea,
        sealed_at -> Timestamptz,
    }
}

diesel::table! {
    audit_unsealed (record_id) {
        record_id -> Uuid,
    }
}

diesel::table! {
    bot_receipts (message_id) {
        message_id -> Uuid,
        org_id -> Uuid,
        question_id -> Uuid,
        engine -> Text,
        engine_version -> Text,
        threshold -> Float4,
        candidates -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    chat_sessions (id) {
        id -> Uuid,
        org_id -> Uuid,
        customer_id -> Uuid,
        conversation_id -> Uuid,
        token_digest -> Bytea,
        source_ip -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    class_keys (id) {
        id -> Uuid,
        class -> Text,
        month -> Text,
        version -> Int4,
        wrapped -> Nullable<Bytea>,
        root_key_id -> Uuid,
        state -> Text,
        created_at -> Timestamptz,
        destroyed_at -> Nullable<Timestamptz>,
        root_key_version -> Int4,
        created_by -> Nullable<Uuid>,
        activated_at -> Nullable<Timestamptz>,
        retired_at -> Nullable<Timestamptz>,
        retired_by -> Nullable<Uuid>,
        destroyed_by -> Nullable<Uuid>,
        activated_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    conversations (id) {
        id -> Uuid,
        org_id -> Uuid,
        customer_id -> Uuid,
        data_key_id -> Uuid,
        channel -> Text,
        state -> Text,
        queue_id -> Nullable<Uuid>,
        agent_id -> Nullable<Uuid>,
        handoff_reason -> Nullable<Text>,
        refusals_in_a_row -> Int4,
        last_seq -> Int8,
        notice_version -> Text,
        opened_at -> Timestamptz,
        queued_at -> Nullable<Timestamptz>,
        assigned_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        last_message_at -> Timestamptz,
        summary -> Nullable<Envelope>,
        page_url -> Nullable<Envelope>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    customers (id) {
        id -> Uuid,
        org_id -> Uuid,
        data_key_id -> Uuid,
        display_name -> Nullable<Envelope>,
        phone -> Nullable<Envelope>,
        phone_index -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    data_key_versions (data_key_id, version) {
        data_key_id -> Uuid,
        version -> Int4,
        class_key_id -> Uuid,
        wrapped -> Nullable<Bytea>,
        state -> Text,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        activated_at -> Nullable<Timestamptz>,
        retired_at -> Nullable<Timestamptz>,
        retired_by -> Nullable<Uuid>,
        destroyed_at -> Nullable<Timestamptz>,
        destroyed_by -> Nullable<Uuid>,
        activated_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    data_keys (id) {
        id -> Uuid,
        org_id -> Uuid,
        class_key_id -> Uuid,
        scope -> Text,
        version -> Int4,
        wrapped -> Nullable<Bytea>,
        state -> Text,
        created_at -> Timestamptz,
        destroyed_at -> Nullable<Timestamptz>,
        created_by -> Nullable<Uuid>,
        activated_at -> Timestamptz,
        destroyed_by -> Nullable<Uuid>,
        other_versions -> Int4,
        activated_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    event_deliveries (subscription, event_id) {
        subscription -> Text,
        event_id -> Uuid,
        aggregate_id -> Uuid,
        aggregate_seq -> Int8,
        attempts -> Int4,
        not_before -> Timestamptz,
        dead_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    event_outbox (id) {
        id -> Uuid,
        org_id -> Uuid,
        topic -> Text,
        #[sql_name = "type"]
        type_ -> Text,
        version -> Int4,
        aggregate_kind -> Text,
        aggregate_id -> Uuid,
        aggregate_seq -> Int8,
        audit_id -> Uuid,
        occurred_at -> Timestamptz,
        data_key_id -> Uuid,
        payload -> Envelope,
    }
}

diesel::table! {
    event_streams (aggregate_id) {
        aggregate_id -> Uuid,
        last_seq -> Int8,
    }
}

diesel::table! {
    idempotency_keys (actor_id, key) {
        actor_id -> Uuid,
        key -> Text,
        fingerprint -> Bytea,
        resource_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    inspection_findings (id) {
        id -> Uuid,
        org_id -> Uuid,
        inspection_id -> Uuid,
        ordinal -> Int4,
        rule_id -> Uuid,
        passed -> Bool,
        deduction -> Int4,
        speaker -> Nullable<Text>,
        quote -> Nullable<Envelope>,
        at_ms -> Nullable<Int8>,
        message_id -> Nullable<Uuid>,
        segment_id -> Nullable<Uuid>,
        explanation -> Text,
    }
}

diesel::table! {
    inspection_rules (id) {
        id -> Uuid,
        org_id -> Uuid,
        code -> Text,
        version -> Int4,
        name -> Text,
        definition -> Text,
        deduction -> Int4,
        fatal -> Bool,
        enabled -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    inspections (id) {
        id -> Uuid,
        org_id -> Uuid,
        data_key_id -> Uuid,
        subject_kind -> Text,
        subject_id -> Uuid,
        agent_id -> Nullable<Uuid>,
        plan_code -> Text,
        plan_version -> Int4,
        score -> Int4,
        full_score -> Int4,
        fatal -> Bool,
        state -> Text,
        assignee_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        confirmed_by -> Nullable<Uuid>,
        comment -> Nullable<Envelope>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        org_id -> Nullable<Uuid>,
        kind -> Text,
        payload -> Text,
        priority -> Int2,
        state -> Text,
        run_at -> Timestamptz,
        attempts -> Int4,
        max_attempts -> Int4,
        lease_token -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        dedup_key -> Nullable<Text>,
        progress -> Float4,
        error_code -> Nullable<Text>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    key_rotations (id) {
        id -> Uuid,
        scope -> Nullable<Text>,
        phase -> Text,
        started_at -> Timestamptz,
        started_by -> Nullable<Uuid>,
        phase_at -> Timestamptz,
        keys -> Int8,
        place -> Nullable<Text>,
        after -> Nullable<Uuid>,
        rewritten -> Int8,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Uuid,
        token -> Int8,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    message_citations (message_id, ordinal) {
        message_id -> Uuid,
        org_id -> Uuid,
        ordinal -> Int4,
        article_id -> Uuid,
        article_version -> Int4,
        title -> Envelope,
        quote -> Envelope,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    messages (id) {
        id -> Uuid,
        org_id -> Uuid,
        conversation_id -> Uuid,
        seq -> Int8,
        author_kind -> Text,
        author_id -> Nullable<Uuid>,
        kind -> Text,
        body -> Envelope,
        client_id -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    organisations (id) {
        id -> Uuid,
        parent_id -> Nullable<Uuid>,
        code -> Text,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    password_history (account_id, changed_at) {
        account_id -> Uuid,
        changed_at -> Timestamptz,
        salt -> Bytea,
        iterations -> Int4,
        verifier -> Bytea,
    }
}

diesel::table! {
    playback_grants (id) {
        id -> Uuid,
        org_id -> Uuid,
        recording_id -> Uuid,
        account_id -> Uuid,
        source -> Text,
        source_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    queues (id) {
        id -> Uuid,
        org_id -> Uuid,
        code -> Text,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    recordings (id) {
        id -> Uuid,
        org_id -> Uuid,
        data_key_id -> Uuid,
        call_id -> Text,
        direction -> Text,
        state -> Text,
        agent_id -> Nullable<Uuid>,
        customer_id -> Nullable<Uuid>,
        agent_channel -> Int2,
        caller -> Envelope,
        caller_index -> Bytea,
        callee -> Envelope,
        callee_index -> Bytea,
        started_at -> Timestamptz,
        ended_at -> Timestamptz,
        duration_ms -> Int8,
        sample_rate -> Int4,
        channels -> Int2,
        codec -> Text,
        bytes -> Int8,
        digest -> Bytea,
        signature -> Bytea,
        signing_key_id -> Uuid,
        waveform -> Envelope,
        failure_code -> Nullable<Text>,
        imported_by -> Nullable<Uuid>,
        imported_at -> Timestamptz,
        caller_tail_index -> Nullable<Bytea>,
        callee_tail_index -> Nullable<Bytea>,
    }
}

diesel::table! {
    root_keys (id, version) {
        id -> Uuid,
        version -> Int4,
        provider -> Text,
        state -> Text,
        activated_at -> Timestamptz,
        activated_by -> Nullable<Uuid>,
        retired_at -> Nullable<Timestamptz>,
        retired_by -> Nullable<Uuid>,
        destroyed_at -> Nullable<Timestamptz>,
        destroyed_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        account_id -> Uuid,
        org_id -> Uuid,
        zone -> Text,
        token_digest -> Bytea,
        created_at -> Timestamptz,
        last_activity_at -> Timestamptz,
        expires_at -> Timestamptz,
        source_ip -> Text,
        user_agent -> Text,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
    }
}

diesel::table! {
    shared_keys (org_id, scope, month) {
        org_id -> Uuid,
        scope -> Text,
        month -> Text,
        data_key_id -> Uuid,
    }
}

diesel::table! {
    sign_in_failures (id) {
        id -> Uuid,
        account_id -> Nullable<Uuid>,
        source_ip -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    signing_keys (id) {
        id -> Uuid,
        data_key_id -> Uuid,
        purpose -> Text,
        public_key -> Bytea,
        wrapped -> Nullable<Envelope>,
        state -> Text,
        created_at -> Timestamptz,
        held_in -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    ticket_entries (id) {
        id -> Uuid,
        org_id -> Uuid,
        ticket_id -> Uuid,
        seq -> Int4,
        actor_id -> Nullable<Uuid>,
        kind -> Text,
        from_state -> Nullable<Text>,
        to_state -> Nullable<Text>,
        body -> Nullable<Envelope>,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    tickets (id) {
        id -> Uuid,
        org_id -> Uuid,
        data_key_id -> Uuid,
        number -> Text,
        kind -> Text,
        priority -> Text,
        state -> Text,
        subject -> Envelope,
        description -> Envelope,
        customer_id -> Nullable<Uuid>,
        conversation_id -> Nullable<Uuid>,
        recording_id -> Nullable<Uuid>,
        assignee_id -> Nullable<Uuid>,
        created_by -> Uuid,
        version -> Int4,
        last_entry_seq -> Int4,
        due_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::sealed::Envelope;

    transcript_segments (id) {
        id -> Uuid,
        org_id -> Uuid,
        transcript_id -> Uuid,
        ordinal -> Int4,
        channel -> Int2,
        speaker -> Text,
        start_ms -> Int8,
        end_ms -> Int8,
        body -> Envelope,
        confidence -> Float4,
    }
}

diesel::table! {
    transcripts (id) {
        id -> Uuid,
        org_id -> Uuid,
        recording_id -> Uuid,
        engine -> Text,
        model -> Text,
        model_digest -> Text,
        demo_model -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::joinable!(account_roles -> accounts (account_id));
diesel::joinable!(account_roles -> organisations (org_id));
diesel::joinable!(accounts -> organisations (org_id));
diesel::joinable!(agent_states -> accounts (account_id));
diesel::joinable!(agent_states -> organisations (org_id));
diesel::joinable!(agent_states -> queues (queue_id));
diesel::joinable!(approvals -> organisations (org_id));
diesel::joinable!(article_versions -> articles (article_id));
diesel::joinable!(article_versions -> organisations (org_id));
diesel::joinable!(articles -> data_keys (data_key_id));
diesel::joinable!(articles -> organisations (org_id));
diesel::joinable!(attachments -> conversations (conversation_id));
diesel::joinable!(attachments -> data_keys (data_key_id));
diesel::joinable!(attachments -> messages (message_id));
diesel::joinable!(attachments -> organisations (org_id));
diesel::joinable!(audit_heads -> signing_keys (signing_key_id));
diesel::joinable!(audit_records -> organisations (org_id));
diesel::joinable!(audit_seals -> audit_records (record_id));
diesel::joinable!(audit_unsealed -> audit_records (record_id));
diesel::joinable!(bot_receipts -> organisations (org_id));
diesel::joinable!(chat_sessions -> conversations (conversation_id));
diesel::joinable!(chat_sessions -> customers (customer_id));
diesel::joinable!(chat_sessions -> organisations (org_id));
diesel::joinable!(conversations -> accounts (agent_id));
diesel::joinable!(conversations -> customers (customer_id));
diesel::joinable!(conversations -> data_keys (data_key_id));
diesel::joinable!(conversations -> organisations (org_id));
diesel::joinable!(conversations -> queues (queue_id));
diesel::joinable!(customers -> data_keys (data_key_id));
diesel::joinable!(customers -> organisations (org_id));
diesel::joinable!(data_key_versions -> class_keys (class_key_id));
diesel::joinable!(data_key_versions -> data_keys (data_key_id));
diesel::joinable!(data_keys -> class_keys (class_key_id));
diesel::joinable!(data_keys -> organisations (org_id));
diesel::joinable!(event_deliveries -> event_outbox (event_id));
diesel::joinable!(event_outbox -> audit_records (audit_id));
diesel::joinable!(event_outbox -> organisations (org_id));
diesel::joinable!(inspection_findings -> inspection_rules (rule_id));
diesel::joinable!(inspection_findings -> inspections (inspection_id));
diesel::joinable!(inspection_findings -> messages (message_id));
diesel::joinable!(inspection_findings -> organisations (org_id));
diesel::joinable!(inspection_findings -> transcript_segments (segment_id));
diesel::joinable!(inspection_rules -> organisations (org_id));
diesel::joinable!(inspections -> data_keys (data_key_id));
diesel::joinable!(inspections -> organisations (org_id));
diesel::joinable!(jobs -> organisations (org_id));
diesel::joinable!(message_citations -> articles (article_id));
diesel::joinable!(message_citations -> messages (message_id));
diesel::joinable!(message_citations -> organisations (org_id));
diesel::joinable!(messages -> conversations (conversation_id));
diesel::joinable!(messages -> organisations (org_id));
diesel::joinable!(password_history -> accounts (account_id));
diesel::joinable!(playback_grants -> accounts (account_id));
diesel::joinable!(playback_grants -> organisations (org_id));
diesel::joinable!(playback_grants -> recordings (recording_id));
diesel::joinable!(queues -> organisations (org_id));
diesel::joinable!(recordings -> customers (customer_id));
diesel::joinable!(recordings -> data_keys (data_key_id));
diesel::joinable!(recordings -> organisations (org_id));
diesel::joinable!(recordings -> signing_keys (signing_key_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(sessions -> organisations (org_id));
diesel::joinable!(shared_keys -> data_keys (data_key_id));
diesel::joinable!(shared_keys -> organisations (org_id));
diesel::joinable!(sign_in_failures -> accounts (account_id));
diesel::joinable!(signing_keys -> data_keys (data_key_id));
diesel::joinable!(ticket_entries -> accounts (actor_id));
diesel::joinable!(ticket_entries -> organisations (org_id));
diesel::joinable!(ticket_entries -> tickets (ticket_id));
diesel::joinable!(tickets -> conversations (conversation_id));
diesel::joinable!(tickets -> customers (customer_id));
diesel::joinable!(tickets -> data_keys (data_key_id));
diesel::joinable!(tickets -> organisations (org_id));
diesel::joinable!(tickets -> recordings (recording_id));
diesel::joinable!(transcript_segments -> organisations (org_id));
diesel::joinable!(transcript_segments -> transcripts (transcript_id));
diesel::joinable!(transcripts -> organisations (org_id));
diesel::joinable!(transcripts -> recordings (recording_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_roles,
    accounts,
    agent_states,
    approvals,
    article_versions,
    articles,
    attachments,
    audit_heads,
    audit_records,
    audit_seals,
    audit_unsealed,
    bot_receipts,
    chat_sessions,
    class_keys,
    conversations,
    customers,
    data_key_versions,
    data_keys,
    event_deliveries,
    event_outbox,
    event_streams,
    idempotency_keys,
    inspection_findings,
    inspection_rules,
    inspections,
    jobs,
    key_rotations,
    leases,
    message_citations,
    messages,
    organisations,
    password_history,
    playback_grants,
    queues,
    recordings,
    root_keys,
    sessions,
    shared_keys,
    sign_in_failures,
    signing_keys,
    ticket_entries,
    tickets,
    transcript_segments,
    transcripts,
);
