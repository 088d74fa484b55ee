//! Web chat: the bot answers, the bot declines, the customer gets a person with everything that was said.

use std::time::Instant;

use serde_json::{Value, json};
use uuid::Uuid;

use super::check::{Fields, Outcome, Stop, must, needed, same, same_words};
use super::client::{Staff, Web};
use super::script::{ASK_FOR_PERSON, QUESTION};
use super::socket::Socket;
use super::{Acts, Chat, Role, Said};

/// As many conversations as an agent may take, so that the router prefers this one.
const CAPACITY: u32 = 20;

fn of_bot(frame: &Value) -> bool {
    frame.is("/type", "message") && frame.is("/message/author/kind", "bot")
}

/// The customer opens a chat and asks; the bot answers with a citation that stands in the article's very version.
pub(super) async fn bot_answer(acts: &mut Acts<'_>) -> Outcome<Value> {
    acts.doing = "opening a chat";
    let web = Web::new(&acts.stage.customers_url, &acts.tls)?;
    let visitor = json!({ "display_name": acts.script.customer_name, "phone": acts.script.customer_phone });
    let opened = web.post("/api/v1/chat-sessions", &visitor).await?.good(200)?;
    same("resumed", false, opened.flag("/resumed")?)?;
    let id = opened.text("/conversation_id")?.to_owned();
    must(!opened.text("/notice")?.is_empty(), "a notice that an AI answers", "none")?;

    acts.doing = "waiting for the welcome";
    let mut socket = Socket::open(&web, "/chat").await?;
    let welcome = socket.until("welcome", |f| f.is("/type", "welcome")).await?;
    same("the conversation of the welcome", id.as_str(), welcome.text("/conversation/id")?)?;
    same("its state", "bot", welcome.text("/conversation/state")?)?;

    acts.doing = "waiting for the question to be acknowledged";
    let asked = Instant::now();
    let (client_id, question) = socket.say(QUESTION).await?;
    same_words("the question", QUESTION, question.text("/body")?)?;
    let question_id = question.text("/id")?.to_owned();
    acts.doing = "waiting for the bot";
    let frame = socket.until("a message of the bot", of_bot).await?;
    let (answer, answered) = (frame.at("/message")?, asked.elapsed());
    same("the kind of the answer", "answer", answer.text("/kind")?)?;
    same("ai", true, answer.flag("/ai")?)?;
    let answer_id = answer.text("/id")?.to_owned();
    let citations = answer.list("/citations")?.clone();
    must(!citations.is_empty(), "at least one citation", "none")?;

    acts.doing = "sending the same message again";
    let again = socket.say_as(&client_id, QUESTION).await?;
    same("the message sent again", question_id.as_str(), again.text("/id")?)?;
    acts.said.push(Said { id: question_id.clone(), body: QUESTION.to_owned() });
    acts.said.push(Said { id: answer_id.clone(), body: answer.text("/body")?.to_owned() });
    acts.chat = Some(Chat { id: id.clone(), web, socket });

    acts.doing = "looking the citation up";
    let inspector = acts.staff(Role::Inspector).await?;
    let mut cited = Vec::new();
    for citation in &citations {
        let (article_id, version) = (citation.text("/article_id")?, citation.number("/version")?);
        let article = inspector.web.get(&format!("/api/v1/articles/{article_id}")).await?;
        same("the version that is in use", article.number("/version")?, version)?;
        let of_version = |v: &&Value| v.number("/version").ok() == Some(version);
        let found = article.list("/versions")?.iter().find(of_version);
        let text = needed_version(found, version)?;
        let quote = citation.text("/quote")?;
        let holds = !quote.trim().is_empty() && text.text("/body")?.contains(quote);
        must(holds, format!("the quote stands in version {version} of the article"), "it does not")?;
        same_words("the cited title", text.text("/title")?, citation.text("/title")?)?;
        cited.push(json!({ "article_id": article_id, "version": version }));
    }
    Ok(json!({
        "conversation_id": id, "question_id": question_id, "answer_id": answer_id,
        "citations": cited, "answered_in_ms": u64::try_from(answered.as_millis()).unwrap_or(u64::MAX),
    }))
}

