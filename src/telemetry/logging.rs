//! Log output: the journal under systemd, JSON lines on standard error otherwise, readable lines on a terminal.
//!
//! Three things keep customer content out of logs. Our own messages carry ids only (house rule 13). Libraries that print
//! statements, parameters, frames or payloads at debug and trace level are held at the level below, whatever filter the
//! operator sets. And a panic is logged by its place; its message only where that is a literal of the program.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{EnvFilter, FilterFn, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use super::systemd;
use crate::error::{ErrorCode, Result};

/// What is logged when the configuration says nothing.
pub const DEFAULT_FILTER: &str = "info";

/// The name the journal shows.
const SYSLOG_IDENTIFIER: &str = "guitai";

/// Where the lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// journald, each field of its own: `journalctl GUITAI_TICKET_ID=…`.
    Journal,
    /// One JSON object per line on standard error, for a collector.
    Json,
    /// For people, on standard error.
    Terminal,
}

impl Output {
    /// What standard error of this process calls for.
    pub fn detect() -> Self {
        if systemd::logs_to_journal() {
            Output::Journal
        } else if std::io::stderr().is_terminal() {
            Output::Terminal
        } else {
            Output::Json
        }
    }
}

/// Starts logging for the whole process; call it once, in `main`, before anything else.
///
/// `filter` is a list of `target=level` (`info,guitai::eventlog=debug`). Errors: `ConfigInvalid` for a filter that does
/// not parse or a second call, `HostUnfit` when journald was detected and does not take the connection.
pub fn init(filter: &str, output: Output) -> Result<()> {
    let subscriber = tracing_subscriber::registry().with(parse(filter)?);
    let started = match output {
        Output::Journal => {
            let journal = tracing_journald::layer()
                .map_err(|err| ErrorCode::HostUnfit.caused_by(err).context("journald does not accept the log"))?
                .with_field_prefix(Some(SYSLOG_IDENTIFIER.to_uppercase()))
                .with_syslog_identifier(SYSLOG_IDENTIFIER.to_owned());
            subscriber.with(journal.with_filter(content_guard())).try_init()
        }
        Output::Json => subscriber.with(json(std::io::stderr)).try_init(),
        Output::Terminal => {
            let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
            subscriber.with(lines.with_filter(content_guard())).try_init()
        }
    };
    started.map_err(|err| ErrorCode::ConfigInvalid.caused_by(err).context("logging was started twice"))?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

fn parse(filter: &str) -> Result<EnvFilter> {
    EnvFilter::builder()
        .parse(filter)
        .map_err(|err| ErrorCode::ConfigInvalid.because(format!("log filter {filter:?} does not parse: {err}")))
}

fn json<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
        .with_filter(content_guard())
}

/// Libraries that speak of content below `info`: statements with their parameters, HTTP and WebSocket bodies, Kafka records.
const SPEAK_OF_CONTENT: &[&str] = &[
    "tokio_postgres",
    "postgres_protocol",
    "diesel",
    "actix",
    "h2",
    "hyper",
    "reqwest",
    "tungstenite",
    "tokio_tungstenite",
    "rdkafka",
    "librdkafka",
    "tantivy",
    "symphonia",
];

/// The filter that no configuration opens.
fn content_guard() -> FilterFn {
    filter_fn(|event: &Metadata<'_>| {
        // The `log` facade's crates arrive under their own target for the filters, so one list serves both.
        let root = event.target().split("::").next().unwrap_or_default();
        *event.level() <= Level::INFO || !SPEAK_OF_CONTENT.iter().any(|library| root.starts_with(library))
    })
}

/// Replaces the standard hook, which prints the message: `Err` values in a message can hold what a customer wrote.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    // A literal is part of the program; a formatted message is not.
    let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("message withheld");
    let thread = std::thread::current();
    tracing::error!(panic.place = place, panic.thread = thread.name().unwrap_or("unnamed"), "panic: {message}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, speak: impl FnOnce()) -> Vec<serde_json::Value> {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber = tracing_subscriber::registry().with(parse(filter).unwrap()).with(json(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, speak);
        let text = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn one_json_object_per_event() {
        let lines = logged("info", || {
            let span = tracing::info_span!("request", trace.id = "t-1");
            span.in_scope(|| tracing::info!(ticket.id = 7, "ticket opened"));
            tracing::debug!("not asked for");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["message"], "ticket opened");
        assert_eq!(lines[0]["ticket.id"], 7);
        assert_eq!(lines[0]["span"]["trace.id"], "t-1");
        assert_eq!(lines[0]["level"], "INFO");
    }

    #[test]
    fn no_filter_makes_the_libraries_speak_of_content() {
        let lines = logged("trace", || {
            tracing::debug!(target: "tokio_postgres::query", "executing with parameters 13812345678");
            tracing::trace!(target: "tungstenite::protocol", "frame 13812345678");
            tracing::debug!(target: "rdkafka::client", "record 13812345678");
            tracing::info!(target: "tokio_postgres::connection", "connection closed");
            tracing::trace!("our own");
        });
        let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
        assert_eq!(messages, ["connection closed", "our own"]);
    }

    #[test]
    fn a_bad_filter_is_refused() {
        assert_eq!(parse("info,guitai=loud").unwrap_err().code(), ErrorCode::ConfigInvalid);
    }

    #[test]
    fn a_panic_shows_its_place_and_no_content() {
        const PLAYS: &str = "GUITAI_TEST_PANICS";
        if std::env::var_os(PLAYS).is_some() {
            init("info", Output::Json).unwrap();
            let said = String::from("卡号 6222021234567890123");
            let threads = [
                std::thread::spawn(move || panic!("could not parse {said}")),
                std::thread::spawn(|| panic!("a literal")),
            ];
            for thread in threads {
                thread.join().unwrap_err();
            }
            return;
        }
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "telemetry::logging::tests::a_panic_shows_its_place_and_no_content", "--nocapture"])
            .env(PLAYS, "1")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!text.contains("6222"), "{text}");
        assert!(text.contains("panic: message withheld") && text.contains("panic: a literal"), "{text}");
        assert!(text.contains("logging.rs:"), "{text}");
    }
}
