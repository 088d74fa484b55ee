//! A ticket from the conversation, a transition that does not exist, and the end of the conversation.

use serde_json::{Value, json};
use uuid::Uuid;

use super::check::{Fields, Outcome, must, needed, same, same_words};
use super::{Acts, Role};

pub(super) async fn ticket(acts: &mut Acts<'_>) -> Outcome<Value> {
    needed(acts.replied, "agent_reply")?;
    let conversation = acts.conversation()?;
    let agent = acts.staff(Role::Agent).await?;

    acts.doing = "opening a ticket";
    let path = format!("/api/v1/conversations/{conversation}/tickets");
    let body = json!({
        "kind": "complaint", "priority": "normal",
        "subject": acts.script.ticket_subject, "description": acts.script.ticket_description,
    });
    let key = Uuid::now_v7().to_string();
    let created = agent.web.post_once(&path, &key, &body).await?.good(201)?;
    let id = created.text("/id")?.to_owned();
    same("the ticket's state", "open", created.text("/state")?)?;
    same("its conversation", conversation.as_str(), created.text("/conversation_id")?)?;
    same_words("its subject", &acts.script.ticket_subject, created.text("/subject")?)?;
    let again = agent.web.post_once(&path, &key, &body).await?.good_either(200, 201)?;
    same("the ticket sent again under its key", id.as_str(), again.text("/id")?)?;
    acts.ticket = Some(id.clone());

    acts.doing = "moving the ticket";
    let own = format!("/api/v1/tickets/{id}");
    let moves = format!("{own}/transitions");
    let moved = agent.web.post(&moves, &json!({ "to": "in_progress" })).await?.good(200)?;
    same("the ticket's state", "in_progress", moved.text("/state")?)?;
    let comment = json!({ "body": acts.script.ticket_comment });
    agent.web.post(&format!("{own}/entries"), &comment).await?.good(201)?;

    acts.doing = "asking for a transition that does not exist";
    let before = agent.web.get(&own).await?;
    let may_close = before.list("/allowed_transitions")?.iter().any(|s| s == "closed");
    must(!may_close, "a ticket in progress that cannot be closed at once", "closed among its transitions")?;
    let wrong = json!({ "to": "closed", "comment": acts.script.refused_comment });
    agent.web.post(&moves, &wrong).await?.refused(409, "state.transition_not_allowed")?;
    let after = agent.web.get(&own).await?;
    must(before == after, "a ticket that the refused transition left as it was", "a change")?;

    acts.doing = "closing the conversation";
    let path = format!("/api/v1/conversations/{conversation}/close");
    let closed = agent.web.post(&path, &json!({ "summary": acts.script.summary })).await?.good(200)?;
    same("the conversation's state", "closed", closed.text("/state")?)?;
    same_words("its summary", &acts.script.summary, closed.text("/summary")?)?;
    let customer = acts.customer()?;
    customer.until("closed", |f| f.is("/type", "closed")).await?;
    let late = json!({ "type": "message", "client_id": Uuid::now_v7().to_string(), "body": "还在吗" });
    customer.send(&late).await?;
    let refused = customer.until("an error", |f| f.is("/type", "error")).await?;
    same("what a late message is told", "conversation.closed", refused.text("/code")?)?;
    acts.closed = Some(());
    // Nobody reads the sockets while the call is transcribed, so they end here.
    acts.live = None;
    Ok(json!({
        "ticket_id": id, "number": created.text("/number")?, "version": after.number("/version")?,
        "refused": "state.transition_not_allowed",
    }))
}