fn needed_version(found: Option<&Value>, version: i64) -> Outcome<&Value> {
    found.ok_or_else(|| Stop::unmet(format!("version {version} of the cited article"), "it is not there"))
}

/// Asked about nothing that a bank knows, the bot says that it cannot answer, and cites nothing.
pub(super) async fn refusal(acts: &mut Acts<'_>) -> Outcome<Value> {
    acts.doing = "waiting for the bot";
    let nonsense = acts.script.nonsense.clone();
    let socket = acts.customer()?;
    let (_, question) = socket.say(&nonsense).await?;
    let frame = socket.until("a message of the bot", of_bot).await?;
    let refusal = frame.at("/message")?;
    same("the kind of the bot's message", "refusal", refusal.text("/kind")?)?;
    same("ai", true, refusal.flag("/ai")?)?;
    same("citations", 0, refusal.list("/citations")?.len())?;
    let ids = json!({ "question_id": question.text("/id")?, "refusal_id": refusal.text("/id")? });
    let body = refusal.text("/body")?.to_owned();
    acts.said.push(Said { id: question.text("/id")?.to_owned(), body: nonsense });
    acts.said.push(Said { id: refusal.text("/id")?.to_owned(), body });
    Ok(ids)
}

/// The customer asks for a person; an agent who is signed in and ready gets the conversation with its whole context.
pub(super) async fn handoff(acts: &mut Acts<'_>) -> Outcome<Value> {
    let id = acts.conversation()?;
    needed((acts.said.len() >= 4).then_some(()), "refusal")?;
    let agent = acts.staff(Role::Agent).await?;
    acts.doing = "opening the agent's live socket";
    acts.agent_state = Some(
        agent
            .web
            .get("/api/v1/agent-state")
            .await
            .and_then(|s| Ok(json!({ "state": s.text("/state")?, "capacity": s.number("/capacity")? })))?,
    );
    let mut live = Socket::open(&agent.web, "/live").await?;
    live.until("hello", |f| f.is("/type", "hello")).await?;
    let ready = json!({ "state": "ready", "capacity": CAPACITY });
    let state = agent.web.put("/api/v1/agent-state", &ready).await?;
    same("the agent's state", "ready", state.text("/state")?)?;

    let asked = Instant::now();
    let (_, ask) = acts.customer()?.say(ASK_FOR_PERSON).await?;
    acts.said.push(Said { id: ask.text("/id")?.to_owned(), body: ASK_FOR_PERSON.to_owned() });
    acts.doing = "waiting for the conversation to be assigned to the agent";
    let assigned = |f: &Value| f.is("/type", "conversation.assigned") && f.is("/conversation_id", &id);
    live.until("conversation.assigned", assigned).await?;
    let routed = asked.elapsed();
    acts.live = Some(live);

    acts.doing = "reading the conversation as the agent";
    let path = format!("/api/v1/conversations/{id}");
    let conversation = agent.web.get(&path).await?;
    same("the conversation's state", "active", conversation.text("/state")?)?;
    same("its agent", agent.id.as_str(), conversation.text("/agent/id")?)?;
    same("why it was handed over", "keyword", conversation.text("/handoff_reason")?)?;
    let shown = conversation.text("/customer/display_name")?;
    must(shown != acts.script.customer_name, "the customer's name masked", "the whole name")?;
    let read = agent.web.get(&format!("{path}/messages")).await?;
    let count = whole_context(&acts.said, read.list("/items")?)?;

    acts.doing = "telling the customer who answers";
    let active = |f: &Value| f.is("/type", "state") && f.is("/state", "active");
    let state = acts.customer()?.until("state active", active).await?;
    same("the agent's name as the customer sees it", agent.name.as_str(), state.text("/agent_name")?)?;
    acts.handed_over = Some(());
    Ok(json!({
        "agent_id": agent.id, "messages_read": count,
        "routed_in_ms": u64::try_from(routed.as_millis()).unwrap_or(u64::MAX),
    }))
}

/// Every message that was said is there, word for word and in order, and nothing is missing between.
fn whole_context(said: &[Said], items: &[Value]) -> Outcome<usize> {
    for (expected, item) in (1..).zip(items) {
        same("the number of a message", expected, item.number("/seq")?)?;
    }
    let mut rest = items.iter();
    for (place, s) in (1..).zip(said) {
        let found = rest.find(|item| item.is("/id", &s.id));
        let item = found.ok_or_else(|| {
            Stop::unmet(format!("message {place} of {} in its place", said.len()), "it is missing or out of order")
        })?;
        same_words(&format!("message {place}"), &s.body, item.text("/body")?)?;
    }
    Ok(items.len())
}

