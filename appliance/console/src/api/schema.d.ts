// Generated from docs/openapi.json by `npm run generate-api`. Not to be changed by hand.

export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The accounts of the organisation, newest first. */
        get: operations["list_accounts"];
        put?: never;
        /** Makes an account with a password for one use. */
        post: operations["create_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Disables an account and ends its sessions. */
        post: operations["disable_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets an account in again, and lifts its lock. */
        post: operations["enable_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replaces somebody's password by one for one use. */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replaces the roles of an account that is not one's own. */
        put: operations["put_account_roles"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The live sessions of an account. */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent-state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether I take conversations. */
        get: operations["get_agent_state"];
        /** I take conversations, or not. */
        put: operations["put_agent_state"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The inbox of approvals, newest first. */
        get: operations["list_approvals"];
        put?: never;
        /** Asks for something that a second person must allow. */
        post: operations["request_approval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decides on somebody else's request. */
        post: operations["decide_approval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/articles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Articles, last changed first, or those that fit a question. */
        get: operations["list_articles"];
        put?: never;
        /** A new article with its first draft. */
        post: operations["create_article"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/articles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One article with all its versions, latest first. */
        get: operations["get_article"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/articles/{id}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes an article out of use for good. */
        post: operations["retire_article"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/articles/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new draft of an article. */
        post: operations["create_version"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/articles/{id}/versions/{version}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts a version into use. Refused to its author. */
        post: operations["publish_version"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every action that the ledger knows. */
        get: operations["list_audit_actions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-heads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Signed heads of the ledger, newest first. */
        get: operations["list_audit_heads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Queries the ledger, newest first. The query is recorded with its criteria. */
        get: operations["list_audit_records"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-records.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same query as a CSV file. The export is recorded with its criteria before its first byte. */
        get: operations["export_audit_records"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-records/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One record. */
        get: operations["get_audit_record"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Recomputes the ledger and names whatever deviates. */
        post: operations["verify_audit_log"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat-attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A customer sends a picture or document into his chat. */
        post: operations["create_chat_attachment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat-attachments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the customer's own chat. */
        get: operations["get_chat_attachment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A browser opens its chat, or takes it up again; sets the HttpOnly cookie `guitai_chat`. */
        post: operations["create_chat_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Conversations, latest first. */
        get: operations["list_conversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One conversation. */
        get: operations["get_conversation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An agent takes a waiting conversation. */
        post: operations["accept_conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The agent sends a picture or document to the customer. */
        post: operations["create_attachment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/attachments/{attachment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of a conversation. */
        get: operations["get_attachment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The agent ends the conversation with its summary. */
        post: operations["close_conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A conversation's messages in order. */
        get: operations["list_messages"];
        put?: never;
        /** An agent writes to the customer. */
        post: operations["post_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A ticket from a conversation that I have in hand; its customer is the conversation's. */
        post: operations["create_ticket_from_conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inspection-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest version of every rule. */
        get: operations["list_inspection_rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inspections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Inspections, latest first, without their findings. */
        get: operations["list_inspections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inspections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One inspection with its findings. */
        get: operations["get_inspection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inspections/{id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An inspector takes it on; with a recording comes the right to hear it. */
        post: operations["claim_inspection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inspections/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The inspector stands for the result. */
        post: operations["confirm_inspection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Queues and how long customers wait in them. */
        get: operations["list_queues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recordings, latest call first. */
        get: operations["list_recordings"];
        put?: never;
        /** Takes a recording with its call record in. The same call with the same bytes again is the same recording. */
        post: operations["import_recording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One recording. */
        get: operations["get_recording"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}/audio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sound, for players: whole or one byte range. Never stored by the browser. */
        get: operations["get_audio"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}/grant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the caller may hear it. */
        get: operations["get_grant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}/transcript": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was said. */
        get: operations["get_transcript"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}/waveform": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The picture of both channels. */
        get: operations["get_waveform"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What fits and I may see, best first. */
        get: operations["search_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session of the caller. */
        get: operations["get_session"];
        put?: never;
        /** Opens a session and sets its cookie. */
        post: operations["create_session"];
        /** Ends the session of the caller. */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes one's own password. */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends somebody's session at once. */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tickets that I may see, newest first, without their history. */
        get: operations["list_tickets"];
        put?: never;
        /** A ticket without a conversation. */
        post: operations["create_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One ticket with its history. */
        get: operations["get_ticket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/assignee": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a ticket to somebody, or back to the queue. */
        put: operations["put_assignee"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds a comment to a ticket. */
        post: operations["create_entry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/transitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Moves a ticket to another state. */
        post: operations["create_transition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/zone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which zone this listener serves. */
        get: operations["get_zone"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process is alive. */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus text format. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ready, with the reasons when not. */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An account as a security administrator sees it. */
        Account: {
            /** Format: date-time */
            created_at: string;
            disabled: boolean;
            display_name: string;
            id: components["schemas"]["AccountId"];
            /** Format: date-time */
            last_login_at?: string | null;
            /** Format: date-time */
            locked_until?: string | null;
            login: string;
            org: components["schemas"]["Organisation"];
            roles: components["schemas"]["Role"][];
        };
        /** Format: uuid */
        AccountId: string;
        /** @description One page of accounts. */
        AccountList: {
            items: components["schemas"]["Account"][];
            next_cursor?: string | null;
        };
        ActionList: {
            items: components["schemas"]["ActionView"][];
        };
        /** @description One auditable action. */
        ActionView: {
            code: string;
            /** @description In the reader's language. */
            text: string;
        };
        /** @description Who acted, as it was at the time. */
        ActorView: {
            /** Format: uuid */
            id?: string | null;
            /** @description `staff`, `customer`, `system`, `operator` or `anonymous`. */
            kind: string;
            name: string;
            roles: string[];
        };
        /**
         * @description Whether an agent takes conversations.
         * @enum {string}
         */
        AgentState: "offline" | "ready" | "break";
        AgentStateBody: {
            /**
             * Format: int32
             * @description Conversations at a time, 1 to 20.
             */
            capacity?: number | null;
            state: components["schemas"]["AgentState"];
        };
        AgentStateView: {
            /**
             * Format: int64
             * @description Conversations in hand.
             */
            active: number;
            /** Format: int32 */
            capacity: number;
            /** Format: date-time */
            since: string;
            state: components["schemas"]["AgentState"];
        };
        /** @description A member of staff as others see him. */
        AgentView: {
            display_name: string;
            id: components["schemas"]["AccountId"];
        };
        /** Format: uuid */
        ApprovalId: string;
        /** @description One page of approvals. */
        ApprovalList: {
            items: components["schemas"]["ApprovalView"][];
            next_cursor?: string | null;
        };
        /**
         * @description Where an approval stands.
         * @enum {string}
         */
        ApprovalState: "pending" | "approved" | "rejected" | "expired" | "executed";
        /** @description An approval as its requester and those who decide see it. */
        ApprovalView: {
            comment?: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            decided_at?: string | null;
            decided_by?: components["schemas"]["Person"] | null;
            /** Format: date-time */
            expires_at: string;
            id: components["schemas"]["ApprovalId"];
            kind: string;
            object: components["schemas"]["ObjectView"];
            reason: string;
            requester: components["schemas"]["Person"];
            state: components["schemas"]["ApprovalState"];
        };
        ArticleBody: {
            /** @description 1 to 20,000 characters; paragraphs are divided by an empty line. */
            body: string;
            /** @description 1 to 120 characters. */
            title: string;
        };
        /** @description An article with all its versions, latest first. */
        ArticleDetailView: components["schemas"]["ArticleView"] & {
            versions: components["schemas"]["ArticleVersionView"][];
        };
        /** Format: uuid */
        ArticleId: string;
        ArticlePage: {
            items: components["schemas"]["ArticleView"][];
            next_cursor?: string | null;
        };
        /**
         * @description Where an article stands.
         * @enum {string}
         */
        ArticleState: "draft" | "published" | "retired";
        ArticleVersionView: {
            author?: components["schemas"]["Person"] | null;
            body: string;
            /** Format: date-time */
            effective_from?: string | null;
            /** Format: date-time */
            published_at?: string | null;
            published_by?: components["schemas"]["Person"] | null;
            state: components["schemas"]["VersionState"];
            title: string;
            /** Format: int32 */
            version: number;
        };
        /** @description An article in a list. */
        ArticleView: {
            id: components["schemas"]["ArticleId"];
            state: components["schemas"]["ArticleState"];
            /** @description Of the version in use, or else of the latest draft. */
            title: string;
            /** Format: date-time */
            updated_at: string;
            /** Format: int32 */
            version: number;
        };
        AssigneeBody: {
            account_id?: components["schemas"]["AccountId"] | null;
            /**
             * Format: int32
             * @description As with a transition.
             */
            version?: number | null;
        };
        /** Format: uuid */
        AttachmentId: string;
        /** @description The parts of a delivery, for the API document. */
        AttachmentUpload: {
            /** @description 8 to 64 letters, digits, `-` or `_`; the same id again is the same message. */
            client_id: string;
            /**
             * Format: binary
             * @description PNG, JPEG or PDF with its file name, at most 10 MiB; pictures at most 50 million pixels.
             */
            file: string;
        };
        /** @description A picture or document; its name is the message's body. */
        AttachmentView: {
            /** Format: int64 */
            bytes: number;
            /** Format: int32 */
            height?: number | null;
            id: components["schemas"]["AttachmentId"];
            /** @description `image/png`, `image/jpeg` or `application/pdf`, as its content says. */
            media_type: string;
            /**
             * Format: int32
             * @description Of a picture, in pixels.
             */
            width?: number | null;
        };
        /** Format: uuid */
        AuditId: string;
        /** @description What was acted on. */
        AuditObjectView: {
            /** Format: uuid */
            id: string;
            kind: string;
            label?: string | null;
        };
        /** @description One page of records. */
        AuditRecordList: {
            items: components["schemas"]["AuditRecordView"][];
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description How many there are in all; at least this many where `total_exact` is false.
             */
            total: number;
            total_exact: boolean;
        };
        /** @description A record as an auditor sees it. */
        AuditRecordView: {
            action: string;
            /** @description In the reader's language. */
            action_text: string;
            actor: components["schemas"]["ActorView"];
            approval_id?: components["schemas"]["ApprovalId"] | null;
            /** Format: date-time */
            at: string;
            /** @description Whether the record's MAC stands and, once it is sealed, its leaf is the sealed one. */
            authentic: boolean;
            code?: string | null;
            customer_id?: components["schemas"]["CustomerId"] | null;
            /** @description An object, unless it was altered: then what stands there. */
            detail: unknown;
            id: components["schemas"]["AuditId"];
            node: string;
            object?: components["schemas"]["AuditObjectView"] | null;
            outcome: string;
            /**
             * Format: int64
             * @description The place in the sealed log; none in the second after the act.
             */
            position?: number | null;
            /** @description What a person gave as the reason; none, too, where it can no longer be opened. */
            reason?: string | null;
            session_id?: components["schemas"]["SessionId"] | null;
            software_version: string;
            source_ip?: string | null;
            trace_id: string;
        };
        /**
         * @description Who wrote a message.
         * @enum {string}
         */
        AuthorKind: "customer" | "bot" | "agent" | "system";
        AuthorView: {
            /** @description Never sent to customers. */
            id?: components["schemas"]["AccountId"];
            kind: components["schemas"]["AuthorKind"];
            name: string;
        };
        /** @description As it is sent. */
        CallDetailRecord: {
            /**
             * Format: int32
             * @description Index of the agent's channel in the recording, 0 = left.
             */
            agent_channel: number;
            agent_login: string;
            /** @description The recorder's own id of the call: 1 to 64 letters, digits, `.`, `_`, `:` or `-`. */
            call_id: string;
            callee: string;
            /** @description 3 to 20 digits with an optional leading `+`, or `anonymous` when the number was withheld (RFC 3323). */
            caller: string;
            /** Format: int32 */
            customer_channel: number;
            direction: components["schemas"]["Direction"];
            ended_at: string;
            /** @description RFC 3339 with a zone. */
            started_at: string;
        };
        ChannelPeaks: {
            /** @description The loudest sample of each stretch, 0 to 1. */
            peaks: number[];
            speaker: components["schemas"]["Speaker"];
        };
        ChatSessionView: {
            conversation_id: components["schemas"]["ConversationId"];
            /** Format: date-time */
            expires_at: string;
            /** @description Shown before the first answer. */
            notice: string;
            resumed: boolean;
        };
        /** @description What a rule checks. Phrases are compared after normalisation: punctuation, white space, case and width do not matter. */
        Check: {
            /** @enum {string} */
            kind: "forbidden_phrase";
            phrases: string[];
            speaker: components["schemas"]["RuleSpeaker"];
            unless?: string[];
        } | {
            any_of: string[];
            /** @enum {string} */
            kind: "required_phrase";
            only_if?: components["schemas"]["Occasion"] | null;
            speaker: components["schemas"]["RuleSpeaker"];
            within: components["schemas"]["Within"];
        } | {
            /** @enum {string} */
            kind: "max_silence";
            /** Format: int32 */
            seconds: number;
        } | {
            /** @enum {string} */
            kind: "max_response";
            /** Format: int32 */
            seconds: number;
        } | {
            /** @enum {string} */
            kind: "max_overlap";
            /** Format: int32 */
            seconds: number;
        };
        CheckView: {
            name: string;
            ok: boolean;
            /** @description What is wrong. */
            reason?: string | null;
            /** @description What is to be known of it though it is ready: a provider of keys that is no certified product (非认证). */
            remark?: string | null;
            required: boolean;
        };
        /** @description The exact article version that an answer rests on, and its sentence. */
        CitationView: {
            article_id: components["schemas"]["ArticleId"];
            quote: string;
            title: string;
            /** Format: int32 */
            version: number;
        };
        CloseBody: {
            /** @description 1 to 2,000 characters. */
            summary: string;
        };
        CommentBody: {
            /** @description 1 to 4,000 characters. */
            body: string;
        };
        /** Format: uuid */
        ConversationId: string;
        ConversationPage: {
            items: components["schemas"]["ConversationView"][];
            next_cursor?: string | null;
        };
        /**
         * @description Who has the conversation.
         * @enum {string}
         */
        ConversationState: "bot" | "queued" | "active" | "closed";
        ConversationTicketBody: {
            /** @description 1 to 4,000 characters. */
            description: string;
            kind: components["schemas"]["TicketKind"];
            priority: components["schemas"]["TicketPriority"];
            /** @description 1 to 120 characters. */
            subject: string;
        };
        /** @description A conversation without its messages. */
        ConversationView: {
            agent?: components["schemas"]["AgentView"] | null;
            /** Format: date-time */
            assigned_at?: string | null;
            channel: string;
            /** Format: date-time */
            closed_at?: string | null;
            customer: components["schemas"]["CustomerView"];
            handoff_reason?: components["schemas"]["HandOffReason"] | null;
            id: components["schemas"]["ConversationId"];
            /** Format: date-time */
            last_message_at: string;
            /** Format: int64 */
            last_seq: number;
            /** Format: date-time */
            opened_at: string;
            /** @description The page that the customer writes from. */
            page_url?: string | null;
            /** @description The beginning of the last message, with numbers masked. */
            preview: string;
            queue?: components["schemas"]["QueueRef"] | null;
            /** Format: date-time */
            queued_at?: string | null;
            state: components["schemas"]["ConversationState"];
            summary?: string | null;
        };
        /** Format: uuid */
        CustomerId: string;
        /** @description A customer as staff may see him by default: masked (control P1). */
        CustomerView: {
            display_name: string;
            id: components["schemas"]["CustomerId"];
            phone_masked?: string | null;
        };
        /**
         * @description What a second person says.
         * @enum {string}
         */
        Decision: "approve" | "reject";
        DecisionBody: {
            /** @description At most 500 characters. */
            comment?: string | null;
            decision: components["schemas"]["Decision"];
        };
        /** @description A rule's definition as it is stored: JSON of this shape. */
        Definition: {
            applies_to: components["schemas"]["SubjectKind"][];
            check: components["schemas"]["Check"];
        };
        /**
         * @description Who called whom, seen from the bank.
         * @enum {string}
         */
        Direction: "inbound" | "outbound";
        /**
         * @description What a line of a ticket's history records.
         * @enum {string}
         */
        EntryKind: "created" | "comment" | "transition" | "assignment";
        EntryView: {
            actor?: components["schemas"]["Person"] | null;
            /** Format: date-time */
            at: string;
            /** @description A comment, or for an assignment the new assignee's name. */
            body?: string | null;
            from_state?: components["schemas"]["TicketState"] | null;
            kind: components["schemas"]["EntryKind"];
            /** Format: int32 */
            seq: number;
            to_state?: components["schemas"]["TicketState"] | null;
        };
        /** @description The body of every error. */
        ErrorBody: {
            /** @description One of the closed list in the error catalogue. */
            code: string;
            /** @description What exactly was wrong with this request; empty for a 5xx. */
            detail: string;
            /** @description What happened and what to do, for people. */
            message: string;
            /** @description Quote it to operations; the log has it. */
            trace_id: string;
        };
        /** @description Something that is not as it was written. */
        Failure: {
            /**
             * Format: uuid
             * @description The record, where it is known.
             */
            id?: string | null;
            /**
             * Format: int64
             * @description The place in the log, for what is sealed.
             */
            position?: number | null;
            what: string;
        };
        /** @description One deduction, with the sentence it rests on. */
        FindingView: {
            /**
             * Format: int64
             * @description Milliseconds since the call or conversation began.
             */
            at_ms: number;
            /** Format: int32 */
            deduction: number;
            explanation: string;
            fatal: boolean;
            message_id?: components["schemas"]["MessageId"] | null;
            /** Format: int32 */
            ordinal: number;
            /** @description Verbatim. */
            quote: string;
            rule_code: string;
            rule_name: string;
            /** Format: int32 */
            rule_version: number;
            segment_id?: components["schemas"]["SegmentId"] | null;
            speaker?: string | null;
        };
        FoundList: {
            items: components["schemas"]["FoundView"][];
        };
        /** @description One thing that was found. */
        FoundView: {
            /** Format: date-time */
            at: string;
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["SearchKind"];
            /** @description What to open to see it in its place. */
            parent: components["schemas"]["ParentView"];
            /**
             * Format: float
             * @description How well it fits: how much of the question it covers, and how strongly. Greater is better, about 1 is all of it.
             */
            score: number;
            /** @description The sentence that fits best, with numbers masked. */
            snippet: string;
        };
        /**
         * @description Why somebody may hear a recording.
         * @enum {string}
         */
        GrantSource: "inspection_task" | "approval";
        /**
         * @description Why the bot gave the conversation to a person.
         * @enum {string}
         */
        HandOffReason: "keyword" | "requested" | "refusals";
        HeadList: {
            items: components["schemas"]["HeadView"][];
            next_cursor?: string | null;
        };
        /** @description The newest signed head. */
        HeadReport: {
            key_id: components["schemas"]["SigningKeyId"];
            /** @description Hexadecimal, like the signature (DER). */
            root: string;
            signature: string;
            signature_ok: boolean;
            /** Format: date-time */
            signed_at: string;
            /** Format: int64 */
            tree_size: number;
        };
        /** @description A signed head, with what it takes to check it elsewhere. */
        HeadView: {
            key_id: components["schemas"]["SigningKeyId"];
            public_key: string;
            /** @description Hexadecimal, like the public key (uncompressed point) and the signature (DER, SM2 with SM3). */
            root: string;
            signature: string;
            /** @description The bytes that were signed. */
            signed: string;
            /** Format: date-time */
            signed_at: string;
            /** Format: int64 */
            tree_size: number;
        };
        Inspection: {
            agent?: components["schemas"]["Person"] | null;
            assignee?: components["schemas"]["Person"] | null;
            comment?: string | null;
            /** Format: date-time */
            confirmed_at?: string | null;
            confirmed_by?: components["schemas"]["Person"] | null;
            /** Format: date-time */
            created_at: string;
            fatal: boolean;
            findings?: components["schemas"]["FindingView"][];
            /** Format: int32 */
            full_score: number;
            id: components["schemas"]["InspectionId"];
            /** @description Absent in lists, like `findings`. */
            passed?: components["schemas"]["PassedView"][];
            plan: components["schemas"]["PlanView"];
            /** Format: int32 */
            score: number;
            state: components["schemas"]["InspectionState"];
            subject: components["schemas"]["SubjectView"];
        };
        InspectionConfirmation: {
            /** @description At most 2,000 characters; may be empty. */
            comment: string;
        };
        /** Format: uuid */
        InspectionId: string;
        InspectionPage: {
            items: components["schemas"]["Inspection"][];
            next_cursor?: string | null;
        };
        InspectionRule: {
            code: string;
            /** Format: int32 */
            deduction: number;
            definition: components["schemas"]["Definition"];
            enabled: boolean;
            fatal: boolean;
            name: string;
            /** Format: int32 */
            version: number;
        };
        /**
         * @description How far people have come with it. What the program found takes effect when a person confirms it, never before (control G6).
         * @enum {string}
         */
        InspectionState: "suggested" | "assigned" | "confirmed";
        /** @description A live session as a security administrator sees it. */
        LiveSession: {
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            id: components["schemas"]["SessionId"];
            /** Format: date-time */
            last_activity_at: string;
            source_ip: string;
            user_agent: string;
            zone: string;
        };
        /** Format: uuid */
        MessageId: string;
        /**
         * @description What a message is.
         * @enum {string}
         */
        MessageKind: "text" | "answer" | "refusal" | "notice" | "attachment";
        MessageList: {
            items: components["schemas"]["MessageView"][];
        };
        MessageView: {
            /** @description Made by the AI: carries the label (control G2). */
            ai: boolean;
            /** Format: date-time */
            at: string;
            attachment?: components["schemas"]["AttachmentView"] | null;
            author: components["schemas"]["AuthorView"];
            body: string;
            citations: components["schemas"]["CitationView"][];
            client_id?: string | null;
            conversation_id: components["schemas"]["ConversationId"];
            id: components["schemas"]["MessageId"];
            kind: components["schemas"]["MessageKind"];
            /** Format: int64 */
            seq: number;
        };
        NewAccountBody: {
            /** @description 1 to 40 characters. */
            display_name: string;
            /** @description 3 to 32 lower case letters, digits, dots, dashes or underscores; never used again for another person. */
            login: string;
            roles: components["schemas"]["Role"][];
        };
        /** @description A new account. The password is shown this once. */
        NewAccountView: {
            account: components["schemas"]["Account"];
            one_time_password: string;
        };
        NewApprovalBody: {
            /** @description For example `recording.playback`. */
            kind: string;
            /** Format: uuid */
            object_id: string;
            /** @description 5 to 500 characters. */
            reason: string;
        };
        NewChatBody: {
            display_name?: string | null;
            /** @description The page the widget stands on; its query and fragment are not kept. */
            page_url?: string | null;
            phone?: string | null;
        };
        NewMessageBody: {
            /** @description 1 to 4,000 characters. */
            body: string;
            /** @description 8 to 64 letters, digits, `-` or `_`; the same id again is the same message. */
            client_id: string;
        };
        NewTicketBody: {
            customer_id?: components["schemas"]["CustomerId"] | null;
            /** @description 1 to 4,000 characters. */
            description: string;
            kind: components["schemas"]["TicketKind"];
            priority: components["schemas"]["TicketPriority"];
            /** @description 1 to 120 characters. */
            subject: string;
        };
        /** @description What an approval is about. */
        ObjectView: {
            /** Format: uuid */
            id: string;
            kind: string;
            title: string;
        };
        /** @description A rule that only counts where something was said. */
        Occasion: {
            /** @description Any one of them. */
            phrases: string[];
            speaker?: components["schemas"]["RuleSpeaker"] | null;
        };
        /** @description A password for one use. It is shown this once. */
        OneTimePassword: {
            one_time_password: string;
        };
        /**
         * Format: uuid
         * @description A brand, region or branch.
         */
        OrgId: string;
        /** @description An organisation as shown. */
        Organisation: {
            code: string;
            id: components["schemas"]["OrgId"];
            name: string;
        };
        ParentView: {
            /** Format: uuid */
            id: string;
            /** @description `conversation`, `recording`, `article` or `ticket`. */
            kind: string;
            /** @description A masked name, a number, a title. */
            title: string;
        };
        PassedView: {
            rule_code: string;
            rule_name: string;
        };
        PasswordBody: {
            current_password: string;
            new_password: string;
        };
        /** @description Somebody of the staff as others see him. */
        Person: {
            display_name: string;
            id: components["schemas"]["AccountId"];
        };
        PlanView: {
            code: string;
            /** Format: int32 */
            version: number;
        };
        /** @description Whether the caller may hear a recording. */
        PlaybackGrant: {
            /**
             * Format: uuid
             * @description The approval that granted it, or the request that waits.
             */
            approval_id?: string | null;
            by?: components["schemas"]["GrantSource"] | null;
            /** Format: date-time */
            expires_at?: string | null;
            granted: boolean;
        };
        /** Format: uuid */
        QueueId: string;
        QueueList: {
            items: components["schemas"]["QueueView"][];
        };
        QueueRef: {
            id: components["schemas"]["QueueId"];
            name: string;
        };
        QueueView: {
            /** Format: int64 */
            agents_ready: number;
            id: components["schemas"]["QueueId"];
            /** Format: int64 */
            longest_wait_s: number;
            name: string;
            /** Format: int64 */
            waiting: number;
        };
        ReadinessView: {
            checks: components["schemas"]["CheckView"][];
            ready: boolean;
        };
        Recording: {
            agent?: components["schemas"]["Person"] | null;
            /** Format: int64 */
            bytes: number;
            call_id: string;
            callee_masked: string;
            caller_masked: string;
            /** Format: int32 */
            channels: number;
            codec: string;
            customer?: components["schemas"]["CustomerView"] | null;
            /** @description SM3 of the file as it was delivered, hexadecimal. */
            digest_sm3: string;
            direction: components["schemas"]["Direction"];
            /** Format: int64 */
            duration_ms: number;
            /** Format: date-time */
            ended_at: string;
            /** @description Why it is not transcribed: an error code. */
            failure?: string | null;
            id: components["schemas"]["RecordingId"];
            /** Format: date-time */
            imported_at: string;
            inspection_id?: components["schemas"]["InspectionId"] | null;
            /**
             * Format: float
             * @description 0 to 1.
             */
            progress: number;
            /** Format: int32 */
            sample_rate: number;
            signature: components["schemas"]["SignatureView"];
            /** Format: date-time */
            started_at: string;
            state: components["schemas"]["RecordingState"];
        };
        /** Format: uuid */
        RecordingId: string;
        RecordingPage: {
            items: components["schemas"]["Recording"][];
            next_cursor?: string | null;
        };
        /**
         * @description How far a recording has come.
         * @enum {string}
         */
        RecordingState: "imported" | "transcribing" | "transcribed" | "failed";
        RecordingTranscript: {
            /** @description A demonstration model made it: the screen says so. */
            demo_model: boolean;
            engine: string;
            model: string;
            model_digest: string;
            segments: components["schemas"]["TranscriptSegment"][];
        };
        /** @description The parts of a delivery, for the API document. */
        RecordingUpload: {
            /**
             * Format: binary
             * @description WAV: stereo, 8 or 16 kHz, 16-bit PCM, A-law or µ-law.
             */
            audio: string;
            cdr: components["schemas"]["CallDetailRecord"];
        };
        /**
         * @description What somebody is employed to do. `sysadmin`, `secadmin` and `auditor` exclude each other and every business role (三权分立, control A3).
         * @enum {string}
         */
        Role: "agent" | "supervisor" | "inspector" | "knowledge_editor" | "auditor" | "sysadmin" | "secadmin";
        RolesBody: {
            roles: components["schemas"]["Role"][];
        };
        RuleList: {
            items: components["schemas"]["InspectionRule"][];
        };
        /**
         * @description Whose words a rule looks at.
         * @enum {string}
         */
        RuleSpeaker: "agent" | "customer" | "bot";
        /**
         * @description What a document is.
         * @enum {string}
         */
        SearchKind: "article" | "message" | "segment" | "ticket";
        /** Format: uuid */
        SegmentId: string;
        SessionAccount: {
            display_name: string;
            id: components["schemas"]["AccountId"];
            login: string;
            org: components["schemas"]["Organisation"];
            roles: components["schemas"]["Role"][];
        };
        /** Format: uuid */
        SessionId: string;
        SessionList: {
            items: components["schemas"]["LiveSession"][];
        };
        /** @description What the signed-in person's own screen needs to know. */
        SessionState: {
            account: components["schemas"]["SessionAccount"];
            /**
             * Format: date-time
             * @description When it ends in any case.
             */
            expires_at: string;
            /**
             * Format: int64
             * @description Seconds without activity after which the session ends.
             */
            idle_timeout_s: number;
            must_change_password: boolean;
            /** @description Codes of what this person may do; the server decides again at every request. */
            permissions: string[];
        };
        SignInBody: {
            login: string;
            password: string;
        };
        /** @description Which key signed the recording when it was closed. */
        SignatureView: {
            /** @description `SM2` */
            algorithm: string;
            key_id: components["schemas"]["SigningKeyId"];
        };
        /** Format: uuid */
        SigningKeyId: string;
        /**
         * @description Who is heard on a channel.
         * @enum {string}
         */
        Speaker: "agent" | "customer";
        /**
         * @description What is inspected.
         * @enum {string}
         */
        SubjectKind: "conversation" | "recording";
        SubjectView: {
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["SubjectKind"];
            /** @description A call id, or when the conversation began. */
            title: string;
        };
        /** Format: uuid */
        TicketId: string;
        /**
         * @description What the customer wants.
         * @enum {string}
         */
        TicketKind: "inquiry" | "complaint" | "service_request" | "dispute";
        TicketPage: {
            items: components["schemas"]["TicketView"][];
            next_cursor?: string | null;
        };
        /** @enum {string} */
        TicketPriority: "low" | "normal" | "high" | "urgent";
        /** @enum {string} */
        TicketState: "open" | "in_progress" | "waiting_customer" | "resolved" | "closed" | "cancelled";
        /** @description A ticket as one person may see it: the customer is masked, the allowed transitions are his. */
        TicketView: {
            allowed_transitions: components["schemas"]["TicketState"][];
            assignee?: components["schemas"]["Person"] | null;
            conversation_id?: components["schemas"]["ConversationId"] | null;
            /** Format: date-time */
            created_at: string;
            created_by: components["schemas"]["Person"];
            customer?: components["schemas"]["CustomerView"] | null;
            description: string;
            /** Format: date-time */
            due_at?: string | null;
            /** @description Its history, oldest first; absent in lists. */
            entries?: components["schemas"]["EntryView"][];
            id: components["schemas"]["TicketId"];
            kind: components["schemas"]["TicketKind"];
            number: string;
            priority: components["schemas"]["TicketPriority"];
            recording_id?: components["schemas"]["RecordingId"] | null;
            state: components["schemas"]["TicketState"];
            subject: string;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int32
             * @description Goes up with every change; send it back to be told when somebody else was faster.
             */
            version: number;
        };
        TranscriptSegment: {
            /** Format: int32 */
            channel: number;
            /** Format: float */
            confidence: number;
            /** Format: int64 */
            end_ms: number;
            id: components["schemas"]["SegmentId"];
            /** Format: int32 */
            ordinal: number;
            speaker: components["schemas"]["Speaker"];
            /**
             * Format: int64
             * @description Milliseconds since the start of the recording.
             */
            start_ms: number;
            text: string;
        };
        TransitionBody: {
            /** @description At most 4,000 characters. */
            comment?: string | null;
            to: components["schemas"]["TicketState"];
            /**
             * Format: int32
             * @description The version that was looked at; the move is refused when the ticket has changed since.
             */
            version?: number | null;
        };
        /** @description What a verification found. */
        VerificationReport: {
            /**
             * Format: int64
             * @description Records whose MAC was recomputed.
             */
            checked: number;
            failures: components["schemas"]["Failure"][];
            head?: components["schemas"]["HeadReport"] | null;
            /**
             * Format: int64
             * @description How long it took, in milliseconds.
             */
            ms: number;
            ok: boolean;
            root: string;
            /**
             * Format: int64
             * @description Seals that were walked.
             */
            sealed: number;
            /**
             * Format: int64
             * @description Leaves of the recomputed tree, and its root in hexadecimal.
             */
            tree_size: number;
            /**
             * Format: int64
             * @description Records that still wait for their seal.
             */
            unsealed: number;
        };
        /**
         * @description Where one version stands.
         * @enum {string}
         */
        VersionState: "draft" | "published" | "superseded" | "retired";
        Waveform: {
            channels: components["schemas"]["ChannelPeaks"][];
            /** Format: int64 */
            duration_ms: number;
        };
        /** @description Where words must be said, counted in utterances of the speaker. */
        Within: "anywhere" | {
            /** Format: int32 */
            first: number;
        } | {
            /** Format: int32 */
            last: number;
        };
        /**
         * @description A listener of its own with a route table of its own.
         * @enum {string}
         */
        Zone: "staff" | "customers" | "admin" | "metrics";
        /** @description What a page may know before anybody has signed in. */
        ZoneView: {
            /** @description Where the demo's customer page is; in the demo only. */
            customers_url?: string | null;
            demo: boolean;
            product_version: string;
            zone: components["schemas"]["Zone"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_accounts: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccountBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewAccountView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    disable_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    enable_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OneTimePassword"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_account_roles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolesBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_agent_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentStateView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_agent_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentStateBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentStateView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_approvals: {
        parameters: {
            query?: {
                state?: components["schemas"]["ApprovalState"];
                /** @description Only one's own requests. */
                mine?: boolean;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    request_approval: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApprovalBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    decide_approval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ApprovalId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_articles: {
        parameters: {
            query?: {
                /** @description Words to look for in the articles in use; the list is then the best matches, best first, in one page. */
                q?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticlePage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_article: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleDetailView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_article: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ArticleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleDetailView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    retire_article: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ArticleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleDetailView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ArticleId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleDetailView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    publish_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ArticleId"];
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleDetailView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_audit_actions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_audit_heads: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeadList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_audit_records: {
        parameters: {
            query?: {
                from?: string;
                /** @description Exclusive. */
                to?: string;
                /** @description An account's id, or a part of a name. */
                actor?: string;
                /** @description An action's code, or all below a noun: `session.`. */
                action?: string;
                object_kind?: string;
                object_id?: string;
                customer_id?: components["schemas"]["CustomerId"];
                /** @description `success`, `refused` or `failed`. */
                outcome?: string;
                session_id?: components["schemas"]["SessionId"];
                /** @description A part of the actor's name, the object's number, the detail or the address; a code or a trace id. */
                text?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditRecordList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    export_audit_records: {
        parameters: {
            query?: {
                from?: string;
                /** @description Exclusive. */
                to?: string;
                /** @description An account's id, or a part of a name. */
                actor?: string;
                /** @description An action's code, or all below a noun: `session.`. */
                action?: string;
                object_kind?: string;
                object_id?: string;
                customer_id?: components["schemas"]["CustomerId"];
                /** @description `success`, `refused` or `failed`. */
                outcome?: string;
                session_id?: components["schemas"]["SessionId"];
                /** @description A part of the actor's name, the object's number, the detail or the address; a code or a trace id. */
                text?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_audit_record: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AuditId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditRecordView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    verify_audit_log: {
        parameters: {
            query?: {
                /** @description Begin at the last signed head at or before this position; the whole ledger when absent. */
                from?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationReport"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_chat_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["AttachmentUpload"];
            };
        };
        responses: {
            /** @description sent before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageView"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_chat_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_chat_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChatBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatSessionView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_conversations: {
        parameters: {
            query?: {
                state?: components["schemas"]["ConversationState"];
                /** @description Only my own. */
                mine?: boolean;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationPage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    accept_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["AttachmentUpload"];
            };
        };
        responses: {
            /** @description sent before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageView"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    close_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloseBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description Messages with a greater number. */
                after?: number;
                limit?: number;
            };
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessageBody"];
            };
        };
        responses: {
            /** @description sent before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageView"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_ticket_from_conversation: {
        parameters: {
            query?: never;
            header?: {
                /** @description 8 to 64 letters, digits, - or _ */
                "Idempotency-Key"?: string | null;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConversationTicketBody"];
            };
        };
        responses: {
            /** @description made before under this key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_inspection_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_inspections: {
        parameters: {
            query?: {
                subject_kind?: components["schemas"]["SubjectKind"];
                subject_id?: string;
                state?: components["schemas"]["InspectionState"];
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InspectionPage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_inspection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["InspectionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inspection"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    claim_inspection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["InspectionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inspection"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    confirm_inspection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["InspectionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InspectionConfirmation"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inspection"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_queues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_recordings: {
        parameters: {
            query?: {
                state?: components["schemas"]["RecordingState"];
                /** @description A number on either side of the call, or the last four digits of one. */
                phone?: string;
                /** @description Calls that began at or after this time. */
                from?: string;
                /** @description Calls that began before this time. */
                to?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingPage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    import_recording: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["RecordingUpload"];
            };
        };
        responses: {
            /** @description imported before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recording"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recording"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["RecordingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recording"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_audio: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["RecordingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the WAV file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": unknown;
                };
            };
            /** @description the bytes asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": unknown;
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_grant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["RecordingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaybackGrant"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_transcript: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["RecordingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingTranscript"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_waveform: {
        parameters: {
            query?: {
                /** @description Stretches per channel, 1 to 600; 600 unless asked otherwise. */
                buckets?: number;
            };
            header?: never;
            path: {
                id: components["schemas"]["RecordingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waveform"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    search_content: {
        parameters: {
            query: {
                /** @description 1 to 200 characters. */
                q: string;
                /** @description Comma-separated: `message`, `segment`, `article`, `ticket`; all of them unless given. */
                kinds?: string;
                /** @description 1 to 50; 20 unless given. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundList"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionState"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionState"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordBody"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_tickets: {
        parameters: {
            query?: {
                state?: components["schemas"]["TicketState"];
                /** @description Only those assigned to me. */
                mine?: boolean;
                conversation_id?: components["schemas"]["ConversationId"];
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_ticket: {
        parameters: {
            query?: never;
            header?: {
                /** @description 8 to 64 letters, digits, - or _ */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTicketBody"];
            };
        };
        responses: {
            /** @description made before under this key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TicketId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_assignee: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TicketId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssigneeBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TicketId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_transition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TicketId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransitionBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketView"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_zone: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneView"];
                };
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadinessView"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadinessView"];
                };
            };
        };
    };
}
