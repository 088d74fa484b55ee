DROP TABLE chat_sessions;
DROP TABLE bot_receipts;
DROP TABLE message_citations;
DROP TABLE messages;
DROP TABLE conversations;
DROP TABLE agent_states;
DROP TABLE queues;