/// Customer and agent write to each other; what was sent twice is there once.
pub(super) async fn agent_reply(acts: &mut Acts<'_>) -> Outcome<Value> {
    needed(acts.handed_over, "handoff")?;
    let id = acts.conversation()?;
    let agent = acts.staff(Role::Agent).await?;
    acts.doing = "waiting for the customer's words to reach the agent";
    let words = acts.script.customer_words.clone();
    let (_, message) = acts.customer()?.say(&words).await?;
    let message_id = message.text("/id")?.to_owned();
    let live = needed(acts.live.as_mut(), "handoff")?;
    let mine = |f: &Value| f.is("/type", "conversation.message") && f.is("/message/id", &message_id);
    let heard = live.until("the customer's message", mine).await?;
    same_words("what the agent hears", &words, heard.text("/message/body")?)?;

    let document_id = document(acts, &agent).await?;

    acts.doing = "waiting for the reply to reach the customer";
    let reply = acts.script.reply();
    let client_id = Uuid::now_v7().to_string();
    let path = format!("/api/v1/conversations/{id}/messages");
    let body = json!({ "client_id": client_id, "body": reply });
    let posted = agent.web.post(&path, &body).await?.good(201)?;
    let reply_id = posted.text("/id")?.to_owned();
    let its = |f: &Value| f.is("/type", "message") && f.is("/message/id", &reply_id);
    let frame = acts.customer()?.until("the agent's reply", its).await?;
    let got = frame.at("/message")?;
    same_words("what the customer reads", &reply, got.text("/body")?)?;
    same("who wrote it", "agent", got.text("/author/kind")?)?;
    same("the agent's name", agent.name.as_str(), got.text("/author/name")?)?;
    must(got.lacks("/author/id"), "no account id for customers", "one")?;
    same("ai", false, got.flag("/ai")?)?;

    acts.doing = "sending the reply again";
    let again = agent.web.post(&path, &body).await?.good_either(200, 201)?;
    same("the reply sent again", reply_id.as_str(), again.text("/id")?)?;
    let read = agent.web.get(&path).await?;
    let copies = read.list("/items")?.iter().filter(|m| m.is("/client_id", &client_id)).count();
    same("copies of the reply", 1, copies)?;
    acts.said.push(Said { id: message_id.clone(), body: words });
    acts.said.push(Said { id: reply_id.clone(), body: reply });
    acts.replied = Some(());
    acts.attachment = Some(document_id.clone());
    Ok(json!({
        "customer_message_id": message_id, "reply_id": reply_id, "client_id": client_id, "attachment_id": document_id,
    }))
}

/// The customer sends a document and the agent opens it, byte for byte; what pretends to be one is refused.
async fn document(acts: &mut Acts<'_>, agent: &Staff) -> Outcome<String> {
    acts.doing = "sending a document";
    let (id, content) = (acts.conversation()?, acts.script.document());
    let web = needed(acts.chat.as_ref().map(|c| c.web.clone()), "bot_answer")?;
    let (path, client_id) = ("/api/v1/chat-attachments", Uuid::now_v7().to_string());
    let sent = web.attach(path, &client_id, "回单.pdf", content.clone()).await?.good(201)?;
    let again = web.attach(path, &client_id, "回单.pdf", content.clone()).await?.good(200)?;
    same("the document sent again", sent.text("/id")?, again.text("/id")?)?;
    let archive = b"PK\x03\x04 no document".to_vec();
    let refused = web.attach(path, &Uuid::now_v7().to_string(), "回单.pdf", archive).await?;
    refused.refused(422, "attachment.refused")?;
    let attachment = sent.text("/attachment/id")?.to_owned();
    let opened = agent.web.fetch(&format!("/api/v1/conversations/{id}/attachments/{attachment}"), None).await?;
    same("the status of the document", 200, opened.status)?;
    must(opened.body == content, "the document byte for byte", "other bytes")?;
    Ok(attachment)
}
